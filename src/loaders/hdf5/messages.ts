/** Header messages of HDF5 objects: the type, shape and place of data, and attributes (HDF5 file format 3.0, IV.A.2). */
import { sizeOf } from "../../tensor.ts";
import type { StoredType } from "../stored-tensor.ts";
import type { Reader } from "./reader.ts";

export interface Message {
  readonly type: number;
  /** Where its contents begin, and their bytes. */
  readonly at: number;
  readonly size: number;
}

/** A type of elements: numbers, text of fixed length, text in the global heap, or something that is not read. */
export type Datatype =
  | { readonly kind: "number"; readonly dtype: StoredType; readonly size: number; readonly bigEndian: boolean }
  | { readonly kind: "text"; readonly size: number }
  | { readonly kind: "heap text"; readonly size: number }
  | { readonly kind: "other"; readonly size: number; readonly what: string };

const [FIXED, FLOAT, STRING, ENUM, VARIABLE] = [0, 1, 3, 8, 9];
const classNames = [
  "integers",
  "floats",
  "times",
  "strings",
  "bit fields",
  "opaque",
  "compounds",
  "references",
  "enumerations",
  "lists",
  "arrays",
];

export function readDatatype(reader: Reader, at: number): Datatype {
  const kind = reader.u8(at) & 15;
  const bits = reader.u8(at + 1);
  const size = reader.u32(at + 4);
  const other = (what: string): Datatype => ({ kind: "other", size, what });
  if (kind === STRING) return { kind: "text", size };
  if (kind === VARIABLE) return (bits & 15) === 1 ? { kind: "heap text", size: 16 } : other(classNames[kind]);
  if (kind === ENUM) return { ...readDatatype(reader, at + 8), size }; // booleans: the base type follows
  if (kind !== FIXED && kind !== FLOAT) return other(classNames[kind] ?? `class ${kind}`);
  const dtype = kind === FIXED ? integers.get(`${bits & 8 ? "I" : "U"}${size}`) : floats.get(`${size}.${reader.u8(at + 13)}`);
  return dtype ? { kind: "number", dtype, size, bigEndian: (bits & 1) === 1 } : other(`${classNames[kind]} of ${size} bytes`);
}

const integers = new Map<string, StoredType>([
  ["I1", "I8"],
  ["I2", "I16"],
  ["I4", "I32"],
  ["I8", "I64"],
  ["U1", "U8"],
  ["U2", "U16"],
  ["U4", "U32"],
  ["U8", "U64"],
]);

/** By bytes and bits of the exponent. */
const floats = new Map<string, StoredType>([
  ["2.5", "F16"],
  ["2.8", "BF16"],
  ["4.8", "F32"],
  ["8.11", "F64"],
]);

/** Sizes of the axes; none for a scalar. */
export function readDataspace(reader: Reader, at: number): number[] {
  const [version, rank] = [reader.u8(at), reader.u8(at + 1)];
  if (version !== 1 && version !== 2) throw reader.fail(`a shape of version ${version}`);
  if (rank > 32) throw reader.fail(`a shape of ${rank} axes`);
  const sizes = Array.from({ length: rank }, (_, axis) => reader.u64(at + (version === 1 ? 8 : 4) + 8 * axis));
  if (!Number.isSafeInteger(sizeOf(sizes))) throw reader.fail(`a shape of too many elements, got [${sizes.join(", ")}]`);
  return sizes;
}

/** Where a dataset's bytes are. */
export type Layout =
  | { readonly kind: "contiguous"; readonly at: number; readonly size: number }
  | { readonly kind: "chunked"; readonly tree: number; readonly chunk: readonly number[] };

export function readLayout(reader: Reader, at: number): Layout {
  const [version, kind] = [reader.u8(at), reader.u8(at + 1)];
  if (version !== 3) throw reader.fail(`data laid out by version ${version}, only 3 is read`);
  if (kind === 0) return { kind: "contiguous", at: at + 4, size: reader.u16(at + 2) };
  if (kind === 1) return { kind: "contiguous", at: reader.u64(at + 2), size: reader.u64(at + 10) };
  if (kind !== 2) throw reader.fail(`data laid out by an unknown rule, got ${kind}`);
  const rank = reader.u8(at + 2) - 1;
  const chunk = Array.from({ length: Math.max(0, rank) }, (_, axis) => reader.u32(at + 11 + 4 * axis));
  return { kind: "chunked", tree: reader.u64(at + 3), chunk };
}

/** Numbers of the filters that chunks went through when they were written, in that order. */
export function readFilters(reader: Reader, at: number): number[] {
  const [version, count] = [reader.u8(at), reader.u8(at + 1)];
  if (version !== 1 && version !== 2) throw reader.fail(`filters of version ${version}`);
  const filters: number[] = [];
  let next = at + (version === 1 ? 8 : 2);
  for (let i = 0; i < count; i++) {
    const id = reader.u16(next);
    const isNamed = version === 1 || id >= 256;
    const nameLength = isNamed ? reader.u16(next + 2) : 0;
    const values = reader.u16(next + (isNamed ? 6 : 4));
    next += (isNamed ? 8 : 6) + (version === 1 ? padded(nameLength) : nameLength) + 4 * values;
    if (version === 1 && values % 2 === 1) next += 4;
    filters.push(id);
  }
  return filters;
}

/** An attribute's text or texts; undefined where it holds something else. */
export function readAttribute(reader: Reader, { at }: Message): readonly [name: string, value: string | readonly string[] | undefined] {
  const version = reader.u8(at);
  if (version < 1 || version > 3) throw reader.fail(`an attribute of version ${version}`);
  const [nameSize, typeSize, spaceSize] = [2, 4, 6].map((offset) => reader.u16(at + offset));
  const pad = version === 1 ? padded : (size: number) => size;
  const nameAt = at + (version === 3 ? 9 : 8);
  const typeAt = nameAt + pad(nameSize);
  const spaceAt = typeAt + pad(typeSize);
  const name = textOf(reader.slice(nameAt, nameSize));
  const type = readDatatype(reader, typeAt);
  if (type.kind !== "text" && type.kind !== "heap text") return [name, undefined];
  const shape = readDataspace(reader, spaceAt);
  const dataAt = spaceAt + pad(spaceSize);
  const count = sizeOf(shape);
  // The bytes of the elements lie in the file, so that their count cannot be made up.
  const data = reader.slice(dataAt, count * Math.max(1, type.size));
  const texts = Array.from({ length: count }, (_, i) =>
    type.kind === "text" ? textOf(data.subarray(i * type.size, (i + 1) * type.size)) : heapText(reader, dataAt + 16 * i),
  );
  return [name, shape.length === 0 ? texts[0] : texts];
}

/** Text of variable length: its bytes, the heap it lies in and its number there. */
function heapText(reader: Reader, at: number): string {
  const [length, heap, wanted] = [reader.u32(at), reader.u64(at + 4), reader.u32(at + 12)];
  if (length === 0) return "";
  reader.expect(heap, "GCOL");
  const end = heap + reader.u64(heap + 8);
  for (let object = heap + 16; object + 16 <= end; ) {
    reader.visit();
    const [index, size] = [reader.u16(object), reader.u64(object + 8)];
    if (index === wanted) return textOf(reader.slice(object + 16, Math.min(length, size)));
    if (index === 0) break;
    object += 16 + padded(size);
  }
  throw reader.fail(`text ${wanted} is not in the heap at byte ${heap}`);
}

export const padded = (size: number): number => Math.ceil(size / 8) * 8;

const decoder = new TextDecoder();
/** Text up to its first zero. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
