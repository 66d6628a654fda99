/** Ranges with steps are taken along every axis, forwards and backwards. */
import { strideSlice } from "../../src/kernels/stride-slice.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { strideSlice as reference } from "../reference/stride-slice.ts";

const all = (size: number) => ({ start: 0, step: 1, size });

describeOp("strideSlice", strideSlice, reference, [
  { name: "every second row", shapes: [[2, 5, 7]], options: [all(2), all(5), { start: 1, step: 2, size: 3 }] },
  { name: "channels backwards", shapes: [[2, 6, 3]], options: [all(2), { start: 5, step: -1, size: 6 }, all(3)] },
  {
    name: "a part of every axis",
    shapes: [[3, 7, 5]],
    options: [
      { start: 2, step: -2, size: 2 },
      { start: 1, step: 3, size: 2 },
      { start: 3, step: 1, size: 2 },
    ],
  },
  { name: "of a list", shapes: [[9]], options: [{ start: 7, step: -3, size: 3 }] },
]);

describeShapeErrors("strideSlice", strideSlice, [
  { name: "a range past the end", shapes: [[3, 4]], options: [all(3), { start: 1, step: 2, size: 3 }] },
  { name: "an empty range", shapes: [[4]], options: [all(0)] },
  { name: "a range too few", shapes: [[3, 4]], options: [all(3)] },
]);
