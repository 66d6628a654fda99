/** Copies of DICOM files by which nobody is recognised (PS3.15 annex E, basic application level confidentiality profile). */
import type { DataSet, Element } from "dicom-parser";
import { InputError } from "../../bytes.ts";
import { emptied, type Kept, kept, names, replaced } from "./confidentiality.ts";
import { BIG_ENDIAN, bytesOf, DEFLATED, IMPLICIT, parseDicom, textOf } from "./data-set.ts";
import { readPixelFormat } from "./pixel-format.ts";
import { type Coding, joined, textValue, type Writable, writeElements, writeItems } from "./write.ts";

/** A copy, and how it differs from the file. */
export interface Deidentified {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The copy's own SOP Instance UID. */
  readonly uid: string;
  /** What is gone, emptied and replaced, by number and name: "(0010,0010) Patient's Name". Values are not told. */
  readonly removed: readonly string[];
  readonly emptied: readonly string[];
  readonly replaced: readonly string[];
  /** What a program cannot see: annotation within the pixels. */
  readonly warnings: readonly string[];
}

const EXPLICIT = "1.2.840.10008.1.2.1";

/** A UID of our own for programs that write files, made of a random UUID as PS3.5 annex B.2 has it. */
const IMPLEMENTATION = "2.25.212366134093212764321903422174630217241";

/**
 * A copy with the attributes that are known to identify nobody, and without all others, private ones and words of any kind among them.
 * UIDs are replaced by random ones, the same by the same as long as `uids` is. The pixels' bytes stay as they are, compressed or not.
 * @throws InputError where the file is no DICOM film, or is cut off or damaged.
 */
export function deidentify(bytes: Uint8Array, name: string, uids: Map<string, string>): Deidentified {
  const file = parseDicom(bytes, name);
  readPixelFormat(file);
  const { dataSet, transferSyntax } = file;
  if (!isUid(transferSyntax)) throw new InputError(name, "is a damaged DICOM file: its transfer syntax is no UID");
  // What was deflated is written plain: deflating is no part of the pixels.
  const syntax = transferSyntax === DEFLATED ? EXPLICIT : transferSyntax;
  const coding = { isImplicit: syntax === IMPLICIT, isBigEndian: syntax === BIG_ENDIAN };
  const removed: string[] = [];
  const newUid = (tag: string): string => {
    const old = textOf(dataSet, tag) ?? "";
    const uid = uids.get(old) ?? randomUid();
    if (old !== "") uids.set(old, uid);
    return uid;
  };
  const sopClass = textOf(dataSet, "x00080016");
  if (!sopClass || !isUid(sopClass)) throw new InputError(name, "is a damaged DICOM file: it does not say what it is (SOP Class UID)");
  const uidElements = replaced
    .filter((tag) => dataSet.elements[tag] || tag !== "x00200052")
    .map((tag) => ({ tag, vr: "UI", value: textValue(newUid(tag), "\0") }));
  const settled = new Set(["x00080016", ...replaced, ...emptied.map(([tag]) => tag)]);
  const elements: Writable[] = [
    { tag: "x00080016", vr: "UI", value: textValue(sopClass, "\0") },
    ...uidElements,
    ...emptied.map(([tag, vr]) => ({ tag, vr, value: new Uint8Array() })),
    ...declaration(coding),
    ...cleaned({ byteArray: dataSet.byteArray, elements: withoutHeader(dataSet) }, coding, (tag) => settled.has(tag), removed),
  ];
  const uid = newUid("x00080018");
  const present = (tag: string): boolean => dataSet.elements[tag]?.length > 0;
  return {
    bytes: joined([header(sopClass, uid, syntax), writeElements(elements, coding)]),
    uid,
    removed,
    emptied: emptied
      .map(([tag]) => tag)
      .filter(present)
      .map(told),
    replaced: replaced.filter(present).map(told),
    warnings: [
      ...(textOf(dataSet, "x00280301") === "NO" ? [] : ["the pixels may show a name: the file does not rule out burned-in annotation"]),
      ...(hasComments(dataSet) ? ["the coded pixels hold comments of their own, which stay"] : []),
    ],
  };
}

const isUid = (text: string): boolean => /^[\d.]{1,64}$/.test(text);

/** The parts of a data set that its elements are read from. */
type Elements = Pick<DataSet, "elements" | "byteArray">;

/** All elements but those of the file's own header, which is written anew. */
const withoutHeader = ({ elements }: DataSet): DataSet["elements"] =>
  Object.fromEntries(Object.entries(elements).filter(([tag]) => !tag.startsWith("x0002")));

