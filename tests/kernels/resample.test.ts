/** Weighted sums along an axis are right along the channels and along every other axis. */
import type { Node } from "../../src/kernels/op.ts";
import { resample } from "../../src/kernels/resample.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { type ResampleCall, resample as reference } from "../reference/resample.ts";

const build = (x: Node, { axis, rows }: ResampleCall): Node => resample(x, axis, rows);

/** Rows of different lengths, one of a constant alone. */
const rows: ResampleCall["rows"] = [
  {
    taps: [
      [0, 0.25],
      [2, 0.75],
    ],
  },
  { taps: [], bias: 0.5 },
  {
    taps: [
      [1, 2],
      [0, -1],
      [2, 0.5],
    ],
    bias: -1,
  },
  { taps: [[2, 1]] },
  { taps: [[1, 1]] },
];

describeOp("resample", build, reference, [
  { name: "the batch", shapes: [[3, 5, 2]], options: { axis: 0, rows } },
  { name: "the channels", shapes: [[2, 3, 4]], options: { axis: 1, rows } },
  { name: "rows of a map", shapes: [[2, 5, 3, 4]], options: { axis: 2, rows } },
  { name: "columns of a map", shapes: [[2, 5, 4, 3]], options: { axis: 3, rows } },
  { name: "a list", shapes: [[3]], options: { axis: 0, rows } },
  {
    name: "an index past 1024",
    shapes: [[1, 1, 1500]],
    options: {
      axis: 2,
      rows: [
        {
          taps: [
            [1025, 1],
            [1499, 1],
          ],
        },
      ],
    },
  },
]);

describeShapeErrors("resample", (x: Node) => resample(x, 1, [{ taps: [[3, 1]] }]), [
  { name: "an index outside the axis", shapes: [[2, 3]] },
]);
