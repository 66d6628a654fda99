/** An array as a file of weights stores it, and its values as float32. */
import { halfToFloatBits } from "../half.ts";
import { type Shape, sizeOf } from "../tensor.ts";

/** Element types, spelled as in safetensors. */
export type StoredType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "F8_E4M3"
  | "F8_E5M2"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

/** An array as the file stores it: little-endian bytes in row-major order of `shape`, a view of the file where it can be. */
export interface StoredTensor {
  readonly dtype: StoredType;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

const elementBytes: ReadonlyMap<unknown, number> = new Map<StoredType, number>([
  ["F64", 8],
  ["I64", 8],
  ["U64", 8],
  ["F32", 4],
  ["I32", 4],
  ["U32", 4],
  ["F16", 2],
  ["BF16", 2],
  ["I16", 2],
  ["U16", 2],
  ["F8_E4M3", 1],
  ["F8_E5M2", 1],
  ["I8", 1],
  ["U8", 1],
  ["BOOL", 1],
]);

/** Every element type, wide ones first. */
export const storedTypes: readonly string[] = [...elementBytes.keys()].map(String);

export const isStoredType = (value: unknown): value is StoredType => elementBytes.has(value);

/** Bytes of one element. */
export const bytesOf = (dtype: StoredType): number => elementBytes.get(dtype) ?? 0;

/**
 * The values as float32: exact for every type of 16 bits or fewer and for F32, rounded to nearest for the others.
 * Relies on a little-endian machine, as every one that runs WebGPU is.
 */
export function toFloat32({ dtype, bytes }: StoredTensor): Float32Array<ArrayBuffer> {
  const { buffer } = new Uint8Array(bytes); // a copy: a view may start at any byte, a typed array may not
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "F64":
      return new Float32Array(new Float64Array(buffer));
    case "I64":
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case "U64":
      return Float32Array.from(new BigUint64Array(buffer), Number);
    case "I32":
      return new Float32Array(new Int32Array(buffer));
    case "U32":
      return new Float32Array(new Uint32Array(buffer));
    case "I16":
      return new Float32Array(new Int16Array(buffer));
    case "U16":
      return new Float32Array(new Uint16Array(buffer));
    case "I8":
      return new Float32Array(new Int8Array(buffer));
    case "U8":
      return new Float32Array(bytes);
    case "BOOL":
      return Float32Array.from(bytes, (value) => (value === 0 ? 0 : 1));
    case "F8_E4M3":
      return Float32Array.from(bytes, e4m3);
    case "F16":
    case "BF16":
      return fromBits(new Uint16Array(buffer), dtype);
    case "F8_E5M2":
      return fromBits(
        Uint16Array.from(bytes, (value) => value << 8),
        "F16",
      ); // the upper byte of a half
  }
}

/** Bits, not numbers: storing a number may change a NaN. */
function fromBits(stored: Uint16Array, dtype: "F16" | "BF16"): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(stored.length);
  const table = dtype === "F16" ? halfToFloatBits() : undefined;
  for (let i = 0; i < bits.length; i++) bits[i] = table ? table[stored[i]] : stored[i] << 16;
  return new Float32Array(bits.buffer);
}

/** Four bits of exponent with bias 7, three of fraction, no infinity (Micikevicius et al. 2022, as torch.float8_e4m3fn). */
function e4m3(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x80 ? -1 : 1, (bits >> 3) & 15, bits & 7];
  if (exponent === 15 && fraction === 7) return Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10));
}

/** The same array with its axes in the order of `axes`, copied: result axis k is axis axes[k] of the original. */
export function transposed({ dtype, shape, bytes }: StoredTensor, axes: readonly number[]): StoredTensor {
  const size = bytesOf(dtype);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return gathered(
    { dtype, bytes, offset: 0, strides: axes.map((axis) => strides[axis] * size) },
    axes.map((axis) => shape[axis]),
  );
}

/** Elements of `bytes` as row-major ones of `shape`: the first begins at byte `offset`, `strides` are in bytes. The caller checks the bounds. */
export function gathered(
  { dtype, bytes, offset, strides }: Omit<StoredTensor, "shape"> & { readonly offset: number; readonly strides: readonly number[] },
  shape: Shape,
): StoredTensor {
  const size = bytesOf(dtype);
  const result = new Uint8Array(sizeOf(shape) * size);
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < result.length; to += size) {
    for (let b = 0; b < size; b++) result[to + b] = bytes[from + b];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return { dtype, shape, bytes: result };
}
