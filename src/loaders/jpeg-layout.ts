/** What a JPEG's markers say before any pixel is decoded: size, coding, colour, orientation, and whether the file is whole. */
import { InputError } from "../bytes.ts";
import { beginning, checkSize } from "./image.ts";
import { jpegQuality } from "./jpeg-quality.ts";

/** A JPEG's frame header, and what its other segments say of the pixels. JPEG-LS shares the structure. */
export interface JpegLayout {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 8 or 12; 2 to 16 where the coding is lossless. */
  readonly precision: number;
  readonly components: number;
  readonly coding: "sequential" | "progressive" | "lossless" | "hierarchical" | "arithmetic" | "JPEG-LS";
  /** The colour transform that Adobe's segment names: 0 none, 1 YCbCr, 2 YCCK. */
  readonly adobeTransform?: number;
  readonly hasJfif: boolean;
  /** Passes over the picture, or over one of its colours. */
  readonly scans: number;
  /** Bits that a lossless coding dropped. */
  readonly pointTransform: number;
  /** Exif's orientation, 2 to 8, where the picture is to be turned for display. */
  readonly orientation?: number;
  /** libjpeg's quality of the first component, by its table; none for codings without one. */
  readonly quality?: number;
  /** Where the end marker ends; what follows is no part of the picture. */
  readonly end: number;
}

/** No encoder writes more; each costs a pass over the picture, however few bytes it has. */
const MAX_SCANS = 100;

/** Frame headers (ITU-T T.81 table B.1, T.87) by the second byte of their marker. */
const codings = new Map<number, JpegLayout["coding"]>([
  [0xc0, "sequential"],
  [0xc1, "sequential"],
  [0xc2, "progressive"],
  [0xc3, "lossless"],
  ...[0xc5, 0xc6, 0xc7].map((marker) => [marker, "hierarchical"] as const),
  ...[0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf].map((marker) => [marker, "arithmetic"] as const),
  [0xf7, "JPEG-LS"],
]);

/**
 * Walks the segments from the first marker to the last.
 * @throws InputError where the file is no JPEG, is cut off or damaged, or its picture is empty, too large, or more than its bytes can hold.
 */
export function readJpegLayout(bytes: Uint8Array, name: string): JpegLayout {
  const damaged = (problem: string): InputError => new InputError(name, `is a damaged JPEG: ${problem}`);
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new InputError(name, `is not a JPEG: begins with ${beginning(bytes)}`);
  const cutOff = new InputError(name, `is a JPEG cut off at byte ${bytes.length}`);
  let frame:
    | (Pick<JpegLayout, "width" | "height" | "precision" | "components" | "coding"> & { readonly blocks: number; readonly table: number })
    | undefined;
  const tables = new Map<number, number>();
  let [adobeTransform, orientation, hasJfif]: [number | undefined, number | undefined, boolean] = [undefined, undefined, false];
  let [scans, coded, pointTransform, position] = [0, 0, 0, 2];
  for (;;) {
    if (position + 2 > bytes.length) throw cutOff;
    if (bytes[position] !== 0xff) throw damaged(`a marker is missing at byte ${position}`);
    const marker = bytes[position + 1];
    if (marker === 0xff) {
      position++;
      continue;
    }
    position += 2;
    if (marker === 0xd9) break;
    if (position + 2 > bytes.length) throw cutOff;
    const length = (bytes[position] << 8) | bytes[position + 1];
    if (length < 2) throw damaged(`a segment at byte ${position} has a length of ${length}`);
    if (position + length > bytes.length) throw cutOff;
    const segment = bytes.subarray(position + 2, position + length);
    position += length;
    const coding = codings.get(marker);
    if (coding) {
      if (frame) throw damaged("it has two frames");
      frame = readFrame(segment, coding, name, damaged);
    } else if (marker === 0xdb) for (const [id, quality] of readTables(segment)) tables.set(id, quality);
    else if (marker === 0xe0) hasJfif ||= startsWith(segment, "JFIF\0");
    else if (marker === 0xe1) orientation ??= readOrientation(segment);
    else if (marker === 0xee && startsWith(segment, "Adobe") && segment.length >= 12) adobeTransform = segment[11];
    else if (marker === 0xda) {
      if (!frame) throw damaged("pixels come before their size");
      pointTransform = segment[segment.length - 1] & 15;
      if (++scans > MAX_SCANS) throw damaged(`it has more than ${MAX_SCANS} scans`);
      const end = endOfScan(bytes, position);
      coded += end - position;
      position = end;
    }
  }
  if (!frame) throw damaged("it has no frame");
  // No block of 8 × 8 samples takes less than a bit: a short file cannot make us allocate for the size it claims.
  if (frame.blocks > 8 * coded) throw damaged(`${coded} bytes of pixel data are too few for ${frame.width} × ${frame.height}`);
  const { blocks: _, table, ...header } = frame;
  return { ...header, adobeTransform, orientation, hasJfif, scans, pointTransform, quality: tables.get(table), end: position };
}

