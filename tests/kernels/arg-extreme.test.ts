/** The place of the largest and smallest element is found along any axis, the first of equal ones unless the last is asked for. */
import { argMax, argMin } from "../../src/kernels/arg-extreme.ts";
import { describeOp, describeShapeErrors, type OpCase } from "../describe-op.ts";
import * as reference from "../reference/arg-extreme.ts";

/** Few different values, so that many are equal. */
const values = (_operand: number, _element: number, random: number): number => Math.floor(random * 3) - 4;

const cases: readonly OpCase<{ axis: number; last?: boolean }>[] = [
  { name: "channels", shapes: [[2, 7, 3]], options: { axis: 1 }, values },
  { name: "the last of equal ones", shapes: [[2, 7, 3]], options: { axis: 1, last: true }, values },
  { name: "rows", shapes: [[5, 6]], options: { axis: 0 }, values },
  { name: "the last axis of four", shapes: [[2, 3, 2, 9]], options: { axis: 3 }, values },
  { name: "one element", shapes: [[3, 1]], options: { axis: 1 }, values },
];

describeOp("argMax", argMax, reference.argMax, cases);
describeOp("argMin", argMin, reference.argMin, cases);

describeShapeErrors("argMax", argMax, [{ name: "an axis that is not there", shapes: [[2, 3]], options: { axis: 2 } }]);
