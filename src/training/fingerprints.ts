/** What tells whether two pictures are the same, or nearly: a checksum of the file and a small picture of the film. */
import { readBytes } from "../bytes.ts";
import { toGrey } from "../imaging/grey.ts";
import { resize } from "../imaging/resize.ts";
import { decodeImage, type Image } from "../loaders/image.ts";
import { sha256 } from "../loaders/sha256.ts";
import type { Sample } from "./dataset.ts";

/** Pixels a side of the small picture. */
export const THUMBNAIL = 32;

export interface Fingerprint {
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string;
  /** The grey picture at 32 × 32, less its mean, of length 1: the product of two is their correlation. Zeros for a blank picture. */
  readonly thumbnail: Float32Array;
}

/**
 * Reads every sample's picture once.
 * @throws InputError for one that cannot be read.
 */
export async function fingerprints(
  samples: readonly Sample[],
  { onProgress }: { readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<Fingerprint[]> {
  const found: Fingerprint[] = [];
  for (const { name, picture } of samples) {
    const bytes = await readBytes(picture);
    found.push({ sha256: await sha256(bytes), thumbnail: thumbnailOf(await decodeImage(bytes, name)) });
    onProgress?.(found.length, samples.length);
  }
  return found;
}

export function thumbnailOf(image: Image): Float32Array {
  const { data } = resize(toGrey(image), THUMBNAIL, THUMBNAIL, { filter: "area" });
  const grey = Float64Array.from(data);
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  const centred = grey.map((value) => value - mean);
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(centred, (value) => (length > 0 ? value / length : 0));
}
