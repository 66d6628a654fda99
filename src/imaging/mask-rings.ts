/** The edges of a mask as rings: `polygonMask` of them is the mask again. */
import type { Image } from "../loaders/image.ts";
import type { Point } from "./contour.ts";
import type { Ring } from "./polygon-mask.ts";

/** Right, down, left and up, as one looks at a picture. */
const STEPS: readonly Point[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];

/**
 * The lines between what is 0 and what is not, along the pixels' edges: a ring around each part (pixels that touch by a corner only are two)
 * and around each of its holes, corners alone, with the inside to the right of the way.
 */
export function maskRings({ width, height, channels, data }: Image): Ring[] {
  if (channels !== 1) throw new RangeError(`mask rings: a mask of one channel is needed, got ${channels}`);
  const stride = width + 1;
  const edges = edgesOf(data, width, height);
  const rings: Ring[] = [];
  for (let start = 0; start < edges.length; start++) {
    while (edges[start] !== 0) {
      const ring: Point[] = [];
      let at = start;
      // The first corner that is left of a ring is its uppermost left one, where the way never goes straight on.
      let direction = STEPS.findIndex((_, step) => edges[start] & (1 << step));
      let before = -1;
      do {
        edges[at] &= ~(1 << direction);
        if (direction !== before) ring.push([at % stride, Math.floor(at / stride)]);
        before = direction;
        at += STEPS[direction][0] + STEPS[direction][1] * stride;
        // To the right first, which keeps to the same pixel where two touch by a corner.
        const turn = [1, 0, 3].find((quarter) => edges[at] & (1 << ((direction + quarter) % 4)));
        direction = turn === undefined ? -1 : (direction + turn) % 4;
      } while (direction >= 0);
      rings.push(ring);
    }
  }
  return rings;
}

/** Of each corner of pixels, a bit for each step along an edge that leaves from it. */
function edgesOf(data: ArrayLike<number>, width: number, height: number): Uint8Array {
  const stride = width + 1;
  const edges = new Uint8Array(stride * (height + 1));
  const isInside = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] !== 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!isInside(x, y)) continue;
      const corner = y * stride + x;
      if (!isInside(x, y - 1)) edges[corner] |= 1;
      if (!isInside(x + 1, y)) edges[corner + 1] |= 2;
      if (!isInside(x, y + 1)) edges[corner + stride + 1] |= 4;
      if (!isInside(x - 1, y)) edges[corner + stride] |= 8;
    }
  return edges;
}