/** The quality of each quantisation table of a segment, with its number; tables that are cut off are for the decoder to complain of. */
function readTables(segment: Uint8Array): [id: number, quality: number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < segment.length; ) {
    const bytes = segment[at] >> 4 === 0 ? 1 : 2;
    const end = at + 1 + 64 * bytes;
    if (end > segment.length) break;
    let sum = 0;
    for (let i = at + 1; i < end; i += bytes) sum += bytes === 1 ? segment[i] : (segment[i] << 8) | segment[i + 1];
    found.push([segment[at] & 15, jpegQuality(sum)]);
    at = end;
  }
  return found;
}

function readFrame(segment: Uint8Array, coding: JpegLayout["coding"], name: string, damaged: (problem: string) => InputError) {
  const [precision, h1, h0, w1, w0, components] = segment;
  if (segment.length < 6 || segment.length < 6 + 3 * components) throw damaged("its frame header is too short");
  const [width, height] = [(w1 << 8) | w0, (h1 << 8) | h0];
  checkSize(width, height, name);
  const sampling = Array.from({ length: components }, (_, i) => [segment[7 + 3 * i] >> 4, segment[7 + 3 * i] & 15]);
  if (components === 0 || sampling.some(([across, down]) => across < 1 || across > 4 || down < 1 || down > 4))
    throw damaged("its frame header has no valid components");
  const [mostAcross, mostDown] = [0, 1].map((axis) => Math.max(...sampling.map((factors) => factors[axis])));
  const blocksOf = (size: number, factor: number, most: number): number => Math.ceil((size * factor) / most / 8);
  const isTransformed = coding === "sequential" || coding === "progressive";
  // JPEG-LS and lossless JPEG have no blocks: a run of JPEG-LS may hold any number of rows in a few bits.
  const blocks = isTransformed
    ? sampling.reduce((sum, [across, down]) => sum + blocksOf(width, across, mostAcross) * blocksOf(height, down, mostDown), 0)
    : 0;
  return { width, height, precision, components, coding, blocks, table: segment[8] };
}

/** Where the next marker is that ends the entropy-coded bytes: not a stuffed byte, not a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let position = bytes.indexOf(0xff, from); position >= 0; position = bytes.indexOf(0xff, position + 1)) {
    const next = bytes[position + 1];
    if (next >= 0x80 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return position;
  }
  return bytes.length;
}

/** Tag 0x0112 of the first directory of an Exif segment, a small TIFF; undefined where there is none or it is damaged. */
function readOrientation(segment: Uint8Array): number | undefined {
  if (!startsWith(segment, "Exif\0\0") || segment.length < 14) return undefined;
  const view = new DataView(segment.buffer, segment.byteOffset + 6, segment.length - 6);
  const isLittle = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > view.byteLength) return undefined;
  const entries = view.getUint16(directory, isLittle);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return undefined;
    if (view.getUint16(entry, isLittle) !== 0x0112) continue;
    const value = view.getUint16(entry + 8, isLittle);
    return value >= 2 && value <= 8 ? value : undefined;
  }
  return undefined;
}

const startsWith = (bytes: Uint8Array, text: string): boolean => [...text].every((character, i) => bytes[i] === character.charCodeAt(0));
