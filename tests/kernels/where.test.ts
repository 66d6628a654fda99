/** A choice between two values takes each element from the right one, where axes repeat too. */
import { where } from "../../src/kernels/where.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { where as reference } from "../reference/where.ts";

const values = (operand: number, _element: number, random: number): number => (operand === 0 ? Number(random < 0.5) : random);

describeOp("where", where, reference, [
  {
    name: "one shape",
    shapes: [
      [2, 5, 3],
      [2, 5, 3],
      [2, 5, 3],
    ],
    values,
  },
  {
    name: "a condition a channel",
    shapes: [
      [5, 1],
      [2, 5, 3],
      [2, 1, 3],
    ],
    values,
  },
  { name: "two numbers alone", shapes: [[2, 3, 2, 2, 3], [1], [1]], values },
]);

describeShapeErrors("where", where, [
  {
    name: "sizes that differ",
    shapes: [
      [2, 3],
      [2, 3],
      [2, 4],
    ],
  },
]);
