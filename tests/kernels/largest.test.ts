/** The largest elements come in order with their places, the first of equal ones first. */
import { type LargestOptions, largest, largestPlaces } from "../../src/kernels/largest.ts";
import { describeOp, describeShapeErrors, type OpCase } from "../describe-op.ts";
import * as reference from "../reference/largest.ts";

/** Few different values, on both sides of 0, so that many are equal. */
const values = (_operand: number, _element: number, random: number): number => Math.floor(random * 5) - 2;

const cases: readonly OpCase<LargestOptions>[] = [
  { name: "of the channels", shapes: [[3, 9]], options: { axis: 1, k: 5 } },
  { name: "equal ones", shapes: [[3, 9]], options: { axis: 1, k: 9 }, values },
  { name: "the smallest", shapes: [[2, 5, 7]], options: { axis: 2, k: 3, smallest: true }, values },
  { name: "along the rows", shapes: [[6, 5, 2]], options: { axis: 0, k: 2 } },
];

describeOp("largest", largest, reference.largest, cases);
describeOp("largestPlaces", largestPlaces, reference.largestPlaces, cases);

describeShapeErrors("largest", largest, [{ name: "more elements than there are", shapes: [[2, 3]], options: { axis: 1, k: 4 } }]);
