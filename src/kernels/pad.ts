/** Padding and cropping. */
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { window } from "./window.ts";

/**
 * x with [before, after] elements of `value` added on each axis; negative amounts take away.
 * @throws ShapeError unless there is one pair an axis and every size stays positive.
 */
export const pad = (x: Node, amounts: readonly (readonly [number, number])[], value = 0): Node => apply(op, [x], { amounts, value });

interface PadAttrs {
  readonly amounts: readonly (readonly [number, number])[];
  readonly value: number;
}

const op: Op<PadAttrs> = {
  name: "pad",
  inputs: ["x"],
  shape([x], { amounts }) {
    if (amounts.length !== x.length || x.length > 4)
      throw new ShapeError("pad", `${amounts.length} pairs of amounts for ${x.length} axes`, [x]);
    const shape = x.map((size, axis) => size + amounts[axis][0] + amounts[axis][1]);
    if (!shape.every((size) => Number.isInteger(size) && size > 0))
      throw new ShapeError("pad", "amounts leave nothing or are not integers", [x, shape]);
    return shape;
  },
  lower({ inputs: [x], attrs: { amounts, value }, shape }) {
    return window(x, { starts: amounts.map(([before]) => before), shape, value });
  },
  gradient({ attrs: { amounts } }, dy) {
    return [
      pad(
        dy,
        amounts.map(([before, after]) => [-before, -after]),
      ),
    ];
  },
};
