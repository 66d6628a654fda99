/** The mask of the lungs that a network's maps give. */
import { cleanMask } from "../imaging/clean-mask.ts";
import type { Image } from "../loaders/image.ts";
import type { Segmentation } from "../models/result.ts";

export interface MaskOptions {
  /** A pixel is lung where its probability is above. */
  readonly threshold: number;
  /** Parts and holes of at most this share of the film are removed and filled. */
  readonly clean: number;
}

/**
 * Where the probabilities of the classes that are lung add up to more than the threshold, 255, without specks and pinholes. A network's
 * classes exclude each other, or, as a right and a left lung, do not meet.
 */
export function maskOf(maps: Segmentation["maps"], classes: readonly number[], { threshold, clean }: MaskOptions): Image {
  const [{ map }] = maps;
  const { width, height } = map;
  const data = new Uint8Array(width * height);
  for (let pixel = 0; pixel < data.length; pixel++) {
    let sum = 0;
    for (const c of classes) sum += maps[c].map.data[pixel];
    data[pixel] = sum > threshold * 65535 ? 255 : 0;
  }
  const area = clean * width * height;
  return cleanMask({ width, height, channels: 1, bitDepth: 8, data }, { removeObjectsUpTo: area, removeHolesUpTo: area });
}
