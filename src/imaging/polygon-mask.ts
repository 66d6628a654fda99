/** Masks of polygons: which pixels lie inside. */
import type { Image } from "../loaders/image.ts";
import type { Point } from "./contour.ts";
import type { Box } from "./crop.ts";

/** A closed line: its corners, columns and rows, the first not repeated. Pixel (i, j) covers i to i + 1 and j to j + 1. */
export type Ring = readonly Point[];

/**
 * The pixels of a box whose centres lie inside rings by the even-odd rule, 255, and 0 elsewhere: a ring within a ring is a hole, rings apart
 * are parts. A centre on a line is inside where the line is a left or an upper edge, so that polygons which share an edge share no pixel
 * and leave none out.
 */
export function polygonMask(rings: readonly Ring[], { x, y, width, height }: Box): Image {
  const data = new Uint8Array(width * height);
  const crossings = crossingsByRow(rings, y, height);
  for (const [row, columns] of crossings.entries()) {
    columns.sort((a, b) => a - b);
    for (let i = 0; i + 1 < columns.length; i += 2) {
      const [first, end] = [columns[i], columns[i + 1]].map((column) => Math.min(width, Math.max(0, Math.ceil(column - x - 0.5))));
      data.fill(255, row * width + first, row * width + end);
    }
  }
  return { width, height, channels: 1, bitDepth: 8, data };
}

/** Where edges cross the middle of each row. An edge has its upper end and not its lower one, so that a corner counts once. */
function crossingsByRow(rings: readonly Ring[], top: number, height: number): number[][] {
  const crossings = Array.from({ length: height }, (): number[] => []);
  for (const ring of rings) {
    for (const [i, corner] of ring.entries()) {
      const next = ring[(i + 1) % ring.length];
      // From above to below, whichever way the ring goes: two polygons find the same crossing of an edge they share.
      const [[x0, y0], [x1, y1]] = corner[1] <= next[1] ? [corner, next] : [next, corner];
      const last = Math.min(height, Math.ceil(y1 - top - 0.5));
      for (let row = Math.max(0, Math.ceil(y0 - top - 0.5)); row < last; row++)
        crossings[row].push(x0 + ((top + row + 0.5 - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  return crossings;
}
