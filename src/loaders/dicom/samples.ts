/** The integers that DICOM pixels are stored as. */
import { InputError } from "../../bytes.ts";
import type { PixelFormat } from "./pixel-format.ts";

/** Stored values, row by row, the samples of a pixel side by side. */
export type Samples = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;

/** How samples lie in bytes. */
export interface SampleLayout extends Pick<PixelFormat, "bitsAllocated" | "bitsStored" | "highBit" | "isSigned"> {
  readonly isBigEndian: boolean;
}

const kinds = {
  8: [Uint8Array, Int8Array],
  16: [Uint16Array, Int16Array],
  32: [Uint32Array, Int32Array],
} as const;

/**
 * Samples from their bytes. Bits above and below the stored ones are dropped: they once held overlays.
 * @throws InputError where there are fewer bytes than `count` samples take.
 */
export function readSamples(bytes: Uint8Array, count: number, layout: SampleLayout, name: string): Samples {
  const { bitsAllocated, bitsStored, highBit, isSigned, isBigEndian } = layout;
  const size = bitsAllocated / 8;
  if (bytes.length < count * size) throw new InputError(name, `is cut off: a frame takes ${count * size} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, count * size);
  const samples = new kinds[bitsAllocated][isSigned ? 1 : 0](count);
  // Shifted to the top and back down: the stored bits alone are left, and the sign with them.
  const [up, down] = [31 - highBit, 32 - bitsStored];
  for (let i = 0; i < count; i++) {
    const raw = size === 1 ? view.getUint8(i) : size === 2 ? view.getUint16(2 * i, !isBigEndian) : view.getUint32(4 * i, !isBigEndian);
    const top = raw << up;
    samples[i] = isSigned ? top >> down : top >>> down;
  }
  return samples;
}

/** Samples whose colours lie apart, a plane each, brought side by side. */
export function interleave(planes: Samples, samplesPerPixel: number): Samples {
  const pixels = planes.length / samplesPerPixel;
  const result = planes.slice();
  for (let c = 0; c < samplesPerPixel; c++) for (let i = 0; i < pixels; i++) result[i * samplesPerPixel + c] = planes[c * pixels + i];
  return result;
}
