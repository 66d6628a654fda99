/** How far a map lies where it should: in the lungs, or in what a reader has outlined. */
import type { Image } from "../loaders/image.ts";
import { type Levels, shareOf } from "./heat-map.ts";

/** What of a map lies in a region. */
export interface Share {
  /** The part of the map's sum, over all that is above 0, that lies in the region; 0 for a map without any. */
  readonly share: number;
  /** The part of the picture that the region is: what a map that looks nowhere in particular would have. */
  readonly area: number;
}

export interface Agreement extends Share {
  /** Whether the highest point lies in the outline (the pointing game, Zhang et al. 2018). */
  readonly isHit: boolean;
  /** Intersection over union of the outline and what reaches half the map's highest value. */
  readonly iou: number;
  /** The part of the outline that reaches half the map's highest value. */
  readonly covered: number;
}

/**
 * The share of a map inside a mask of the same size, which is 0 outside.
 * @throws RangeError if the sizes differ.
 */
export function shareInside(map: Levels, mask: Image): Share {
  const { values, inside } = together(map, mask);
  let [sum, part, area] = [0, 0, 0];
  for (const [i, value] of values.entries()) {
    const positive = Math.max(0, value);
    sum += positive;
    if (inside[i]) {
      part += positive;
      area++;
    }
  }
  return { share: sum > 0 ? part / sum : 0, area: area / values.length };
}

/**
 * How well a map agrees with an outline, given as a mask of the same size, which is 0 outside. `tolerance` is how many pixels the highest
 * point may lie beside it and still hit.
 * @throws RangeError if the sizes differ.
 */
export function agreement(map: Levels, mask: Image, tolerance = 0): Agreement {
  const { values, inside } = together(map, mask);
  const { width } = mask;
  const peak = values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
  const half = values[peak] / 2;
  let [both, either, outlined] = [0, 0, 0];
  for (const [i, value] of values.entries()) {
    const isHigh = half > 0 && value >= half;
    both += Number(isHigh && inside[i]);
    either += Number(isHigh || inside[i]);
    outlined += Number(inside[i]);
  }
  const isNear = (i: number): boolean =>
    Math.hypot((i % width) - (peak % width), Math.floor(i / width) - Math.floor(peak / width)) <= tolerance;
  const isHit = values[peak] > 0 && inside.some((isInside, i) => isInside && isNear(i));
  return { ...shareInside(map, mask), isHit, iou: either > 0 ? both / either : 0, covered: outlined > 0 ? both / outlined : 0 };
}

function together({ image, isSigned }: Levels, mask: Image): { values: Float64Array; inside: readonly boolean[] } {
  if (image.width !== mask.width || image.height !== mask.height)
    throw new RangeError(`agreement: the map is ${image.width} × ${image.height}, the mask ${mask.width} × ${mask.height}`);
  const values = Float64Array.from(image.data, (level) => shareOf(level, isSigned));
  return { values, inside: Array.from(values, (_, i) => mask.data[i * mask.channels] !== 0) };
}
