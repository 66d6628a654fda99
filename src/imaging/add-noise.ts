/** Pictures with grain. */
import type { Image } from "../loaders/image.ts";
import { randomNormal } from "./noise.ts";

/** Nearly normal noise of this deviation, as a share of white, added to each value; it belongs to the seed and the value's place. */
export function addNoise(image: Image, deviation: number, seed: number): Image {
  const white = image.bitDepth === 16 ? 65535 : 255;
  const add = (value: number, i: number) =>
    Math.min(white, Math.max(0, Math.floor(value + white * deviation * randomNormal(seed, i) + 0.5)));
  return { ...image, data: image.data.map(add) };
}
