/** Colour pictures as grey ones. */
import type { Image } from "../loaders/image.ts";

/**
 * The luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, in the integers that Pillow's `convert("L")` uses.
 * Alpha is dropped, not blended, as Pillow does: a transparent pixel keeps its grey.
 */
export function toGrey({ width, height, channels, bitDepth, data }: Image): Image {
  const pixels = width * height;
  const grey = bitDepth === 16 ? new Uint16Array(pixels) : new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const p = i * channels;
    // The weights add up to 2¹⁶; >>> because 16-bit white gives 2³².
    grey[i] = channels < 3 ? data[p] : (data[p] * 19595 + data[p + 1] * 38470 + data[p + 2] * 7471 + 0x8000) >>> 16;
  }
  return { width, height, channels: 1, bitDepth, data: grey };
}
