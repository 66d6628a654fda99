/** Masks shown on their film: a tint inside, a line along the outline. */
import type { Image } from "../loaders/image.ts";
import type { Point } from "./contour.ts";
import { toRgb } from "./rgb.ts";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** The film in 8-bit colours, a copy to draw on; of 16 bits the upper eight. */
export function canvasOf(film: Image): Image {
  const { width, height, bitDepth, data } = toRgb(film);
  return { width, height, channels: 3, bitDepth: 8, data: Uint8Array.from(data, (level) => (bitDepth === 16 ? level >> 8 : level)) };
}

/** Mixes a colour into the pixels where `isInside`: 0 leaves the film, 1 hides it. */
export function tint({ data }: Image, isInside: (pixel: number) => boolean, colour: Colour, opacity: number): void {
  for (let pixel = 0; 3 * pixel < data.length; pixel++) {
    if (!isInside(pixel)) continue;
    for (let c = 0; c < 3; c++) data[3 * pixel + c] = Math.round((1 - opacity) * data[3 * pixel + c] + opacity * colour[c]);
  }
}

/** Draws an outline: a square of `thickness` pixels a side around each of its points. */
export function drawOutline({ width, height, data }: Image, points: readonly Point[], colour: Colour, thickness: number): void {
  const before = Math.floor((thickness - 1) / 2);
  for (const [x, y] of points) {
    for (let j = Math.max(0, y - before); j < Math.min(height, y - before + thickness); j++)
      for (let i = Math.max(0, x - before); i < Math.min(width, x - before + thickness); i++) data.set(colour, 3 * (j * width + i));
  }
}
