/** Values round to the nearest of a format, ties to even, through its subnormal numbers and past its largest. */
import { roundFloat } from "../../src/kernels/round-float.ts";
import { describeOp } from "../describe-op.ts";
import { roundFloat as reference } from "../reference/round-float.ts";

const half = { mantissaBits: 10, leastExponent: -14, largest: 65504, overflow: 0, infinity: 65504, nan: 1, negativeZero: true };
const float8 = { mantissaBits: 3, leastExponent: -6, largest: 448, overflow: 448, infinity: 448, nan: 0, negativeZero: true };

/** Multiples of an eighth of a unit, so that many lie halfway between two values. */
const steps = (unit: number) => (_operand: number, element: number) => ((element - 50) * unit) / 8;
const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -1e30];

describeOp("roundFloat", roundFloat, reference, [
  { name: "half precision near 1", shapes: [[21, 5]], options: half, values: (_, element) => 1 + (element - 50) * 2 ** -13 },
  { name: "half precision below its normal numbers", shapes: [[21, 5]], options: half, values: steps(2 ** -24) },
  { name: "past half precision", shapes: [[21, 5]], options: half, values: (_, element) => 65400 + element * 2 },
  { name: "8 bits near 0", shapes: [[21, 5]], options: float8, values: steps(2 ** -9) },
  { name: "8 bits near 10", shapes: [[21, 5]], options: float8, values: steps(8) },
  { name: "8 bits, past the largest", shapes: [[21, 5]], options: float8, values: steps(100) },
  { name: "what is no number", shapes: [[1, 5]], options: float8, values: (_, element) => special[element] },
]);
