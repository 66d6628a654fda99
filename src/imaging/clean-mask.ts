/** Masks without specks and pinholes. */
import type { Image } from "../loaders/image.ts";
import { type Connectivity, connected } from "./components.ts";

export interface CleanOptions {
  /** The area in pixels up to which a part is removed, and up to which a hole is filled. */
  readonly removeObjectsUpTo: number;
  readonly removeHolesUpTo: number;
  /** For parts and for holes alike. */
  readonly connectivity?: Connectivity;
}

/**
 * The mask, 0 and 255, without small parts and then without small holes, as scikit-image's `remove_small_objects` and `remove_small_holes`
 * leave it. What is outside and touches the border is a hole too, when it is small enough.
 */
export function cleanMask(mask: Image, { removeObjectsUpTo, removeHolesUpTo, connectivity = 4 }: CleanOptions): Image {
  const { width, height, data } = mask;
  const objects = connected((i) => data[i] !== 0, width, height, connectivity);
  const kept = objects.labels.map((label) => (label > 0 && objects.parts[label - 1].area > removeObjectsUpTo ? 1 : 0));
  const holes = connected((i) => kept[i] === 0, width, height, connectivity);
  const isFilled = (label: number) => label === 0 || holes.parts[label - 1].area <= removeHolesUpTo;
  return { width, height, channels: 1, bitDepth: 8, data: Uint8Array.from(holes.labels, (label) => (isFilled(label) ? 255 : 0)) };
}

/** Where a picture of one channel is above a value: 255, elsewhere 0. */
export const thresholdMask = ({ width, height, data }: Image, value: number): Image => ({
  width,
  height,
  channels: 1,
  bitDepth: 8,
  data: Uint8Array.from(data, (level) => (level > value ? 255 : 0)),
});