/** What stays of a data set, items gone through likewise; what does not is told to `removed`. */
function cleaned(dataSet: Elements, coding: Coding, isSettled: (tag: string) => boolean, removed: string[]): Writable[] {
  const result: Writable[] = [];
  for (const [tag, element] of Object.entries(dataSet.elements)) {
    if (isSettled(tag) || tag.startsWith("xfffe")) continue;
    const kind = kept.get(tag);
    const vr = element.vr ?? "UN";
    const { items } = element;
    if (kind === "items" && items) {
      const values = items.map(({ dataSet: item }) => writeElements(item ? cleaned(item, coding, () => false, removed) : [], coding));
      result.push({ tag, vr: "SQ", value: writeItems(values, coding) });
    } else if (kind && kind !== "items" && fits(dataSet, element, kind)) {
      const value = bytesOf(dataSet, element);
      result.push({ tag, vr, value, hasUndefinedLength: element.hadUndefinedLength });
    } else removed.push(told(tag));
  }
  return result;
}

/** Whether a value is what its attribute is for: what is no code and no number may be a name. */
function fits(dataSet: Elements, element: Element, kind: Exclude<Kept, "items">): boolean {
  if (kind === "binary") return element.items === undefined && (element.hadUndefinedLength !== true || element.tag === "x7fe00010");
  if (element.items || element.length > 4096) return false;
  const text = String.fromCharCode(...bytesOf(dataSet, element));
  if (kind === "decimals") return /^[\d+\-.eE \\\0]*$/.test(text);
  return text.split("\\").every((value) => /^[A-Z0-9_ \0]{0,16}$/.test(value));
}

/** Whether a JPEG among the fragments has a comment or Exif, before its first scan. */
function hasComments({ byteArray, elements }: DataSet): boolean {
  const { fragments = [] } = elements.x7fe00010;
  return fragments.some(({ position, length }) => {
    const end = position + length;
    if (byteArray[position] !== 0xff || byteArray[position + 1] !== 0xd8) return false;
    for (let at = position + 2; at + 4 <= end && byteArray[at] === 0xff && byteArray[at + 1] !== 0xda; ) {
      if (byteArray[at + 1] === 0xfe || byteArray[at + 1] === 0xe1) return true;
      at += 2 + ((byteArray[at + 2] << 8) | byteArray[at + 3]);
    }
    return false;
  });
}

/** That identity was removed, and by which profile. */
function declaration(coding: Coding): Writable[] {
  const code = writeElements(
    [
      { tag: "x00080100", vr: "SH", value: textValue("113100") },
      { tag: "x00080102", vr: "SH", value: textValue("DCM") },
      { tag: "x00080104", vr: "LO", value: textValue("Basic Application Confidentiality Profile") },
    ],
    coding,
  );
  return [
    { tag: "x00120062", vr: "CS", value: textValue("YES") },
    { tag: "x00120063", vr: "LO", value: textValue("All but listed technical attributes removed") },
    { tag: "x00120064", vr: "SQ", value: writeItems([code], coding) },
    { tag: "x00280303", vr: "CS", value: textValue("REMOVED") },
  ];
}

/** The part of a file before its data set (PS3.10 section 7.1), always explicit and little-endian; the preamble holds nothing. */
function header(sopClass: string, uid: string, transferSyntax: string): Uint8Array {
  const coding = { isImplicit: false, isBigEndian: false };
  const elements = writeElements(
    [
      { tag: "x00020001", vr: "OB", value: Uint8Array.of(0, 1) },
      { tag: "x00020002", vr: "UI", value: textValue(sopClass, "\0") },
      { tag: "x00020003", vr: "UI", value: textValue(uid, "\0") },
      { tag: "x00020010", vr: "UI", value: textValue(transferSyntax, "\0") },
      { tag: "x00020012", vr: "UI", value: textValue(IMPLEMENTATION, "\0") },
    ],
    coding,
  );
  const length = new Uint8Array(Uint32Array.of(elements.length).buffer);
  const group = writeElements([{ tag: "x00020000", vr: "UL", value: length }], coding);
  return joined([new Uint8Array(128), textValue("DICM"), group, elements]);
}

/** 2.25 and a random 128-bit number. */
function randomUid(): string {
  const random = crypto.getRandomValues(new BigUint64Array(2));
  return `2.25.${(random[0] << 64n) | random[1]}`;
}

/** An attribute as people read it. */
function told(tag: string): string {
  const number = `(${tag.slice(1, 5)},${tag.slice(5)})`;
  const isPrivate = Number.parseInt(tag.slice(4, 5), 16) % 2 === 1;
  const known = isPrivate ? "private" : tag.startsWith("x60") ? "overlay" : names.get(tag);
  return known ? `${number} ${known}` : number;
}
