/** Films as they are sent to a page: grey, with smaller copies for smaller views, so that drawing never takes more than a canvas is large. */
import { areaAverage } from "../../imaging/area-average.ts";
import { toGrey } from "../../imaging/grey.ts";
import type { Image } from "../../loaders/image.ts";
import type { GreyLevels } from "./draw-film.ts";

/** Pixels of the longer side below which no copy is made. */
const SMALLEST = 512;

/** Pixels of the longer side of what lies over a film. */
const OVERLAY = 1024;

/** The film in grey, and copies of half the size each. */
export function filmCopies(image: Image): GreyLevels[] {
  const copies = [toGrey(image)];
  for (let copy = copies[0]; Math.max(copy.width, copy.height) >= 2 * SMALLEST; copies.push(copy))
    copy = areaAverage(copy, Math.ceil(copy.width / 2), Math.ceil(copy.height / 2));
  return copies.map(({ width, height, bitDepth, data }) => ({ width, height, bitDepth, data }));
}

/** A map over a film, no larger than it needs to be. */
export function overlaySized(map: Image): Image {
  const factor = Math.min(1, OVERLAY / Math.max(map.width, map.height));
  if (factor === 1) return map;
  return areaAverage(map, Math.round(map.width * factor), Math.round(map.height * factor));
}
