/** The outlines of the lungs in a map of probabilities. */
import { thresholdMask } from "../../imaging/clean-mask.ts";
import { contours } from "../../imaging/contour.ts";
import { lungsIn } from "../../imaging/lung-mask.ts";
import type { Image } from "../../loaders/image.ts";
import { overlaySized } from "./film-copies.ts";
import type { LungOutlines } from "./protocol.ts";

/** A probability of one half, of 16 bits. */
const HALF = 32767.5;

/** Outlines of fewer points are specks. */
const SPECK = 16;

/** @param map - the probability of lung at each pixel, 65535 is 1. */
export function lungOutlines(map: Image): Omit<LungOutlines, "elapsedMs"> {
  const mask = thresholdMask(overlaySized(map), HALF);
  const { share, problem } = lungsIn(mask);
  const outlines = contours(mask)
    .filter(({ length }) => length >= SPECK)
    .map((points) => Float32Array.from(points.flatMap(([x, y]) => [(x + 0.5) / mask.width, (y + 0.5) / mask.height])));
  return { outlines, share, ...(problem !== undefined && { problem }) };
}
