/** Whether a picture can be a radiograph at all, by its shape. */
import { InputError } from "../bytes.ts";
import type { Image } from "../loaders/image.ts";

/** Fewer pixels a side than this show no anatomy. */
const LEAST_SIDE = 32;

/** No projection of a chest is longer than this many times its width. */
const GREATEST_ASPECT = 4;

/** @throws InputError for a picture too small or too elongated to be a film. */
export function checkFilm({ width, height }: Image, name: string): void {
  if (Math.min(width, height) < LEAST_SIDE)
    throw new InputError(name, `is too small for a film, at least ${LEAST_SIDE} pixels a side are needed, got ${width} × ${height}`);
  if (Math.max(width, height) > GREATEST_ASPECT * Math.min(width, height)) {
    throw new InputError(name, `is too elongated for a film, one side may be ${GREATEST_ASPECT} times the other, got ${width} × ${height}`);
  }
}
