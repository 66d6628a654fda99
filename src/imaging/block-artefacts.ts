/** Traces of lossy compression in the pixels themselves, whatever file they lie in. */
import type { Image } from "../loaders/image.ts";

/** A JPEG's blocks are so many pixels wide. */
const BLOCK = 8;

/**
 * How much larger the steps from pixel to pixel are at every eighth column and row than elsewhere: 1 without blocks, about 2 for a JPEG of
 * quality 10. The grid may begin anywhere, as it does in a picture that was cropped; it must show both across and down, since bars, grids
 * and letters repeat in one direction only. For a grey picture.
 */
export function blockArtefacts(grey: Image): number {
  const { width, height } = grey;
  return Math.min(stepRatio(grey, width, height, 1, width), stepRatio(grey, height, width, width, 1));
}

/** The mean step across the lines between `length` pixels that lie `step` apart, at the phase where it is largest, over the mean of the others. */
function stepRatio({ data }: Image, length: number, lines: number, step: number, stride: number): number {
  const sums = new Float64Array(BLOCK);
  const counts = new Float64Array(BLOCK);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i + 1 < length; i++) {
      const at = line * stride + i * step;
      sums[i % BLOCK] += Math.abs(data[at + step] - data[at]);
      counts[i % BLOCK]++;
    }
  }
  const means = Array.from(sums, (sum, phase) => sum / Math.max(1, counts[phase]));
  const largest = Math.max(...means);
  const others = (means.reduce((sum, mean) => sum + mean, 0) - largest) / (BLOCK - 1);
  return others > 0 ? largest / others : 1;
}
