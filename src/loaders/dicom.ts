/** DICOM films: one frame as a picture, and what the file says of its pixels. */
import { InputError } from "../bytes.ts";
import { toRgb } from "./dicom/colour.ts";
import { type DicomFile, decimalsOf, functionalGroup, parseDicom, shown, textOf } from "./dicom/data-set.ts";
import { readFrame } from "./dicom/frame.ts";
import { readGreys } from "./dicom/grey.ts";
import { type PixelFormat, readPixelFormat } from "./dicom/pixel-format.ts";
import type { Samples } from "./dicom/samples.ts";
import { readSpacing } from "./dicom/spacing.ts";
import { readView } from "./dicom/view.ts";
import { readWindows } from "./dicom/window.ts";
import type { DecodeOptions, FilmDescription, FilmFacts, Image } from "./image.ts";

/**
 * A frame of a DICOM file: grey films as `options.pixels` says, colour ones as RGB of 8 bits.
 * @throws InputError where the file is cut off or damaged, its pixels are of a kind that is not read, or a frame or window is not there.
 */
export async function decodeDicom(bytes: Uint8Array, name: string, options: DecodeOptions): Promise<Image> {
  const file = parseDicom(bytes, name);
  const format = readPixelFormat(file);
  const { rows: height, columns: width, frames } = format;
  const { frame: chosen = 1 } = options;
  if (!Number.isInteger(chosen) || chosen < 1 || chosen > frames)
    throw new InputError(name, `has ${frames} ${frames === 1 ? "frame" : "frames"}, there is no frame ${chosen}`);
  const frame = await readFrame(file, format, chosen - 1);
  const notes = frames > 1 && options.frame === undefined ? { notes: [`of its ${frames} frames the first is read`] } : {};
  const facts = factsOf(file, chosen);
  if (!frame.photometric.startsWith("MONOCHROME")) {
    return { width, height, channels: 3, bitDepth: 8, data: toRgb(file, frame, format), ...notes, ...facts };
  }
  const { bitDepth, grey } = readGreys(file, format, options);
  return { width, height, channels: 1, bitDepth, data: mapped(frame.samples, grey, bitDepth, format), ...notes, ...facts };
}

/** View and scale, where the file has them. */
function factsOf({ dataSet }: DicomFile, frame: number): { facts?: FilmFacts } {
  const [view, spacing] = [readView(dataSet), readSpacing(dataSet, frame)];
  if (view === undefined && spacing === undefined) return {};
  return { facts: { ...(view !== undefined && { view }), ...(spacing && { spacing }) } };
}

/** Every sample put through a function; through a table of it where there are more samples than values. */
function mapped(
  samples: Samples,
  grey: (stored: number) => number,
  bitDepth: 8 | 16,
  { bitsStored, isSigned }: PixelFormat,
): Uint8Array | Uint16Array {
  const greys = bitDepth === 16 ? new Uint16Array(samples.length) : new Uint8Array(samples.length);
  const values = 2 ** bitsStored;
  const least = isSigned ? -values / 2 : 0;
  if (values > samples.length) for (let i = 0; i < greys.length; i++) greys[i] = grey(samples[i]);
  else {
    const table = Array.from({ length: values }, (_, i) => grey(least + i));
    for (let i = 0; i < greys.length; i++) greys[i] = table[samples[i] - least];
  }
  return greys;
}

/** What a file says of its pixels and how they were taken, of its first frame where frames differ; nothing that tells whose they are. No pixel is decoded. */
export async function describeDicom(bytes: Uint8Array, name: string): Promise<FilmDescription> {
  const file = parseDicom(bytes, name);
  const { dataSet, transferSyntax } = file;
  const { columns, rows, frames, photometric, samplesPerPixel, bitsAllocated, bitsStored, isSigned } = readPixelFormat(file);
  const windows = readWindows(functionalGroup(dataSet, 1, "x00289132"), name).map(
    ({ center, width, function: named }) => `${center} ± ${width / 2} (${named})`,
  );
  const code = (tag: string): string | undefined => {
    const text = textOf(dataSet, tag);
    return text === undefined ? undefined : shown(text);
  };
  const said: Record<string, FilmDescription[string] | undefined> = {
    format: "DICOM",
    "transfer syntax": syntaxNames[transferSyntax] ?? shown(transferSyntax),
    width: columns,
    height: rows,
    frames,
    channels: samplesPerPixel,
    photometric,
    bits: bitsStored,
    "bits allocated": bitsAllocated,
    signed: isSigned,
    rescale: rescaleOf(file),
    windows: windows.join("; ") || undefined,
    "modality table": Boolean(dataSet.elements.x00283000?.items?.length),
    "VOI table": Boolean(dataSet.elements.x00283010?.items?.length),
    "presentation shape": code("x20500020"),
    modality: code("x00080060"),
    "view position": code("x00185101"),
    "body part": code("x00180015"),
    "burned-in annotation": code("x00280301"),
    "pixel spacing": numbersOf(file, "x00280030"),
    "imager pixel spacing": numbersOf(file, "x00181164"),
    "pixel aspect ratio": numbersOf(file, "x00280034"),
  };
  return Object.fromEntries(Object.entries(said).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function rescaleOf({ dataSet }: DicomFile): string | undefined {
  const group = functionalGroup(dataSet, 1, "x00289145");
  const [[slope], [intercept]] = [decimalsOf(group, "x00281053"), decimalsOf(group, "x00281052")];
  return slope === undefined && intercept === undefined ? undefined : `× ${slope ?? 1} + ${intercept ?? 0}`;
}

function numbersOf({ dataSet }: DicomFile, tag: string): readonly number[] | undefined {
  const values = decimalsOf(dataSet, tag);
  return values.length > 0 ? values : undefined;
}

/** Transfer syntaxes as PS3.6 annex A calls them, shortened. */
const syntaxNames: Readonly<Record<string, string>> = {
  "1.2.840.10008.1.2": "Implicit VR Little Endian",
  "1.2.840.10008.1.2.1": "Explicit VR Little Endian",
  "1.2.840.10008.1.2.1.99": "Deflated Explicit VR Little Endian",
  "1.2.840.10008.1.2.2": "Explicit VR Big Endian",
  "1.2.840.10008.1.2.4.50": "JPEG Baseline",
  "1.2.840.10008.1.2.4.51": "JPEG Extended",
  "1.2.840.10008.1.2.4.57": "JPEG Lossless",
  "1.2.840.10008.1.2.4.70": "JPEG Lossless, first-order prediction",
  "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
  "1.2.840.10008.1.2.4.81": "JPEG-LS Near-lossless",
  "1.2.840.10008.1.2.4.90": "JPEG 2000 Lossless",
  "1.2.840.10008.1.2.4.91": "JPEG 2000",
  "1.2.840.10008.1.2.4.201": "High-Throughput JPEG 2000 Lossless",
  "1.2.840.10008.1.2.4.202": "High-Throughput JPEG 2000 Lossless, RPCL",
  "1.2.840.10008.1.2.4.203": "High-Throughput JPEG 2000",
  "1.2.840.10008.1.2.5": "RLE Lossless",
};
