/** What the directories of a TIFF say of its pages: size, samples, and where the pixels lie. */
import { InputError } from "../bytes.ts";
import { checkSize } from "./image.ts";

/** A page, its directory checked. */
export interface TiffPage {
  readonly pages: number;
  readonly width: number;
  readonly height: number;
  readonly samplesPerPixel: 1 | 2 | 3 | 4;
  readonly bits: 8 | 16;
  readonly meaning: "white is zero" | "black is zero" | "rgb" | "palette";
  readonly coding: "none" | "LZW" | "deflate" | "PackBits";
  /** Whether each sample is stored as the difference to its neighbour on the left. */
  readonly isPredicted: boolean;
  readonly isBigEndian: boolean;
  /** Pieces in rows from the top: strips as wide as the page, which end with it, or tiles, which reach beyond it. */
  readonly isTiled: boolean;
  readonly pieceWidth: number;
  readonly pieceHeight: number;
  readonly pieces: readonly (readonly [begin: number, end: number])[];
  /** Red, green and blue of each value of a palette, in 16 bits. */
  readonly palette?: readonly number[];
  /** 2 to 8, where the page is to be turned for display. */
  readonly orientation?: number;
}

/** More directories than any film has pages; each costs a step. */
const MAX_PAGES = 10_000;

/** The best ratio of LZW, the best of the codings read: 4,096 bytes for 12 bits. */
const MAX_RATIO = 2731;

const codings = new Map<number, TiffPage["coding"]>([
  [1, "none"],
  [5, "LZW"],
  [8, "deflate"],
  [32946, "deflate"],
  [32773, "PackBits"],
]);
const meanings: readonly TiffPage["meaning"][] = ["white is zero", "black is zero", "rgb", "palette"];

/** A directory's numbers by tag: those of types BYTE, SHORT and LONG. */
type Directory = ReadonlyMap<number, readonly number[]>;

/**
 * Reads the directory of a page, from 1.
 * @throws InputError where the file is cut off or damaged, its pixels are of a kind that is not read, or there is no such page.
 */
export function readTiffPage(bytes: Uint8Array, name: string, page: number): TiffPage {
  const damaged = (problem: string): InputError => new InputError(name, `is a damaged TIFF: ${problem}`);
  const isBigEndian = bytes[0] === 0x4d;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw damaged(`it has ${bytes.length} bytes`);
  if (view.getUint16(2, !isBigEndian) !== 42) throw new InputError(name, "is a BigTIFF, which cannot be read");
  const offsets = directoryOffsets(view, !isBigEndian, damaged);
  if (!Number.isInteger(page) || page < 1 || page > offsets.length)
    throw new InputError(name, `has ${offsets.length} ${offsets.length === 1 ? "page" : "pages"}, there is no page ${page}`);
  return interpret(readDirectory(view, offsets[page - 1], !isBigEndian, damaged), {
    name,
    damaged,
    size: bytes.length,
    isBigEndian,
    pages: offsets.length,
  });
}

function directoryOffsets(view: DataView, isLittle: boolean, damaged: (problem: string) => InputError): number[] {
  const offsets = new Set<number>();
  for (let at = view.getUint32(4, isLittle); at !== 0; ) {
    if (offsets.has(at)) throw damaged("its directories form a circle");
    if (offsets.size === MAX_PAGES) throw damaged(`it has more than ${MAX_PAGES} directories`);
    if (at + 2 > view.byteLength) throw damaged(`a directory begins at byte ${at}, the file has ${view.byteLength}`);
    const end = at + 2 + 12 * view.getUint16(at, isLittle);
    if (end + 4 > view.byteLength) throw damaged(`a directory ends at byte ${end + 4}, the file has ${view.byteLength} (is it cut off?)`);
    offsets.add(at);
    at = view.getUint32(end, isLittle);
  }
  if (offsets.size === 0) throw damaged("it has no directory");
  return [...offsets];
}

function readDirectory(view: DataView, at: number, isLittle: boolean, damaged: (problem: string) => InputError): Directory {
  const directory = new Map<number, readonly number[]>();
  const entries = view.getUint16(at, isLittle);
  for (let i = 0; i < entries; i++) {
    const entry = at + 2 + 12 * i;
    const [tag, type, count] = [view.getUint16(entry, isLittle), view.getUint16(entry + 2, isLittle), view.getUint32(entry + 4, isLittle)];
    const size = { 1: 1, 3: 2, 4: 4 }[type];
    if (size === undefined) continue;
    const begin = count * size <= 4 ? entry + 8 : view.getUint32(entry + 8, isLittle);
    if (begin + count * size > view.byteLength)
      throw damaged(`the values of tag ${tag} end at byte ${begin + count * size}, the file has ${view.byteLength} (is it cut off?)`);
    const read = (k: number): number =>
      size === 1
        ? view.getUint8(begin + k)
        : size === 2
          ? view.getUint16(begin + 2 * k, isLittle)
          : view.getUint32(begin + 4 * k, isLittle);
    directory.set(
      tag,
      Array.from({ length: count }, (_, k) => read(k)),
    );
  }
  return directory;
}

