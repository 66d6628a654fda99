/** A value repeated along axes of size 1, and its sum along them. */
import { type Shape, sizeOf } from "../../src/tensor.ts";
import { at, generate, type Values, values } from "./values.ts";

export function broadcastTo(x: Values, shape: Shape): Values {
  if (sizeOf(x.shape) === 1) return generate(shape, () => x.data[0]);
  return generate(shape, (index) => at(x, kept(index, x.shape)));
}

export function sumTo(x: Values, shape: Shape): Values {
  const y = values(shape);
  generate(x.shape, (index) => {
    const place = sizeOf(shape) === 1 ? 0 : kept(index, shape).reduce((offset, position, axis) => offset * shape[axis] + position, 0);
    y.data[place] += at(x, index);
    return 0;
  });
  return y;
}

/** An index with 0 along the axes that have size 1. */
const kept = (index: readonly number[], shape: Shape): number[] => index.map((position, axis) => (shape[axis] === 1 ? 0 : position));
