/** Connected parts of a mask. */
import type { Image } from "../loaders/image.ts";
import type { Box } from "./crop.ts";

/** Whether pixels that touch by a corner only are one part (8) or not (4). */
export type Connectivity = 4 | 8;

export interface Component extends Box {
  /** In pixels. */
  readonly area: number;
}

export interface Components {
  /** Of each pixel: 0 outside, k for the k-th part, in the order of their first pixels, row by row. */
  readonly labels: Int32Array;
  /** `parts[k − 1]` is the k-th. */
  readonly parts: readonly Component[];
}

/** The parts of what is not 0 in a picture of one channel. */
export function components({ width, height, channels, data }: Image, connectivity: Connectivity = 8): Components {
  if (channels !== 1) throw new RangeError(`components: a mask of one channel is needed, got ${channels}`);
  return connected((i) => data[i] !== 0, width, height, connectivity);
}

/** The same for any property of pixels. */
export function connected(isInside: (pixel: number) => boolean, width: number, height: number, connectivity: Connectivity): Components {
  const labels = new Int32Array(width * height);
  const parts: Component[] = [];
  const around = connectivity === 8 ? EIGHT : FOUR;
  const waiting: number[] = [];
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] !== 0 || !isInside(start)) continue;
    const label = parts.length + 1;
    let [area, left, right, top, bottom] = [0, width, 0, height, 0];
    labels[start] = label;
    waiting.push(start);
    for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
      const x = pixel % width;
      const y = (pixel - x) / width;
      area++;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      for (const [dx, dy] of around) {
        const next = pixel + dy * width + dx;
        if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height || labels[next] !== 0 || !isInside(next)) continue;
        labels[next] = label;
        waiting.push(next);
      }
    }
    parts.push({ area, x: left, y: top, width: right - left + 1, height: bottom - top + 1 });
  }
  return { labels, parts };
}

const FOUR = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;
const EIGHT = [...FOUR, [1, 1], [-1, 1], [-1, -1], [1, -1]] as const;
