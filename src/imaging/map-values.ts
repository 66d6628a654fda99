/** Pictures whose every value is changed by itself. */
import type { Image } from "../loaders/image.ts";

/** The picture with `change` done to each value as its share of white, 0 to 1; the result is clipped, and rounded halves up. */
export function mapValues(image: Image, change: (value: number) => number): Image {
  const white = image.bitDepth === 16 ? 65535 : 255;
  const round = (value: number) => Math.min(white, Math.max(0, Math.floor(change(value / white) * white + 0.5)));
  const table = Uint16Array.from({ length: white + 1 }, (_, value) => round(value));
  return { ...image, data: image.data.map((value) => table[value]) };
}
