/** DICOM files parsed into data sets, and the values of their tags. */
import dicomParser, { type DataSet, type Element } from "dicom-parser";
import { InputError } from "../../bytes.ts";
import { beginning } from "../image.ts";
import { inflateUpTo } from "../inflate.ts";

/** A parsed file. Positions within `dataSet` are those of its own `byteArray`, which is the file, inflated where it was deflated. */
export interface DicomFile {
  readonly name: string;
  readonly dataSet: DataSet;
  /** The UID that says how data elements and pixels are coded (PS3.5 section 10). */
  readonly transferSyntax: string;
}

export const DEFLATED = "1.2.840.10008.1.2.1.99";
export const BIG_ENDIAN = "1.2.840.10008.1.2.2";
export const IMPLICIT = "1.2.840.10008.1.2";

/** A deflated data set may grow to this many bytes: three of the largest detectors, and inflated within a second. */
const MAX_INFLATED = 2 ** 27;

/** The one thing that the parser notes without harm: an empty element at the very end. All else is data that should be there and is not. */
const HARMLESS = "in peeking to determine VR";

/**
 * Parses a file whole.
 * @throws InputError where it is no DICOM file (PS3.10), is cut off or damaged, or inflates to more than 128 MiB.
 */
export function parseDicom(bytes: Uint8Array, name: string): DicomFile {
  const isDicom = [0x44, 0x49, 0x43, 0x4d].every((byte, i) => bytes[128 + i] === byte);
  if (!isDicom) throw new InputError(name, `is no DICOM file, begins with ${beginning(bytes)}`);
  const dataSet = parse(bytes, name);
  const warning = dataSet.warnings.find((text) => !text.endsWith(HARMLESS));
  if (warning) throw new InputError(name, `is a damaged DICOM file, is it cut off? (${warning})`);
  const transferSyntax = textOf(dataSet, "x00020010");
  if (!transferSyntax) throw new InputError(name, "is a damaged DICOM file: it names no transfer syntax");
  return { name, dataSet, transferSyntax };
}

function parse(bytes: Uint8Array, name: string): DataSet {
  try {
    return dicomParser.parseDicom(bytes, { inflater: (file: Uint8Array, position: number) => inflate(file, position, name) });
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    // Strings, errors, and errors within records: the parser throws them all.
    const inner = typeof cause === "object" && cause !== null && "exception" in cause ? cause.exception : cause;
    const isTooDeep = inner instanceof RangeError && /call stack/.test(inner.message);
    const problem = isTooDeep ? "its sequences are nested too deep" : inner instanceof Error ? inner.message : String(inner);
    throw new InputError(name, `is a damaged DICOM file, is it cut off? (${problem.replace(/^dicomParser\.?/, "")})`, { cause });
  }
}

/** The file with everything after its header inflated. */
function inflate(file: Uint8Array, position: number, name: string): Uint8Array {
  let chunks: Uint8Array[] | undefined;
  try {
    chunks = inflateUpTo(file.subarray(position), MAX_INFLATED, "raw");
  } catch (cause) {
    throw new InputError(name, "is a damaged DICOM file: its data cannot be inflated, is it cut off?", { cause });
  }
  if (!chunks) throw new InputError(name, `is too large, its data inflate to more than ${MAX_INFLATED} bytes`);
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, position));
  whole.set(file.subarray(0, position));
  let at = position;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** A value as text, without the padding; undefined where the tag is missing or empty. */
export const textOf = (dataSet: DataSet, tag: string): string | undefined => dataSet.string(tag)?.replaceAll("\0", "").trim() || undefined;

/** Text of a file in a message: on one line, without codes for a terminal, and not too long. */
export const shown = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 64);

/** A tag that holds decimal numbers (DS, IS), each of its values; those that are no numbers are NaN. */
export function decimalsOf(dataSet: DataSet, tag: string): number[] {
  const text = textOf(dataSet, tag);
  return text === undefined ? [] : text.split("\\").map((value) => (value.trim() === "" ? Number.NaN : Number(value)));
}

/** The first item of a sequence; undefined where it is missing or empty. */
export const itemOf = (dataSet: DataSet, tag: string): DataSet | undefined => dataSet.elements[tag]?.items?.[0]?.dataSet;

/**
 * Where a frame's attributes of a kind stand: in the frame's own functional group, in the one that all share (PS3.3 C.7.6.16), or, as in
 * files of one frame, in the data set itself.
 */
export function functionalGroup(dataSet: DataSet, frame: number, tag: string): DataSet {
  const own = dataSet.elements.x52009230?.items?.[frame - 1]?.dataSet;
  const shared = itemOf(dataSet, "x52009229");
  return (own && itemOf(own, tag)) ?? (shared && itemOf(shared, tag)) ?? dataSet;
}

/** The bytes of an element, a view of the file. */
export const bytesOf = ({ byteArray }: Pick<DataSet, "byteArray">, { dataOffset, length }: Element): Uint8Array =>
  byteArray.subarray(dataOffset, dataOffset + length);

/** A look-up table (PS3.3 C.11.1): what it gives for each stored value from `first` on; values beyond it get its ends. */
export interface LookUpTable {
  readonly first: number;
  /** Bits of an entry, as the descriptor has it. */
  readonly bits: number;
  readonly entries: Uint16Array;
}

/**
 * Reads a table from its descriptor and its data.
 * @throws InputError where either is missing, or they contradict each other.
 */
export function lookUpTable(
  dataSet: DataSet,
  { descriptor, data, isSigned, name }: { descriptor: string; data: string; isSigned: boolean; name: string },
): LookUpTable {
  const element = dataSet.elements[data];
  const [count, , bits] = [0, 1, 2].map((index) => dataSet.uint16(descriptor, index));
  const first = isSigned ? dataSet.int16(descriptor, 1) : dataSet.uint16(descriptor, 1);
  if (count === undefined || first === undefined || bits === undefined || bits < 1 || bits > 16 || !element)
    throw new InputError(name, "is a damaged DICOM file: a look-up table has no valid descriptor or no data");
  const length = count === 0 ? 65536 : count;
  const bytes = bytesOf(dataSet, element);
  // Tables of 8 bits are stored in words, or packed.
  const isPacked = bytes.length < 2 * length;
  if (bytes.length < length || (isPacked && bits > 8))
    throw new InputError(name, `is a damaged DICOM file: a look-up table should have ${length} entries, got ${bytes.length} bytes`);
  const entries = Uint16Array.from({ length }, (_, i) => (isPacked ? bytes[i] : (dataSet.uint16(data, i) ?? 0)));
  return { first, bits, entries };
}

/** What a table gives for a value. */
export function lookUp({ first, entries }: LookUpTable, value: number): number {
  return entries[Math.min(Math.max(Math.trunc(value) - first, 0), entries.length - 1)];
}
