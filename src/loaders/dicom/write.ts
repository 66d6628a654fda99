/** DICOM data elements as bytes (PS3.5 section 7). */

/** How elements are coded. */
export interface Coding {
  readonly isImplicit: boolean;
  readonly isBigEndian: boolean;
}

/** An element to write: its value, or the items of a sequence. */
export interface Writable {
  /** As dicom-parser spells tags: x and eight hexadecimal digits. */
  readonly tag: string;
  readonly vr: string;
  readonly value: Uint8Array;
  /** The value ends itself, as encapsulated pixels do. */
  readonly hasUndefinedLength?: boolean;
}

/** Value representations whose length takes four bytes, after two reserved ones. */
const LONG = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"];

/** Elements in the order of their tags. */
export const writeElements = (elements: readonly Writable[], coding: Coding): Uint8Array =>
  joined(elements.toSorted((a, b) => (a.tag < b.tag ? -1 : 1)).flatMap((element) => [header(element, coding), element.value]));

/** The value of a sequence: its items, each of known length. */
export const writeItems = (items: readonly Uint8Array[], coding: Coding): Uint8Array =>
  joined(items.flatMap((item) => [header({ tag: "xfffee000", vr: "", value: item }, { ...coding, isImplicit: true }), item]));

function header({ tag, vr, value, hasUndefinedLength = false }: Writable, { isImplicit, isBigEndian }: Coding): Uint8Array {
  const isLong = !isImplicit && LONG.includes(vr);
  const view = new DataView(new ArrayBuffer(isLong ? 12 : 8));
  view.setUint16(0, Number.parseInt(tag.slice(1, 5), 16), !isBigEndian);
  view.setUint16(2, Number.parseInt(tag.slice(5), 16), !isBigEndian);
  const length = hasUndefinedLength ? 0xffffffff : value.length;
  if (!isImplicit) for (let i = 0; i < 2; i++) view.setUint8(4 + i, vr.charCodeAt(i));
  if (isLong) view.setUint32(8, length, !isBigEndian);
  else if (isImplicit) view.setUint32(4, length, !isBigEndian);
  else view.setUint16(6, length, !isBigEndian);
  return new Uint8Array(view.buffer);
}

/** Text as a value: padded to an even length, UIDs with zero. */
export function textValue(text: string, padding = " "): Uint8Array {
  return new TextEncoder().encode(text.length % 2 === 0 ? text : text + padding);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
