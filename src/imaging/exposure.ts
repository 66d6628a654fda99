/** How a film's grey levels are spread over what a file can hold. */
import type { Image } from "../loaders/image.ts";

/** Of the levels in the middle of a film, as shares of white. */
export interface Exposure {
  /** From the 5th to the 95th percentile, and from the 1st to the 99th. */
  readonly contrast: number;
  readonly span: number;
  /** The shares of pixels in the lowest and the highest 128th of the scale, where differences are lost. */
  readonly black: number;
  readonly white: number;
}

/** The part of each side that is left out at its either end: frames, letters and plates lie there. */
const MARGIN = 1 / 8;

/** What counts as an end of the scale: two levels of 8 bits, since resampling blurs the last one. */
const END = 1 / 128;

/** Of a grey picture's middle three quarters. */
export function exposure({ width, height, bitDepth, data }: Image): Exposure {
  const levels = 2 ** bitDepth;
  const histogram = new Uint32Array(levels);
  const [left, top] = [Math.floor(width * MARGIN), Math.floor(height * MARGIN)];
  for (let y = top; y < height - top; y++) for (let x = left; x < width - left; x++) histogram[data[y * width + x]]++;
  const pixels = (width - 2 * left) * (height - 2 * top);
  const percentile = (share: number): number => {
    let below = 0;
    for (let level = 0; level < levels; level++) {
      below += histogram[level];
      if (below > share * pixels) return level / (levels - 1);
    }
    return 1;
  };
  return {
    contrast: percentile(0.95) - percentile(0.05),
    span: percentile(0.99) - percentile(0.01),
    black: counted(histogram, 0, END) / pixels,
    white: counted(histogram, 1 - END, 1) / pixels,
  };
}

/** Pixels between two shares of white. */
function counted(histogram: Uint32Array, least: number, most: number): number {
  const white = histogram.length - 1;
  let count = 0;
  for (let level = Math.ceil(least * white); level <= Math.floor(most * white); level++) count += histogram[level];
  return count;
}
