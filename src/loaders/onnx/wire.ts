/** Protobuf messages field by field, with every length checked against what is there before anything is read. */
import { PbfReader } from "pbf";
import { InputError } from "../../bytes.ts";

/** One field of a message: its number, and its value as the wire has it. */
export type Field =
  | { readonly number: number; readonly wire: "varint"; readonly value: number }
  | { readonly number: number; readonly wire: "bytes" | "fixed32" | "fixed64"; readonly bytes: Uint8Array };

/** Messages within messages: deeper ones are refused, so that no file can exhaust the stack. A graph in a graph takes three. */
const MAX_DEPTH = 64;

/** Where in a file a message is: for messages of errors, and to bound nesting. */
export interface Place {
  readonly file: string;
  readonly path: string;
  readonly depth: number;
}

/** The outermost message of a file. */
export const rootOf = (file: string): Place => ({ file, path: "", depth: 0 });

/** An error about a message. */
export const failAt = ({ file, path }: Place, problem: string, options?: ErrorOptions): InputError =>
  new InputError(file, `is not an ONNX model: ${path}${path ? " " : ""}${problem}`, options);

/** The place of a message inside another. */
export function within(place: Place, name: string): Place {
  if (place.depth >= MAX_DEPTH) throw failAt(place, `is nested more than ${MAX_DEPTH} messages deep`);
  return { file: place.file, path: place.path ? `${place.path}.${name}` : name, depth: place.depth + 1 };
}

/**
 * The fields of a message, in the order of the file.
 * @throws InputError for a field that reaches past the message's end, an unknown wire type, or field number 0.
 */
export function* fieldsOf(message: Uint8Array, place: Place): Generator<Field> {
  const reader = new PbfReader(message);
  const end = message.length;
  const varint = (): number => {
    let value: number;
    try {
      value = reader.readVarint(true);
    } catch (cause) {
      throw failAt(place, `has a number of more than 10 bytes at byte ${reader.pos}`, { cause });
    }
    if (reader.pos > end) throw failAt(place, `ends inside a number at byte ${end} (is it cut off?)`);
    return value;
  };
  const take = (length: number): Uint8Array => {
    const start = reader.pos;
    if (!(length >= 0 && length <= end - start))
      throw failAt(place, `has a field of ${length} bytes where ${end - start} are left (is it cut off?)`);
    reader.pos = start + length;
    return message.subarray(start, reader.pos);
  };
  while (reader.pos < end) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (!(number > 0)) throw failAt(place, `has a field of number ${number} at byte ${reader.pos}`);
    if (wire === 0) yield { number, wire: "varint", value: varint() };
    else if (wire === 1) yield { number, wire: "fixed64", bytes: take(8) };
    else if (wire === 2) yield { number, wire: "bytes", bytes: take(varint()) };
    else if (wire === 5) yield { number, wire: "fixed32", bytes: take(4) };
    else throw failAt(place, `has a field of unknown wire type ${wire} at byte ${reader.pos}`);
  }
}

/** The number of a varint field. */
export function integerOf(field: Field, place: Place): number {
  if (field.wire !== "varint") throw failAt(place, `field ${field.number} must be a number, is ${field.wire}`);
  return field.value;
}

/** The bytes of a length-delimited field: a message, or data. */
export function bytesOf(field: Field, place: Place): Uint8Array {
  if (field.wire !== "bytes") throw failAt(place, `field ${field.number} must have a length, is ${field.wire}`);
  return field.bytes;
}

/** The text of a field. */
export function textOf(field: Field, place: Place): string {
  const bytes = bytesOf(field, place);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw failAt(place, `field ${field.number} must be text in UTF-8`, { cause });
  }
}

/** The float of a fixed32 field. */
export function floatOf(field: Field, place: Place): number {
  if (field.wire !== "fixed32") throw failAt(place, `field ${field.number} must be a float, is ${field.wire}`);
  return new DataView(field.bytes.buffer, field.bytes.byteOffset, 4).getFloat32(0, true);
}

/** Adds the numbers of a repeated varint field, packed or one by one. */
export function addIntegers(into: number[], field: Field, place: Place): void {
  if (field.wire !== "bytes") {
    into.push(integerOf(field, place));
    return;
  }
  const reader = new PbfReader(field.bytes);
  while (reader.pos < field.bytes.length) {
    try {
      into.push(reader.readVarint(true));
    } catch (cause) {
      throw failAt(place, `field ${field.number} has a number of more than 10 bytes`, { cause });
    }
  }
  if (reader.pos > field.bytes.length) throw failAt(place, `field ${field.number} ends inside a number`);
}

/** Adds the numbers of a repeated float (4 bytes) or double (8 bytes) field, packed or one by one. */
export function addFloats(into: number[], field: Field, size: 4 | 8, place: Place): void {
  if (field.wire === "varint" || field.bytes.length % size !== 0)
    throw failAt(place, `field ${field.number} must hold floats of ${size} bytes`);
  const view = new DataView(field.bytes.buffer, field.bytes.byteOffset, field.bytes.length);
  for (let at = 0; at < field.bytes.length; at += size) into.push(size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
}
