/** Values in float64 and row-major order: what the plain twins of the ops read and return. */
import { type Shape, sizeOf } from "../../src/tensor.ts";

export interface Values {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Values over `data`, or zeros. */
export const values = (shape: Shape, data: Float64Array = new Float64Array(sizeOf(shape))): Values => ({ shape, data });

/** Values of `shape` where each is `value(index)`; the index has one number an axis. */
export function generate(shape: Shape, value: (index: readonly number[]) => number): Values {
  const y = values(shape);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < y.data.length; i++) {
    y.data[i] = value(index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return y;
}

/** The value at an index. */
export const at = (x: Values, index: readonly number[]): number =>
  x.data[index.reduce((offset, position, axis) => offset * x.shape[axis] + position, 0)];
