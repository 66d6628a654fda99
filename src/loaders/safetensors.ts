/** Safetensors files: named arrays behind a JSON header, read without copying and written byte for byte the same every time. */
import { InputError } from "../bytes.ts";
import { floatBitsToHalf } from "../half.ts";
import { type Shape, sizeOf } from "../tensor.ts";
import { bytesOf, isStoredType, type StoredTensor, type StoredType, storedTypes } from "./stored-tensor.ts";

/** What a file holds: arrays by name, and strings that describe them. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What can be written: float32 values, converted to the type asked for, or bytes that are already stored. */
export type Writable = StoredTensor | { readonly shape: Shape; readonly data: Float32Array };

/** The format's own limit, so that a wrong length does not become a huge allocation. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads a file's arrays as views of `bytes`.
 * @throws InputError naming the file (and the array) where the header contradicts itself or the file's size.
 */
export function readSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const { header, dataStart } = readHeader(bytes, name);
  const available = bytes.byteLength - dataStart;
  const entries: { key: string; dtype: StoredType; shape: Shape; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") metadata = readMetadata(value, name);
    else entries.push({ key, ...readEntry(value, available, (problem) => new InputError(name, `tensor ${show(key)} ${problem}`)) });
  }
  checkLayout(entries, available, name);
  const tensors = new Map<string, StoredTensor>();
  for (const { key, dtype, shape, begin, end } of entries) {
    tensors.set(key, { dtype, shape, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset + dataStart + begin, end - begin) });
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array, name: string): { header: object; dataStart: number } {
  const fail = (problem: string, options?: ErrorOptions) => new InputError(name, `is not a safetensors file: ${problem}`, options);
  if (bytes.byteLength < 8) throw fail(`it has ${bytes.byteLength} bytes, the header's length alone takes 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length === 0n) throw fail("the header's length is 0");
  if (length > BigInt(MAX_HEADER_BYTES)) throw fail(`the header's length is ${length}, more than the format's ${MAX_HEADER_BYTES}`);
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.byteLength) {
    throw fail(`the header takes ${length} bytes, the file has ${bytes.byteLength - 8} after its length (is it cut off?)`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, dataStart)));
  } catch (cause) {
    throw fail("the header is not JSON in UTF-8", { cause });
  }
  if (!isRecord(header)) throw fail("the header is not a JSON object");
  return { header, dataStart };
}

function readMetadata(value: unknown, name: string): Record<string, string> {
  if (!isRecord(value)) throw new InputError(name, "__metadata__ is not an object");
  const metadata: Record<string, string> = Object.create(null); // no prototype: a key named "constructor" is only a key
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw new InputError(name, `__metadata__ ${show(key)} is not a string, got ${show(text)}`);
    metadata[key] = text;
  }
  return metadata;
}

function readEntry(value: unknown, available: number, fail: (problem: string) => InputError) {
  if (!isRecord(value)) throw fail(`is not described by an object, got ${show(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isStoredType(dtype)) throw fail(`has an unknown type, got ${show(dtype)}, expected one of ${storedTypes.join(", ")}`);
  if (!isSizes(shape)) throw fail(`has no valid shape, got ${show(shape)}`);
  let size = bytesOf(dtype);
  for (const length of shape) {
    size *= length;
    if (!Number.isSafeInteger(size)) throw fail(`has too many elements, got shape ${show(shape)}`);
  }
  if (!isSizes(offsets) || offsets.length !== 2) throw fail(`has no valid data_offsets, got ${show(offsets)}`);
  const [begin, end] = offsets;
  if (begin > end) throw fail(`ends before it begins, got data_offsets ${show(offsets)}`);
  if (end > available) throw fail(`ends at byte ${end} of the data, the file has ${available} (is it cut off?)`);
  if (end - begin !== size) throw fail(`takes ${size} bytes as ${dtype} ${show(shape)}, data_offsets ${show(offsets)} give ${end - begin}`);
  return { dtype, shape, begin, end };
}

/** Arrays must cover the data exactly: an overlap lets one file mean two things, a hole hides bytes. */
function checkLayout(entries: readonly { key: string; begin: number; end: number }[], available: number, name: string): void {
  let covered = 0;
  for (const { key, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered)
      throw new InputError(name, `tensor ${show(key)} begins at byte ${begin} of the data, inside another that ends at ${covered}`);
    if (begin > covered) throw new InputError(name, `bytes ${covered} to ${begin} of the data belong to no tensor`);
    covered = end;
  }
  if (covered !== available) throw new InputError(name, `bytes ${covered} to ${available} of the data belong to no tensor`);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
/** JSON, cut short: names and values come from the file and may be of any length. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/**
 * A file's bytes. Float32 values are stored as `dtype`, halves rounded to nearest even (65,520 and above become infinite);
 * stored arrays pass through as they are. The same arrays give the same bytes whatever their order: the header is sorted by
 * name, the data by element size, so that every array is aligned, then by name.
 * @throws Error where a shape does not fit its values.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Writable>,
  { dtype, metadata = {} }: { readonly dtype: "F32" | "F16"; readonly metadata?: Readonly<Record<string, string>> },
): Uint8Array<ArrayBuffer> {
  const arrays = [...tensors].map(([name, tensor]) => ({ name, ...toStored(name, tensor, dtype) }));
  arrays.sort((a, b) => bytesOf(b.dtype) - bytesOf(a.dtype) || (a.name < b.name ? -1 : 1));
  const entries: [string, unknown][] = [];
  let offset = 0;
  for (const { name, dtype, shape, bytes } of arrays) {
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + bytes.byteLength] }]);
    offset += bytes.byteLength;
  }
  const header = toHeader(entries, metadata);
  const file = new Uint8Array(8 + header.byteLength + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.byteLength), true);
  file.set(header, 8);
  let position = 8 + header.byteLength;
  for (const { bytes } of arrays) {
    file.set(bytes, position);
    position += bytes.byteLength;
  }
  return file;
}

function toStored(name: string, tensor: Writable, dtype: "F32" | "F16"): StoredTensor {
  if (name === "__metadata__") throw new Error("writeSafetensors: a tensor cannot be named __metadata__");
  const stored = "bytes" in tensor ? tensor : { dtype, shape: tensor.shape, bytes: toBytes(tensor.data, dtype) };
  const expected = sizeOf(stored.shape) * bytesOf(stored.dtype);
  if (stored.bytes.byteLength !== expected) {
    throw new Error(
      `writeSafetensors: ${show(name)} takes ${expected} bytes as ${stored.dtype} ${show(stored.shape)}, got ${stored.bytes.byteLength}`,
    );
  }
  return stored;
}

/** The header, padded with spaces so that the data starts at a multiple of 8. */
function toHeader(entries: readonly [string, unknown][], metadata: Readonly<Record<string, string>>): Uint8Array {
  const strings = Object.entries(metadata);
  const all: readonly [string, unknown][] = strings.length > 0 ? [...entries, ["__metadata__", new Map(strings)]] : entries;
  const text = new TextEncoder().encode(sortedJson(all));
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  header.set(text);
  return header;
}

/** An object's JSON with its keys in the order of their code units; a JavaScript object would put keys like "10" first. */
function sortedJson(entries: readonly [string, unknown][]): string {
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const json = (value: unknown) => (value instanceof Map ? sortedJson([...value]) : JSON.stringify(value));
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${json(value)}`).join(",")}}`;
}

function toBytes(data: Float32Array, dtype: "F32" | "F16"): Uint8Array {
  if (dtype === "F32") return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const halves = new Uint16Array(data.length);
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < halves.length; i++) halves[i] = floatBitsToHalf(bits[i]);
  return new Uint8Array(halves.buffer);
}
