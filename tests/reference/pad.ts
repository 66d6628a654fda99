/** `value` around x: [before, after] for each axis, where a negative amount crops. */
import { at, generate, type Values } from "./values.ts";

export function pad(x: Values, amounts: readonly (readonly [number, number])[], value = 0): Values {
  const shape = x.shape.map((size, axis) => amounts[axis][0] + size + amounts[axis][1]);
  return generate(shape, (index) => {
    const from = index.map((position, axis) => position - amounts[axis][0]);
    return from.every((position, axis) => position >= 0 && position < x.shape[axis]) ? at(x, from) : value;
  });
}
