/** NumPy's .npy arrays (format 1 to 3, NEP 1) and .npz archives of them. */
import { InputError } from "../bytes.ts";
import { storedArray } from "./numpy-array.ts";
import type { StoredTensor } from "./stored-tensor.ts";
import type { ZipEntry } from "./zip.ts";

/** A header is a line of text about type and shape: NumPy itself refuses more. */
const MAX_HEADER_BYTES = 10_000;

/**
 * The arrays of an archive by name, without .npy.
 * @throws InputError where one is damaged or not of numbers.
 */
export function readNpzArrays(entries: ReadonlyMap<string, ZipEntry>, file: string): Map<string, StoredTensor> {
  const arrays = new Map<string, StoredTensor>();
  for (const [name, entry] of entries) arrays.set(name.replace(/\.npy$/, ""), readNpyArray(entry.read(), `${file}: ${name.slice(0, 100)}`));
  return arrays;
}

/**
 * An array, a view of the bytes where it is little-endian and in C's order.
 * @throws InputError where it is damaged or not of numbers.
 */
export function readNpyArray(bytes: Uint8Array, name: string): StoredTensor {
  const fail = (problem: string): InputError => new InputError(name, problem);
  const begins = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, i) => bytes[i] === byte);
  if (!begins || bytes.length < 12) throw fail("is no .npy array");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(6);
  if (version < 1 || version > 3) throw fail(`is a .npy array of version ${version}, 1 to 3 are read`);
  const begin = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES || begin + length > bytes.length) throw fail(`has a header of ${length} bytes (is it cut off?)`);
  const header = new TextDecoder().decode(bytes.subarray(begin, begin + length));
  // A Python dictionary of three known keys: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
  const [, order, type] = /'descr'\s*:\s*'([<>|=])([a-zA-Z]\d*)'/.exec(header) ?? [];
  const [, fortran] = /'fortran_order'\s*:\s*(True|False)/.exec(header) ?? [];
  const [, shape] = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(header) ?? [];
  if (type === undefined || fortran === undefined || shape === undefined)
    throw fail("has a header that does not tell a type of numbers, order and shape");
  const sizes = shape
    .split(",")
    .map((size) => size.trim().replace(/L$/, ""))
    .filter(Boolean)
    .map(Number);
  const layout = { type, bigEndian: order === ">", shape: sizes, fortran: fortran === "True" };
  return storedArray(layout, bytes.subarray(begin + length), fail);
}
