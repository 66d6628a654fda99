/** Elements are found by their indices along any axis, from the front and from the end. */
import { gather, gatherElements } from "../../src/kernels/gather.ts";
import { describeOp, describeShapeErrors, type OpCase } from "../describe-op.ts";
import * as reference from "../reference/gather.ts";

/** Indices within ±2, for axes of 3 elements or more. */
const values = (operand: number, _element: number, random: number): number => (operand === 1 ? Math.floor(random * 5) - 2 : random);

const whole: readonly OpCase<number>[] = [
  { name: "rows", shapes: [[4, 5], [3]], options: 0, values },
  { name: "channels", shapes: [[2, 5, 2], [3]], options: 1, values },
  {
    name: "a table of indices",
    shapes: [
      [2, 5, 3],
      [2, 2],
    ],
    options: 2,
    values,
  },
  { name: "one index", shapes: [[2, 5, 3], [1]], options: 1, values },
  { name: "of a list", shapes: [[6], [4]], options: 0, values },
];

describeOp("gather", gather, reference.gather, whole);
describeOp("gatherElements", gatherElements, reference.gatherElements, [
  {
    name: "along the rows",
    shapes: [
      [3, 5],
      [2, 5],
    ],
    options: 0,
    values,
  },
  {
    name: "along the channels",
    shapes: [
      [3, 5, 2],
      [3, 4, 2],
    ],
    options: 1,
    values,
  },
]);

describeShapeErrors("gather", gather, [{ name: "an axis that is not there", shapes: [[2, 3], [2]], options: 2 }]);
describeShapeErrors("gatherElements", gatherElements, [{ name: "indices of other axes", shapes: [[3, 3], [3]], options: 0 }]);
