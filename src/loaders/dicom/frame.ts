/** One frame of a DICOM file as stored values, whatever its pixels are coded in. */
import type { Element } from "dicom-parser";
import { InputError } from "../../bytes.ts";
import { BIG_ENDIAN, bytesOf, DEFLATED, type DicomFile, IMPLICIT, shown } from "./data-set.ts";
import type { Photometric, PixelFormat } from "./pixel-format.ts";
import { decodeRle } from "./rle.ts";
import { interleave, readSamples, type Samples } from "./samples.ts";

/** A frame's stored values, and what they mean: a decoder may have changed YBR to RGB. */
export interface Frame {
  readonly samples: Samples;
  readonly photometric: Photometric;
}

/** Syntaxes whose pixels are plain. */
const NATIVE: readonly string[] = [IMPLICIT, "1.2.840.10008.1.2.1", DEFLATED, BIG_ENDIAN];
const RLE = "1.2.840.10008.1.2.5";

/**
 * Reads frame `index`, from 0.
 * @throws InputError for pixels that are cut off or damaged, or in a coding that is not read.
 */
export async function readFrame(file: DicomFile, format: PixelFormat, index: number): Promise<Frame> {
  const { dataSet, transferSyntax, name } = file;
  const element = dataSet.elements.x7fe00010;
  const isNative = NATIVE.includes(transferSyntax);
  if (isNative === Boolean(element.encapsulatedPixelData))
    throw new InputError(name, `is a damaged DICOM file: its pixels are not stored as its transfer syntax ${shown(transferSyntax)} says`);
  if (isNative) return readNative(file, element, format, index);
  const bytes = encapsulated(file, element, format.frames, index);
  if (transferSyntax === RLE) return readRle(bytes, format, name);
  return (await import("./compressed.ts")).decodeCompressed(bytes, transferSyntax, format, name);
}

function readNative({ dataSet, transferSyntax, name }: DicomFile, element: Element, format: PixelFormat, index: number): Frame {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometric, isPlanar } = format;
  // YBR_FULL_422 stores two pixels as Y Y Cb Cr.
  const isHalved = photometric === "YBR_FULL_422";
  if (isHalved && columns % 2 === 1) throw new InputError(name, `is YBR_FULL_422 with an odd number of columns, ${columns}`);
  const count = rows * columns * (isHalved ? 2 : samplesPerPixel);
  const size = (count * bitsAllocated) / 8;
  const stored = bytesOf(dataSet, element);
  if (stored.length < (index + 1) * size)
    throw new InputError(name, `is cut off: ${index + 1} frames take ${(index + 1) * size} bytes, got ${stored.length}`);
  const isBigEndian = transferSyntax === BIG_ENDIAN;
  let bytes = stored.subarray(index * size, (index + 1) * size);
  // Bytes in words are swapped with them.
  if (isBigEndian && bitsAllocated === 8 && element.vr === "OW") bytes = swapped(stored).subarray(index * size, (index + 1) * size);
  const samples = readSamples(bytes, count, { ...format, isBigEndian }, name);
  if (isHalved) return { samples: doubled(samples), photometric: "YBR_FULL" };
  return { samples: isPlanar ? interleave(samples, samplesPerPixel) : samples, photometric };
}

/** Y Y Cb Cr of two pixels as Y Cb Cr of each. */
const doubled = (samples: Samples): Samples =>
  Uint8Array.from({ length: (samples.length / 2) * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const pair = 4 * Math.floor(pixel / 2);
    return samples[i % 3 === 0 ? pair + (pixel % 2) : pair + 1 + (i % 3)];
  });

const swapped = (bytes: Uint8Array): Uint8Array => Uint8Array.from({ length: bytes.length & ~1 }, (_, i) => bytes[i ^ 1]);

function readRle(bytes: Uint8Array, format: PixelFormat, name: string): Frame {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometric } = format;
  const pixels = rows * columns;
  const decoded = decodeRle(bytes, pixels, samplesPerPixel, bitsAllocated / 8, name);
  return { samples: readSamples(decoded, pixels * samplesPerPixel, { ...format, isBigEndian: false }, name), photometric };
}

/** The bytes of a frame's fragments (PS3.5 annex A.4), by the table of offsets where there is one. */
function encapsulated({ dataSet, name }: DicomFile, element: Element, frames: number, index: number): Uint8Array {
  const { fragments = [], basicOffsetTable = [] } = element;
  if (fragments.length === 0) throw new InputError(name, "is a damaged DICOM file: it has no fragments of pixels");
  let chosen = fragments;
  if (frames > 1 && basicOffsetTable.length === frames) {
    const [from, to = Number.POSITIVE_INFINITY] = basicOffsetTable.slice(index, index + 2);
    chosen = fragments.filter(({ offset }) => offset >= from && offset < to);
  } else if (frames > 1) {
    if (fragments.length !== frames)
      throw new InputError(name, `has ${frames} frames in ${fragments.length} fragments, and no table that tells which is which`);
    chosen = [fragments[index]];
  }
  if (chosen.length === 0) throw new InputError(name, `is a damaged DICOM file: frame ${index + 1} has no fragment`);
  const result = new Uint8Array(chosen.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const { position, length } of chosen) {
    result.set(dataSet.byteArray.subarray(position, position + length), at);
    at += length;
  }
  return result;
}
