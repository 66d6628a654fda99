/** The same elements in the same row-major order under another shape, where one size of −1 follows from the others. */
import { sizeOf } from "../../src/tensor.ts";
import { type Values, values } from "./values.ts";

export function reshape(x: Values, shape: readonly number[]): Values {
  const known = sizeOf(shape.filter((size) => size !== -1));
  return values(
    shape.map((size) => (size === -1 ? x.data.length / known : size)),
    x.data,
  );
}

export const flatten = (x: Values): Values => reshape(x, [x.shape[0], -1]);
