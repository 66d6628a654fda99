/** Numbers on the host: a shape and its values in row-major order. */

/** Sizes of the axes, outermost first: [batch, channels, height, width] for a picture. */
export type Shape = readonly number[];

/** Values in row-major order of `shape`, as PyTorch and ONNX lay them out. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** The number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** A tensor over `data`, or zeros. */
export function tensor(shape: Shape, data: Float32Array = new Float32Array(sizeOf(shape))): Tensor {
  if (data.length !== sizeOf(shape))
    throw new RangeError(`tensor: [${shape.join(", ")}] has ${sizeOf(shape)} elements, got ${data.length}`);
  return { shape, data };
}

/** Elements between neighbours along each axis: [c·h·w, h·w, w, 1] for [n, c, h, w]. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}
