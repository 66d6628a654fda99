/** How bright and how varied films are: where classes differ in that, a network may tell them by it. */
import type { Image } from "../loaders/image.ts";
import { meanOf } from "../statistics/mean.ts";

export interface ImageStatistics {
  readonly width: number;
  readonly height: number;
  /** Of all values of all channels, as shares of white. */
  readonly mean: number;
  readonly deviation: number;
}

export function imageStatistics({ width, height, bitDepth, data }: Image): ImageStatistics {
  const white = 2 ** bitDepth - 1;
  const mean = meanOf(data);
  let squares = 0;
  for (const value of data) squares += (value - mean) ** 2;
  return { width, height, mean: mean / white, deviation: Math.sqrt(squares / data.length) / white };
}
