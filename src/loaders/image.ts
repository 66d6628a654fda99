/** A decoded picture, and the one decoder per format that makes it. */
import { InputError } from "../bytes.ts";

/** Pixels as stored in the file: rows top to bottom, channels interleaved, no colour management. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  /** 8: values 0–255 in a Uint8Array; 16: values 0–65535 in a Uint16Array. */
  readonly bitDepth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
  /** What a person should know of how the file was read: a turn that was not applied, a frame chosen among several. */
  readonly notes?: readonly string[];
  /** What the file says of the film beside its pixels. */
  readonly facts?: FilmFacts;
}

/** What a file says of how its film was taken and stored, as far as answers depend on it. */
export interface FilmFacts {
  /** How well a JPEG is coded: libjpeg's quality, 1 to 100, with which its table for the brightness is nearest. */
  readonly jpegQuality?: number;
  /** What DICOM says of the view, in its own codes and words: "PA", "LL", "CHEST LATERAL". */
  readonly view?: string;
  /** The film's scale, where DICOM gives it. */
  readonly spacing?: PixelSpacing;
}

/** Millimetres from one row, and from one column, to the next. */
export interface PixelSpacing {
  readonly row: number;
  readonly column: number;
  /** Whether they hold in the patient, by a calibration, or at the detector, where shadows are larger than what casts them. */
  readonly at: "patient" | "detector";
}

/** How a file that holds more than one picture, or more than one way to see it, is read. */
export interface DecodeOptions {
  /** Which frame of a DICOM file, or page of a TIFF, from 1. */
  readonly frame?: number;
  /**
   * DICOM only. stored: stored values, MONOCHROME1 inverted, more than 8 bits shifted down to 8, as networks are trained on films
   * (Keidar 2021); display: through the modality, VOI and presentation look-up tables, as a viewer shows them, up to 16 bits.
   */
  readonly pixels?: "stored" | "display";
  /** Which of a DICOM file's windows for display, from 1. */
  readonly window?: number;
}

/** What a file says of itself, for people: names and values; never who the patient is. */
export type FilmDescription = Readonly<Record<string, string | number | boolean | readonly number[]>>;

/** 16,384²: beyond any detector, and the decoded picture still fits a typed array. */
const MAX_PIXELS = 2 ** 28;

/** @throws InputError for a picture that is empty or of more than 2²⁸ pixels. */
export function checkSize(width: number, height: number, name: string): void {
  if (width === 0 || height === 0) throw new InputError(name, `is an empty picture, got ${width} × ${height}`);
  if (width * height > MAX_PIXELS)
    throw new InputError(name, `is too large, got ${width} × ${height}, at most ${MAX_PIXELS} pixels are read`);
}

/** A file format: its name, how its files begin, and its decoder where there is one. */
interface Format {
  readonly name: string;
  begins(bytes: Uint8Array): boolean;
  decode?(bytes: Uint8Array, name: string, options: DecodeOptions): Promise<Image>;
  /** What the file says of itself, where that is more than its decoded picture does. */
  describe?(bytes: Uint8Array, name: string): Promise<FilmDescription>;
}

/** Decoders are loaded when the first file of their format is met. */
const formats: readonly Format[] = [
  { name: "PNG", begins: has("\x89PNG\r\n\x1a\n"), decode: async (bytes, name) => (await import("./png.ts")).decodePng(bytes, name) },
  {
    name: "JPEG",
    begins: has("\xff\xd8\xff"),
    decode: async (bytes, name) => (await import("./jpeg.ts")).decodeJpeg(bytes, name),
    describe: async (bytes, name) => (await import("./jpeg.ts")).describeJpeg(bytes, name),
  },
  {
    name: "DICOM",
    begins: has("DICM", 128),
    decode: async (bytes, name, options) => (await import("./dicom.ts")).decodeDicom(bytes, name, options),
    describe: async (bytes, name) => (await import("./dicom.ts")).describeDicom(bytes, name),
  },
  {
    name: "TIFF",
    begins: (bytes) => ["II*\0", "MM\0*", "II+\0", "MM\0+"].some((signature) => has(signature)(bytes)),
    decode: async (bytes, name, options) => (await import("./tiff.ts")).decodeTiff(bytes, name, options),
  },
  { name: "JPEG 2000", begins: (bytes) => has("\0\0\0\x0cjP  ")(bytes) || has("\xff\x4f\xff\x51")(bytes) },
  {
    name: "WebP",
    begins: (bytes) => has("RIFF")(bytes) && has("WEBP", 8)(bytes),
    decode: async (bytes, name) => (await import("./webp.ts")).decodeWebP(bytes, name),
  },
  { name: "GIF", begins: has("GIF8") },
  {
    name: "BMP",
    begins: (bytes) => has("BM")(bytes) && has("\0\0\0\0", 6)(bytes),
    decode: async (bytes, name) => (await import("./bmp.ts")).decodeBmp(bytes, name),
  },
];

/**
 * A file's picture, by the decoder that its first bytes ask for; the name's ending is not looked at.
 * @throws InputError where the file is empty, damaged, or in a format that is not read, and for a frame or window it does not have.
 */
export async function decodeImage(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Promise<Image> {
  return readableFormat(bytes, name).decode(bytes, name, options);
}

/**
 * What a picture file says of itself, such as its bits and its window; never who the patient is.
 * @throws InputError where the file is empty, damaged, or in a format that is not read.
 */
export async function describeFilm(bytes: Uint8Array, name: string): Promise<FilmDescription> {
  const format = readableFormat(bytes, name);
  if (format.describe) return format.describe(bytes, name);
  const { width, height, channels, bitDepth, notes } = await format.decode(bytes, name, {});
  return { format: format.name, width, height, channels, bits: bitDepth, ...(notes && { notes: notes.join("; ") }) };
}

/** Whether a file begins as a picture does, one that is read or not. */
export const isPicture = (bytes: Uint8Array): boolean => formats.some(({ begins }) => begins(bytes));

function readableFormat(bytes: Uint8Array, name: string): Format & { readonly decode: NonNullable<Format["decode"]> } {
  if (bytes.length === 0) throw new InputError(name, "is empty");
  const format = formats.find((candidate) => candidate.begins(bytes));
  if (format?.decode) return { ...format, decode: format.decode };
  const readable = formats.filter((candidate) => candidate.decode).map((candidate) => candidate.name);
  const problem = format ? `is a ${format.name} file` : `is no known picture, begins with ${beginning(bytes)}`;
  throw new InputError(name, `${problem}; only ${readable.join(", ")} can be read`);
}

function has(signature: string, offset = 0): (bytes: Uint8Array) => boolean {
  return (bytes) => [...signature].every((character, i) => bytes[offset + i] === character.charCodeAt(0));
}

/** The first bytes, as text where they are text, so that a renamed file or a saved error page shows what it is. */
export function beginning(bytes: Uint8Array): string {
  const first = [...bytes.subarray(0, 16)];
  const isText = first.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d);
  if (isText) return `the text ${JSON.stringify(String.fromCharCode(...first))}`;
  const hex = first.slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0"));
  return `the bytes ${hex.join(" ")}`;
}
