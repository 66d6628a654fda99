/** Sharpened pictures. */
import type { Image } from "../loaders/image.ts";
import { reflect } from "./reflect.ts";

/**
 * Each value plus `alpha` times eight times its difference from the mean of its eight neighbours: 0 changes nothing, 1 is the 3 × 3 kernel
 * with 9 in its middle and −1 around it. Reflected at the borders, clipped, rounded halves up.
 */
export function sharpen({ width, height, channels, bitDepth, data }: Image, alpha: number): Image {
  const white = bitDepth === 16 ? 65535 : 255;
  const result = bitDepth === 16 ? new Uint16Array(data.length) : new Uint8Array(data.length);
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    const above = (reflect(y - 1, height) - y) * row;
    const below = (reflect(y + 1, height) - y) * row;
    for (let x = 0; x < width; x++) {
      const left = (reflect(x - 1, width) - x) * channels;
      const right = (reflect(x + 1, width) - x) * channels;
      for (let c = 0; c < channels; c++) {
        const i = y * row + x * channels + c;
        const sides = data[i + left] + data[i + right] + data[i + above] + data[i + below];
        const corners = data[i + above + left] + data[i + above + right] + data[i + below + left] + data[i + below + right];
        const sharp = data[i] + alpha * (8 * data[i] - sides - corners);
        result[i] = Math.min(white, Math.max(0, Math.floor(sharp + 0.5)));
      }
    }
  }
  return { width, height, channels, bitDepth, data: result };
}
