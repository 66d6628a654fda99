/** Typed values on the host, as ONNX files hold them and as shape arithmetic needs them. */
import { type Shape, sizeOf } from "../../tensor.ts";
import { type ElementType, integerRange, isFloat } from "./element-type.ts";

/** Values in row-major order. Integers are held as numbers: exact up to 2⁵³, and `isExact` tells those beyond. */
export interface HostTensor {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
}

/** Room for `size` values of a type: float32 where that holds every one exactly. */
export const roomFor = (type: ElementType, size: number): Float32Array | Float64Array =>
  isFloat(type) && type !== "float64" ? new Float32Array(size) : new Float64Array(size);

/** Values of a type from numbers, brought into its range as a cast would. */
export function hostTensor(type: ElementType, shape: Shape, values: ArrayLike<number>): HostTensor {
  if (values.length !== sizeOf(shape))
    throw new RangeError(`hostTensor: [${shape.join(", ")}] has ${sizeOf(shape)} elements, got ${values.length}`);
  const data = roomFor(type, values.length);
  for (let i = 0; i < data.length; i++) data[i] = values[i];
  return { type, shape, data };
}

/** A list of int64 values: shapes, axes, sizes. */
export const integers = (values: readonly number[]): HostTensor => hostTensor("int64", [values.length], values);

/** An integer wrapped into its type's range, as two's complement arithmetic does; exact below 2⁵³. */
export function wrapped(type: ElementType, value: number): number {
  const range = integerRange(type);
  if (!range || (value >= range[0] && value <= range[1])) return value;
  const span = range[1] - range[0] + 1;
  return value - span * Math.floor((value - range[0]) / span);
}

/** Whether every value of an integer tensor was held exactly. */
export const isExact = ({ type, data }: HostTensor): boolean => isFloat(type) || data.every(Number.isSafeInteger);
