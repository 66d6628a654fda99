/** Outlines of a mask's parts. */
import type { Image } from "../loaders/image.ts";
import { components } from "./components.ts";

/** A pixel of an outline: column and row. */
export type Point = readonly [number, number];

/** The eight neighbours, clockwise as one looks at them, from the right. */
const AROUND: readonly Point[] = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
];

/**
 * The outer outline of every part (pixels that touch by a corner are one part): its outermost pixels clockwise from its first one, row by
 * row. A part as thin as a pixel is passed on both sides. Moore's tracing, ended when the first step is about to be made again
 * (Jacob's criterion).
 */
export function contours(mask: Image): Point[][] {
  const { width, height } = mask;
  const { labels, parts } = components(mask, 8);
  const starts = new Int32Array(parts.length).fill(-1);
  for (const [i, label] of labels.entries()) if (label > 0 && starts[label - 1] < 0) starts[label - 1] = i;
  return Array.from(starts, (start, k) => {
    const isInside = (x: number, y: number) => x >= 0 && x < width && y >= 0 && y < height && labels[y * width + x] === k + 1;
    return trace([start % width, Math.floor(start / width)], isInside);
  });
}

function trace(start: Point, isInside: (x: number, y: number) => boolean): Point[] {
  const points: Point[] = [start];
  // The first pixel of a part has nothing above it and nothing to its left: the search begins there.
  let direction = next(start, 5, isInside);
  if (direction < 0) return points;
  const first = direction;
  let point = start;
  do {
    point = [point[0] + AROUND[direction][0], point[1] + AROUND[direction][1]];
    points.push(point);
    // Back over the pixel that was come from, and on from the one after it.
    direction = next(point, (direction + 6) % 8, isInside);
  } while (point[0] !== start[0] || point[1] !== start[1] || direction !== first);
  points.pop();
  return points;
}

/** The first direction from `from` on, clockwise, in which there is a pixel of the part; −1 for a pixel alone. */
function next([x, y]: Point, from: number, isInside: (x: number, y: number) => boolean): number {
  for (let turn = 0; turn < 8; turn++) {
    const direction = (from + turn) % 8;
    if (isInside(x + AROUND[direction][0], y + AROUND[direction][1])) return direction;
  }
  return -1;
}
