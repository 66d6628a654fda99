/** Frames that are coded as JPEG, JPEG-LS or JPEG 2000, by the decoder that each needs. */
import { InputError } from "../../bytes.ts";
import type { JpegLayout } from "../jpeg-layout.ts";
import { shown } from "./data-set.ts";
import type { Frame } from "./frame.ts";
import type { PixelFormat } from "./pixel-format.ts";
import { readSamples } from "./samples.ts";

/** What a decoder gives: samples of one or two bytes, little-endian, the colours of a pixel side by side. */
export interface Decoded {
  readonly bytes: Uint8Array;
  readonly bytesPerSample: 1 | 2;
  /** Whether YBR has become RGB on the way. */
  readonly isRgb: boolean;
}

type Decode = (bytes: Uint8Array, format: PixelFormat, name: string) => Promise<Decoded>;

const jpeg: Decode = async (...given) => (await import("./jpeg-frame.ts")).decodeJpegFrame(...given);
const lossless: Decode = async (...given) => (await import("./jpeg-lossless.ts")).decodeJpegLossless(...given);
const jpegLs: Decode = async (...given) => (await import("./jpeg-ls.ts")).decodeJpegLs(...given);
const jpeg2000: Decode = async (...given) => (await import("./jpeg-2000.ts")).decodeJpeg2000(...given);

/** Transfer syntaxes of PS3.5 section 10 and annex A.4. */
const decoders: Readonly<Record<string, Decode>> = {
  "1.2.840.10008.1.2.4.50": jpeg,
  "1.2.840.10008.1.2.4.51": jpeg,
  "1.2.840.10008.1.2.4.57": lossless,
  "1.2.840.10008.1.2.4.70": lossless,
  "1.2.840.10008.1.2.4.80": jpegLs,
  "1.2.840.10008.1.2.4.81": jpegLs,
  "1.2.840.10008.1.2.4.90": jpeg2000,
  "1.2.840.10008.1.2.4.91": jpeg2000,
  "1.2.840.10008.1.2.4.201": jpeg2000,
  "1.2.840.10008.1.2.4.202": jpeg2000,
  "1.2.840.10008.1.2.4.203": jpeg2000,
};

/** @throws InputError where the frame is damaged, is not what the file's header says, or its transfer syntax is not read. */
export async function decodeCompressed(bytes: Uint8Array, transferSyntax: string, format: PixelFormat, name: string): Promise<Frame> {
  if (!Object.hasOwn(decoders, transferSyntax))
    throw new InputError(name, `has the transfer syntax ${shown(transferSyntax)}, in which pixels cannot be read`);
  const { bytes: decoded, bytesPerSample, isRgb } = await decoders[transferSyntax](bytes, format, name);
  const { rows, columns, samplesPerPixel, bitsStored, isSigned, photometric } = format;
  const bitsAllocated = bytesPerSample === 1 ? 8 : 16;
  const bits = isSigned ? bitsStored : bitsAllocated;
  const layout = { bitsAllocated, bitsStored: bits, highBit: bits - 1, isSigned, isBigEndian: false } as const;
  const samples = readSamples(decoded, rows * columns * samplesPerPixel, layout, name);
  // Lossy codings may overshoot: white must not become black.
  const white = 2 ** bitsStored - 1;
  if (!isSigned) for (let i = 0; i < samples.length; i++) if (samples[i] > white) samples[i] = white;
  const isChanged = isRgb || photometric === "YBR_RCT" || photometric === "YBR_ICT";
  if (!isChanged && photometric === "YBR_FULL_422") return { samples, photometric: "YBR_FULL" };
  return { samples, photometric: isChanged && samplesPerPixel === 3 ? "RGB" : photometric };
}

/** What a coded frame says of itself. */
export type CodedSize = Pick<JpegLayout, "width" | "height" | "components" | "precision">;

/** @throws InputError where a coded frame is not the picture that the file's header describes. */
export function checkCoded({ width, height, components, precision }: CodedSize, format: PixelFormat, name: string): void {
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored } = format;
  if (width !== columns || height !== rows || components !== samplesPerPixel)
    throw new InputError(
      name,
      `holds a coded picture of ${width} × ${height} × ${components}, its header says ${columns} × ${rows} × ${samplesPerPixel}`,
    );
  if (precision > Math.min(bitsAllocated, 16) || bitsStored > 8 * Math.ceil(precision / 8))
    throw new InputError(name, `holds a coded picture of ${precision} bits, its header says ${bitsStored} stored in ${bitsAllocated}`);
}

/** Pixels that any frame may have, and that it may have for each of its bytes: codings with runs would let a few bytes claim any size. */
const FREE_PIXELS = 2 ** 22;
const MOST_PIXELS_A_BYTE = 1000;

/** @throws InputError for a picture larger than the bytes of any film give. */
export function checkRatio(bytes: Uint8Array, { rows, columns }: PixelFormat, name: string): void {
  if (rows * columns > Math.max(FREE_PIXELS, MOST_PIXELS_A_BYTE * bytes.length))
    throw new InputError(name, `is a damaged DICOM file: ${bytes.length} bytes of pixels are too few for ${columns} × ${rows}`);
}
