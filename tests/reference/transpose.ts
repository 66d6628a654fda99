/** Axes in another order: axis k of the result is axis order[k] of x. */
import { at, generate, type Values } from "./values.ts";

export const transpose = (x: Values, order: readonly number[]): Values =>
  generate(
    order.map((axis) => x.shape[axis]),
    (index) =>
      at(
        x,
        order.map((_, axis) => index[order.indexOf(axis)]),
      ),
  );
