/** Sums, differences, products and quotients equal those of the elements, with axes of size 1 repeated. */
import { add, div, mul, sub } from "../../src/kernels/arithmetic.ts";
import type { Node } from "../../src/kernels/op.ts";
import { describeOp, describeShapeErrors, type OpCase } from "../describe-op.ts";
import * as reference from "../reference/arithmetic.ts";
import type { Values } from "../reference/values.ts";

/** The first operand from −1 to 1; the second, which divides, from 0.5 to 1.5. */
const values = (operand: number, _element: number, random: number): number => (operand === 1 ? 0.5 + random : 2 * random - 1);

// biome-ignore format: one case a line
const basic: readonly OpCase<never>[] = [
  { name: "same shape", shapes: [[2, 8, 3, 4], [2, 8, 3, 4]], values },
  { name: "same shape, last vector part full", shapes: [[2, 5, 3, 3], [2, 5, 3, 3]], values },
  { name: "each operand repeats along axes of its own", shapes: [[2, 1, 3, 1], [1, 5, 1, 4]], values },
  { name: "a single element", shapes: [[2, 5, 3, 3], [1]], values },
  { name: "the first operand is a single element", shapes: [[1], [2, 5, 3, 3]], values },
];

// biome-ignore format: one case a line
const broadcast: readonly OpCase<never>[] = [
  { name: "more than one workgroup", shapes: [[1, 5, 13, 11], [1, 5, 13, 11]], values },
  { name: "a number for each picture and channel", shapes: [[2, 5, 3, 4], [2, 5, 1, 1]], values },
  { name: "a number for each channel", shapes: [[2, 5, 3, 4], [1, 5, 1, 1]], values },
  { name: "a number for each pixel, over 8 channels", shapes: [[2, 8, 3, 4], [2, 1, 3, 4]], values },
  { name: "a number for each pixel, over 5 channels", shapes: [[2, 5, 3, 4], [2, 1, 3, 4]], values },
  { name: "the first operand repeats over pictures", shapes: [[1, 5, 3, 4], [2, 5, 3, 4]], values },
  { name: "the first operand repeats over channels", shapes: [[2, 1, 3, 4], [2, 6, 3, 4]], values },
  { name: "a row and a column", shapes: [[1, 3, 1, 4], [1, 3, 5, 1]], values },
  { name: "a single element of four axes", shapes: [[2, 5, 3, 3], [1, 1, 1, 1]], values },
  { name: "two single elements", shapes: [[1], [1]], values },
  { name: "one axis", shapes: [[5], [5]], values },
  { name: "two axes, a row repeats", shapes: [[3, 5], [1, 5]], values },
  { name: "two axes, a column repeats", shapes: [[3, 5], [3, 1]], values },
  { name: "one channel on both sides", shapes: [[2, 1, 3, 3], [2, 1, 3, 3]], values },
];

// biome-ignore format: one case a line
const misfits: readonly OpCase<never>[] = [
  { name: "channels that differ", shapes: [[1, 3, 2, 2], [1, 4, 2, 2]] },
  { name: "widths that differ", shapes: [[1, 3, 2, 2], [1, 3, 2, 3]] },
  { name: "numbers of axes that differ", shapes: [[2, 3, 2, 2], [2, 3]] },
];

/** Division takes every shape: its operands do not commute, and 0 / 0 in the pad lanes would be NaN. */
describeOp("div", div, reference.div, [...basic, ...broadcast]);
describeOp("add", add, reference.add, basic);
describeOp("sub", sub, reference.sub, basic);
describeOp("mul", mul, reference.mul, basic);

describeShapeErrors("add", add, misfits);
describeShapeErrors("sub", sub, misfits);
describeShapeErrors("mul", mul, misfits);
describeShapeErrors("div", div, misfits);

describeOp(
  "mul of a value and itself",
  (x: Node) => mul(x, x),
  (x: Values) => reference.mul(x, x),
  [{ name: "one buffer bound twice", shapes: [[1, 5, 3, 3]] }],
);
