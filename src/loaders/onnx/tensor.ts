/** TensorProto: an array as an ONNX file stores it, checked against the bytes that are there, and its values. */
import { halfToFloatBits } from "../../half.ts";
import { type Shape, sizeOf } from "../../tensor.ts";
import { bitsOf, type ElementType, elementTypeOf, integerRange } from "./element-type.ts";
import { type HostTensor, roomFor } from "./host-tensor.ts";
import { decodeFloat, formatOf } from "./small-float.ts";
import { addFloats, addIntegers, bytesOf, failAt, fieldsOf, integerOf, type Place, textOf, within } from "./wire.ts";

/** An array with its elements as stored, or where they are stored. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly content: Content;
}

/** Little-endian bytes of the file, numbers from a typed field, or a part of a file beside the model. */
export type Content =
  | { readonly kind: "raw"; readonly bytes: Uint8Array }
  | { readonly kind: "numbers"; readonly values: readonly number[] }
  | { readonly kind: "external"; readonly location: string; readonly offset: number; readonly length?: number }
  | { readonly kind: "text" };

/**
 * Reads a TensorProto.
 * @throws InputError for an unknown type, sizes that are no sizes, or another number of bytes than the shape takes.
 */
export function readTensor(message: Uint8Array, outer: Place): OnnxTensor {
  const place = within(outer, "tensor");
  const shape: number[] = [];
  const values: number[] = [];
  const external = new Map<string, string>();
  let [code, name, isExternal, isText]: [number, string, boolean, boolean] = [0, "", false, false];
  let raw: Uint8Array | undefined;
  for (const field of fieldsOf(message, place)) {
    if (field.number === 1) addIntegers(shape, field, place);
    else if (field.number === 2) code = integerOf(field, place);
    else if (field.number === 4) addFloats(values, field, 4, place);
    else if (field.number === 5 || field.number === 7 || field.number === 11) addIntegers(values, field, place);
    else if (field.number === 6) isText = true;
    else if (field.number === 8) name = textOf(field, place);
    else if (field.number === 9) raw = bytesOf(field, place);
    else if (field.number === 10) addFloats(values, field, 8, place);
    else if (field.number === 13) external.set(...readEntry(bytesOf(field, place), place));
    else if (field.number === 14) isExternal = integerOf(field, place) === 1;
  }
  const fail = (problem: string) => failAt(outer, `tensor ${JSON.stringify(name)} ${problem}`);
  const type = elementTypeOf(code);
  if (!type) throw fail(`has an unknown element type, got ${code}`);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) throw fail(`has no valid shape, got [${shape.join(", ")}]`);
  const count = sizeOf(shape);
  if (!Number.isSafeInteger(count)) throw fail(`has too many elements, got shape [${shape.join(", ")}]`);
  if (type === "string" || isText) return { name, type: "string", shape, content: { kind: "text" } };
  if (isExternal) return { name, type, shape, content: externalContent(external, fail) };
  if (raw) {
    checkBytes(raw.length, type, shape, fail);
    return { name, type, shape, content: { kind: "raw", bytes: raw } };
  }
  const expected = storedNumbers(type, count);
  if (values.length !== expected) throw fail(`takes ${expected} numbers as ${type} [${shape.join(", ")}], has ${values.length}`);
  return { name, type, shape, content: { kind: "numbers", values } };
}

/** Bytes that elements take in raw data: types of less than a byte are packed. */
export const rawBytes = (type: ElementType, shape: Shape): number => Math.ceil((sizeOf(shape) * bitsOf(type)) / 8);

/** @throws what `fail` makes, where there are fewer or more bytes than the shape takes. */
export function checkBytes(length: number, type: ElementType, shape: Shape, fail: (problem: string) => Error): void {
  const expected = rawBytes(type, shape);
  if (length !== expected) throw fail(`takes ${expected} bytes as ${type} [${shape.join(", ")}], has ${length}`);
}

/** int32_data holds a byte of packed elements each; complex numbers take two. */
function storedNumbers(type: ElementType, count: number): number {
  if (type.startsWith("complex")) return 2 * count;
  return bitsOf(type) < 8 ? Math.ceil((count * bitsOf(type)) / 8) : count;
}

function readEntry(message: Uint8Array, outer: Place): [key: string, value: string] {
  const place = within(outer, "external_data");
  let [key, value] = ["", ""];
  for (const field of fieldsOf(message, place)) {
    if (field.number === 1) key = textOf(field, place);
    else if (field.number === 2) value = textOf(field, place);
  }
  return [key, value];
}

function externalContent(entries: ReadonlyMap<string, string>, fail: (problem: string) => Error): Content {
  const number = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
      throw fail(`lies outside the model with no valid ${key}, got ${JSON.stringify(text)}`);
    return value;
  };
  const location = entries.get("location");
  if (!location) throw fail("lies outside the model, in no file");
  return { kind: "external", location, offset: number("offset") ?? 0, length: number("length") };
}

/**
 * The values: exact for every type of up to 32 bits; 64-bit integers are rounded beyond 2⁵³ (see `isExact`).
 * Undefined for text, complex numbers, and types without a value of their own for 0.
 */
export function decodeTensor({ type, shape, content }: OnnxTensor): HostTensor | undefined {
  if (content.kind === "text" || content.kind === "external" || type.startsWith("complex") || type === "float8e8m0") return undefined;
  if (content.kind === "raw" && type === "float32") return { type, shape, data: alignedFloats(content.bytes) };
  const count = sizeOf(shape);
  const data = roomFor(type, count);
  const bits = bitsOf(type);
  const element = content.kind === "raw" ? rawReader(type, content.bytes) : (index: number) => content.values[index];
  const packed = content.kind === "raw" ? (index: number) => content.bytes[index] : element;
  const format = formatOf(type);
  const range = integerRange(type);
  const half = type === "float16" ? new Float32Array(halfToFloatBits().buffer) : undefined;
  for (let i = 0; i < count; i++) {
    const perByte = 8 / bits;
    const stored = bits < 8 ? (packed(Math.floor(i / perByte)) >> (bits * (i % perByte))) & (2 ** bits - 1) : element(i);
    if (half) data[i] = half[stored & 0xffff];
    else if (format) data[i] = decodeFloat(stored & 0xffff, format);
    else if (bits < 8 && range && stored > range[1]) data[i] = stored - 2 ** bits;
    else if (type === "uint64" && stored < 0) data[i] = stored + 2 ** 64;
    else data[i] = type === "bool" ? Number(stored !== 0) : stored;
  }
  return { type, shape, data };
}

/** A view where the bytes happen to be aligned, else a copy. */
function alignedFloats(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, bytes.length / 4);
}

/** Reads the element of a place; floats of 16 bits and fewer come as codes. */
function rawReader(type: ElementType, bytes: Uint8Array): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const readers: Partial<Record<ElementType, (index: number) => number>> = {
    float32: (i) => view.getFloat32(4 * i, true),
    float64: (i) => view.getFloat64(8 * i, true),
    int8: (i) => view.getInt8(i),
    int16: (i) => view.getInt16(2 * i, true),
    uint16: (i) => view.getUint16(2 * i, true),
    int32: (i) => view.getInt32(4 * i, true),
    uint32: (i) => view.getUint32(4 * i, true),
    int64: (i) => Number(view.getBigInt64(8 * i, true)),
    uint64: (i) => Number(view.getBigUint64(8 * i, true)),
    float16: (i) => view.getUint16(2 * i, true),
    bfloat16: (i) => view.getUint16(2 * i, true),
  };
  return readers[type] ?? ((i) => view.getUint8(i));
}
