/** Pictures for tests. */
import type { Image } from "../../src/loaders/image.ts";

/** A picture of these values, row by row, channels interleaved. */
export function picture(width: number, height: number, channels: Image["channels"], bitDepth: 8 | 16, values: readonly number[]): Image {
  if (values.length !== width * height * channels)
    throw new Error(`picture: ${width} × ${height} × ${channels} values expected, got ${values.length}`);
  return { width, height, channels, bitDepth, data: bitDepth === 8 ? Uint8Array.from(values) : Uint16Array.from(values) };
}

/** A picture in which every value is different as far as the bits go. */
export function ramp(width: number, height: number, channels: Image["channels"] = 1, bitDepth: 8 | 16 = 8): Image {
  const values = Array.from({ length: width * height * channels }, (_, i) => (i * 7919 + 13) % 2 ** bitDepth);
  return picture(width, height, channels, bitDepth, values);
}
