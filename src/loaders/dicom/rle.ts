/** RLE, DICOM's own lossless coding (PS3.5 annex G): PackBits, a segment for each byte of each sample. */
import { InputError } from "../../bytes.ts";
import { unpackBits } from "../pack-bits.ts";

/** Offsets in a frame's header; the first number says how many are used. */
const HEADER_BYTES = 64;

/**
 * A frame's bytes: samples little-endian, the colours of a pixel side by side.
 * @throws InputError where segments are missing, or hold less than the picture.
 */
export function decodeRle(frame: Uint8Array, pixels: number, samplesPerPixel: number, bytesPerSample: number, name: string): Uint8Array {
  const damaged = (problem: string): InputError => new InputError(name, `has damaged RLE pixels: ${problem}`);
  const wanted = samplesPerPixel * bytesPerSample;
  if (frame.length < HEADER_BYTES) throw damaged(`their header takes ${HEADER_BYTES} bytes, got ${frame.length}`);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const count = view.getUint32(0, true);
  if (count !== wanted) throw damaged(`they should have ${wanted} segments, got ${count}`);
  const offsets = [...Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i, true)), frame.length];
  for (const [i, offset] of offsets.slice(0, count).entries()) {
    if (offset < HEADER_BYTES || offset > offsets[i + 1]) throw damaged(`segment ${i + 1} begins at byte ${offset}`);
    // Two bytes repeat a byte 128 times at most.
    if (pixels > 64 * (offsets[i + 1] - offset)) throw damaged(`segment ${i + 1} is too short for ${pixels} pixels`);
  }
  const result = new Uint8Array(pixels * wanted);
  for (let segment = 0; segment < count; segment++) {
    // Segments come sample by sample, the highest byte first.
    const sample = Math.floor(segment / bytesPerSample);
    const start = sample * bytesPerSample + bytesPerSample - 1 - (segment % bytesPerSample);
    const filled = unpackBits(frame.subarray(offsets[segment], offsets[segment + 1]), result, start, wanted, pixels);
    if (filled < pixels) throw damaged(`segment ${segment + 1} holds ${filled} of ${pixels} bytes`);
  }
  return result;
}
