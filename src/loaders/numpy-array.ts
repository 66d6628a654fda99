/** Element types, byte orders and layouts of NumPy's arrays, as .npy files and pickles hold them. */
import { type Shape, sizeOf } from "../tensor.ts";
import { bytesOf, gathered, type StoredTensor, type StoredType } from "./stored-tensor.ts";

/** What describes an array's bytes. */
export interface NumpyLayout {
  /** NumPy's array-protocol string without its byte order: f4, i8, b1. */
  readonly type: string;
  readonly bigEndian: boolean;
  readonly shape: Shape;
  /** Whether the first axis varies fastest. */
  readonly fortran: boolean;
}

const types: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ["f8", "F64"],
  ["f4", "F32"],
  ["f2", "F16"],
  ["i8", "I64"],
  ["i4", "I32"],
  ["i2", "I16"],
  ["i1", "I8"],
  ["u8", "U64"],
  ["u4", "U32"],
  ["u2", "U16"],
  ["u1", "U8"],
  ["b1", "BOOL"],
]);

/**
 * The array, a view of `bytes` where its layout is ours.
 * @throws what `fail` makes where the type is not read, the shape is none, or the bytes are not what the shape takes.
 */
export function storedArray(
  { type, bigEndian, shape, fortran }: NumpyLayout,
  bytes: Uint8Array,
  fail: (problem: string) => Error,
): StoredTensor {
  const dtype = types.get(type);
  if (!dtype)
    throw fail(`has elements of type ${JSON.stringify(type.slice(0, 20))}, only numbers are read (${[...types.keys()].join(", ")})`);
  if (shape.length > 32 || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) throw fail("has no valid shape");
  const size = bytesOf(dtype);
  if (sizeOf(shape) * size !== bytes.length)
    throw fail(`should take ${sizeOf(shape) * size} bytes as [${shape.join(", ")}], got ${bytes.length}`);
  const ordered = bigEndian && size > 1 ? swapped(bytes, size) : bytes;
  if (!fortran || shape.length < 2) return { dtype, shape, bytes: ordered };
  const strides = shape.map((_, axis) => size * sizeOf(shape.slice(0, axis)));
  return gathered({ dtype, bytes: ordered, offset: 0, strides }, shape);
}

/** The bytes of each element in the other order. */
export function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let at = 0; at + size <= bytes.length; at += size) for (let b = 0; b < size; b++) result[at + b] = bytes[at + size - 1 - b];
  return result;
}
