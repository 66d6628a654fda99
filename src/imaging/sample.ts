/** The one way in which a picture is read between its pixels: every rotation, shift and distortion goes through here. */
import type { Image } from "../loaders/image.ts";

export interface SampleOptions {
  /** bilinear mixes the four pixels around; nearest takes the pixel whose centre is nearest, as masks need it. */
  readonly filter?: "bilinear" | "nearest";
  /** What lies outside the picture, in every channel. */
  readonly fill?: number;
}

/**
 * The picture of the same size whose pixel (x, y) shows what lies at `at` after `locate(x, y, at)`: column first, centres of pixels at
 * whole numbers. What lies outside the outermost centres is `fill`. Mixed in float64 and rounded once, halves up: where the places are the same numbers,
 * every engine gives the same bits.
 */
export function sample(
  { width, height, channels, bitDepth, data }: Image,
  locate: (x: number, y: number, at: Float64Array) => void,
  { filter = "bilinear", fill = 0 }: SampleOptions = {},
): Image {
  const size = width * height * channels;
  const result = (bitDepth === 16 ? new Uint16Array(size) : new Uint8Array(size)).fill(fill);
  const at = new Float64Array(2);
  const reach = filter === "nearest" ? 0.5 : 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      locate(x, y, at);
      const column = at[0];
      const row = at[1];
      if (!(column >= -reach && column <= width - 1 + reach && row >= -reach && row <= height - 1 + reach)) continue;
      const to = (y * width + x) * channels;
      if (filter === "nearest") {
        const from = Math.min(height - 1, Math.floor(row + 0.5)) * width + Math.min(width - 1, Math.floor(column + 0.5));
        for (let c = 0; c < channels; c++) result[to + c] = data[from * channels + c];
        continue;
      }
      const left = Math.floor(column);
      const upper = Math.floor(row);
      const u = column - left;
      const v = row - upper;
      const from = (upper * width + left) * channels;
      const right = u > 0 ? channels : 0;
      const below = v > 0 ? width * channels : 0;
      for (let c = 0; c < channels; c++) {
        const above = data[from + c] * (1 - u) + data[from + right + c] * u;
        const under = data[from + below + c] * (1 - u) + data[from + below + right + c] * u;
        result[to + c] = Math.floor(above * (1 - v) + under * v + 0.5);
      }
    }
  }
  return { width, height, channels, bitDepth, data: result };
}
