/** Tensors of a checkpoint over the raw bytes of its storages. */
import type { InputError } from "../../bytes.ts";
import { sizeOf } from "../../tensor.ts";
import { storedArray, swapped } from "../numpy-array.ts";
import { bytesOf, gathered, type StoredTensor, type StoredType } from "../stored-tensor.ts";
import { isKind, type StorageRecord, type TensorRecord, type Value } from "./value.ts";

/** Storages by the names of their classes, and element types by torch's. */
const types: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ["Float", "F32"],
  ["Double", "F64"],
  ["Half", "F16"],
  ["BFloat16", "BF16"],
  ["Long", "I64"],
  ["Int", "I32"],
  ["Short", "I16"],
  ["Char", "I8"],
  ["Byte", "U8"],
  ["Bool", "BOOL"],
  ["torch.float32", "F32"],
  ["torch.float64", "F64"],
  ["torch.float16", "F16"],
  ["torch.bfloat16", "BF16"],
  ["torch.float8_e4m3fn", "F8_E4M3"],
  ["torch.float8_e5m2", "F8_E5M2"],
  ["torch.int64", "I64"],
  ["torch.int32", "I32"],
  ["torch.int16", "I16"],
  ["torch.int8", "I8"],
  ["torch.uint64", "U64"],
  ["torch.uint32", "U32"],
  ["torch.uint16", "U16"],
  ["torch.uint8", "U8"],
  ["torch.bool", "BOOL"],
]);

/** The raw bytes of storages. */
export interface Storages {
  readonly bigEndian: boolean;
  /** Bytes of the storage, or undefined where the file has none of that key. */
  bytesOf(key: string): Uint8Array | undefined;
}

/** The element type of a storage's class or of a tensor over an untyped storage, undefined where it is not read. */
export function storedType({ path }: StorageRecord, dtype?: string): StoredType | undefined {
  return types.get(dtype ?? path.replace(/^torch\.(cuda\.|storage\.)?(\w+)Storage$/, "$2"));
}

/**
 * A tensor's elements in row-major order: a view of the storage where they lie so.
 * @throws what `fail` makes where it is of a type that is not read or reaches beyond its storage.
 */
export function tensorOf(
  { storage, offset, shape, strides, dtype: named }: TensorRecord,
  storages: Storages,
  fail: (problem: string) => InputError,
): StoredTensor {
  const dtype = storedType(storage, named);
  if (!dtype) throw fail(`has elements of type ${(named ?? storage.path).slice(0, 100)}, which is not read`);
  const size = bytesOf(dtype);
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (shape.length !== strides.length || shape.length > 16) throw fail(`has ${shape.length} axes and ${strides.length} strides`);
  if (![...shape, ...strides, offset, storage.start, storage.count].every(isCount))
    throw fail(`has a size, stride or offset that is negative or no integer, got [${shape}], [${strides}], ${offset}`);
  const bytes = storages.bytesOf(storage.key);
  if (!bytes) throw fail(`lies in storage ${storage.key.slice(0, 100)}, which the file does not have`);
  if (sizeOf(shape) === 0) return { dtype, shape, bytes: new Uint8Array(0) };
  const first = storage.start + offset;
  const last = shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis], first);
  if (!((last + 1) * size <= bytes.length))
    throw fail(`ends at byte ${(last + 1) * size} of a storage of ${bytes.length} (is the file cut off?)`);
  const dense = shape.every((length, axis) => length === 1 || strides[axis] === sizeOf(shape.slice(axis + 1)));
  const stored: StoredTensor = dense
    ? { dtype, shape, bytes: bytes.subarray(first * size, (last + 1) * size) }
    : gathered({ dtype, bytes, offset: first * size, strides: strides.map((stride) => stride * size) }, shape);
  return storages.bigEndian && size > 1 ? { ...stored, bytes: swapped(stored.bytes, size) } : stored;
}

/** Bytes that a tensor takes once its elements lie side by side. */
export const bytesTaken = ({ storage, shape, dtype }: TensorRecord): number => sizeOf(shape) * bytesOf(storedType(storage, dtype) ?? "F64");

/**
 * A NumPy array, as ndarray's own pickle or protocol 5's buffer has it.
 * @throws what `fail` makes where it is none.
 */
export function arrayOf(value: Value, fail: (problem: string) => InputError): StoredTensor {
  if (!isKind(value, "object")) throw fail("is no array");
  const [shape, type, order, data] = value.path === "numpy.ndarray" ? partsOfState(value.state) : partsOfBuffer(value.args);
  const [bigEndian, name] = dtypeOf(type, fail);
  if (!isKind(shape, "tuple") || !(data instanceof Uint8Array)) throw fail("is an array without its bytes");
  const sizes = shape.items.map((size) => (typeof size === "number" ? size : Number.NaN));
  return storedArray({ type: name, bigEndian, shape: sizes, fortran: order === true || order === "F" }, data, fail);
}

/** ndarray.__setstate__((version, shape, dtype, is Fortran's order, bytes)) */
const partsOfState = (state: Value): (Value | undefined)[] => (isKind(state, "tuple") ? state.items.slice(1) : []);

/** _frombuffer(bytes, dtype, shape, order) */
function partsOfBuffer(args: Value): (Value | undefined)[] {
  if (!isKind(args, "tuple")) return [];
  const [data, dtype, shape, order] = args.items;
  return [shape, dtype, order, data];
}

/** numpy.dtype("f4", …) with its state (version, byte order, …). */
function dtypeOf(type: Value | undefined, fail: (problem: string) => InputError): [bigEndian: boolean, name: string] {
  const name = isKind(type, "object") && isKind(type.args, "tuple") ? type.args.items[0] : undefined;
  if (!isKind(type, "object") || typeof name !== "string") throw fail("is an array of no known type");
  return [isKind(type.state, "tuple") && type.state.items[1] === ">", name];
}