/** What a directory is read for: the file it is in, and how to complain of it. */
interface Context {
  readonly name: string;
  readonly damaged: (problem: string) => InputError;
  readonly size: number;
  readonly isBigEndian: boolean;
  readonly pages: number;
}

/** A number of a directory, or what it is where the tag is missing. */
const numberOf = (directory: Directory, tag: number, usual: number): number => directory.get(tag)?.[0] ?? usual;

function interpret(directory: Directory, context: Context): TiffPage {
  const { name, damaged, isBigEndian, pages } = context;
  const [width, height] = [numberOf(directory, 256, 0), numberOf(directory, 257, 0)];
  checkSize(width, height, name);
  const samples = readSampleKind(directory, name);
  const palette = directory.get(320);
  if (samples.meaning === "palette" && palette?.length !== 768) throw damaged("its palette should have 768 values");
  const orientation = numberOf(directory, 274, 1);
  return {
    pages,
    width,
    height,
    ...samples,
    isBigEndian,
    ...readPieces(directory, { width, height, ...samples }, context),
    ...(samples.meaning === "palette" && { palette }),
    ...(orientation > 1 && orientation <= 8 && { orientation }),
  };
}

type SampleKind = Pick<TiffPage, "samplesPerPixel" | "bits" | "meaning" | "coding" | "isPredicted">;

function readSampleKind(directory: Directory, name: string): SampleKind {
  const unread = (what: string): InputError => new InputError(name, `is a TIFF with ${what}, which cannot be read`);
  const number = (tag: number): number => numberOf(directory, tag, 1);
  const coding = codings.get(number(259));
  if (!coding) throw unread(`compression ${number(259)}`);
  const meaning = meanings[number(262)];
  if (!meaning) throw unread(`photometric interpretation ${number(262)}`);
  // One more sample than the colours take is alpha.
  const possible = { "white is zero": [1, 2], "black is zero": [1, 2], rgb: [3, 4], palette: [1] } as const;
  const samplesPerPixel = possible[meaning].find((samples) => samples === number(277));
  if (!samplesPerPixel) throw unread(`${number(277)} samples a pixel where ${meaning}`);
  const depths = new Set(directory.get(258) ?? [1]);
  const [bits] = depths;
  if (depths.size !== 1 || (bits !== 8 && bits !== 16) || (meaning === "palette" && bits !== 8))
    throw unread(`samples of ${[...depths].slice(0, 4).join(", ")} bits`);
  if (directory.get(339)?.some((format) => format !== 1)) throw unread("samples that are no unsigned integers");
  if (number(284) !== 1 && samplesPerPixel > 1) throw unread("colours in planes");
  if (number(266) !== 1) throw unread("its bits in reverse order");
  const predictor = number(317);
  if (predictor !== 1 && predictor !== 2) throw unread(`predictor ${predictor}`);
  return { samplesPerPixel, bits, meaning, coding, isPredicted: predictor === 2 };
}

/** Where strips or tiles lie; checked against the file before memory is taken for what they claim to hold. */
function readPieces(
  directory: Directory,
  { width, height, samplesPerPixel, bits, coding }: Pick<TiffPage, "width" | "height"> & SampleKind,
  { damaged, size }: Context,
): Pick<TiffPage, "isTiled" | "pieceWidth" | "pieceHeight" | "pieces"> {
  const isTiled = directory.has(322);
  const pieceWidth = isTiled ? numberOf(directory, 322, 0) : width;
  const pieceHeight = isTiled ? numberOf(directory, 323, 0) : Math.min(numberOf(directory, 278, height), height);
  if (pieceWidth === 0 || pieceHeight === 0) throw damaged("its pieces have no size");
  const [offsets = [], counts = []] = [directory.get(isTiled ? 324 : 273), directory.get(isTiled ? 325 : 279)];
  const wanted = Math.ceil(width / pieceWidth) * Math.ceil(height / pieceHeight);
  if (offsets.length !== wanted || counts.length !== wanted)
    throw damaged(`its pixels should lie in ${wanted} pieces, got ${offsets.length} places and ${counts.length} lengths`);
  const pieces = offsets.map((begin, i): readonly [number, number] => {
    const end = begin + counts[i];
    if (end > size) throw damaged(`its pixels end at byte ${end}, the file has ${size} (is it cut off?)`);
    return [begin, end];
  });
  const coded = counts.reduce((sum, count) => sum + count, 0);
  if (coded > size) throw damaged("its pieces overlap");
  const pixels = isTiled ? wanted * pieceWidth * pieceHeight : width * height;
  if ((pixels * samplesPerPixel * bits) / 8 > (coding === "none" ? 1 : MAX_RATIO) * coded)
    throw damaged(`${coded} bytes of pixels are too few for ${width} × ${height}`);
  return { isTiled, pieceWidth, pieceHeight, pieces };
}
