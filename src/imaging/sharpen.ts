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
  for (let y = 0; y < height; y++) {
    const rows = [reflect(y - 1, height), y, reflect(y + 1, height)];
    for (let x = 0; x < width; x++) {
      const columns = [reflect(x - 1, width), x, reflect(x + 1, width)];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (const row of rows) for (const column of columns) sum += data[(row * width + column) * channels + c];
        const value = data[(y * width + x) * channels + c];
        result[(y * width + x) * channels + c] = Math.min(white, Math.max(0, Math.floor(value + alpha * (9 * value - sum) + 0.5)));
      }
    }
  }
  return { width, height, channels, bitDepth, data: result };
}
