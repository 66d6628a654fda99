/** Random parts of a picture, as torchvision's RandomResizedCrop draws them. */
import type { Size } from "./affine.ts";
import type { Box } from "./crop.ts";
import type { Draws } from "./draws.ts";

export interface CropRange {
  /** The part's share of the picture's area. */
  readonly area: readonly [number, number];
  /** Its width over its height, even on a scale of logarithms. */
  readonly ratio: readonly [number, number];
}

/** A box in the picture; after ten that do not fit, the largest in the middle whose ratio is in range. */
export function randomCrop({ width, height }: Size, { area, ratio }: CropRange, { uniform, below }: Draws): Box {
  for (let attempt = 0; attempt < 10; attempt++) {
    const pixels = uniform(...area) * width * height;
    const aspect = Math.exp(uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.round(Math.sqrt(pixels * aspect));
    const h = Math.round(Math.sqrt(pixels / aspect));
    if (w > 0 && h > 0 && w <= width && h <= height) return { x: below(width - w + 1), y: below(height - h + 1), width: w, height: h };
  }
  const aspect = Math.min(ratio[1], Math.max(ratio[0], width / height));
  const w = Math.max(1, Math.round(Math.min(width, height * aspect)));
  const h = Math.max(1, Math.round(Math.min(height, width / aspect)));
  return { x: Math.floor((width - w) / 2), y: Math.floor((height - h) / 2), width: w, height: h };
}
