/** Where on a film a mark lies: a box or an outline, in the film's pixels. */
import type { Point } from "../../../imaging/contour.ts";
import type { Box } from "../../../imaging/crop.ts";
import { polygonMask, type Ring } from "../../../imaging/polygon-mask.ts";
import type { Image } from "../../../loaders/image.ts";
import { type Overlap, overlapOf } from "../../../statistics/overlap.ts";
import type { Size } from "../film-view.ts";

/** x to the right and y down from the film's upper left corner; pixel (i, j) covers i to i + 1 and j to j + 1. */
export interface BoxRegion extends Box {
  readonly kind: "box";
}

/** Inside by the even-odd rule: a ring within a ring is a hole, rings apart are parts of one region. */
export interface OutlineRegion {
  readonly kind: "outline";
  readonly rings: readonly Ring[];
}

export type Region = BoxRegion | OutlineRegion;

export const ringsOf = (region: Region): readonly Ring[] => (region.kind === "box" ? [boxRing(region)] : region.rings);

/** The corners of a box, clockwise from the upper left one. */
export const boxRing = ({ x, y, width, height }: Box): Ring => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
];

/** The smallest box around a region. */
export function boundsOf(region: Region): Box {
  if (region.kind === "box") return { x: region.x, y: region.y, width: region.width, height: region.height };
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [x, y] of region.rings.flat()) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The pixels of a box whose centres lie in any of some regions. */
export function maskOf(regions: readonly Region[], box: Box): Image {
  const data = new Uint8Array(box.width * box.height);
  for (const region of regions) {
    const one = polygonMask(ringsOf(region), box).data;
    for (let i = 0; i < data.length; i++) data[i] |= one[i];
  }
  return { width: box.width, height: box.height, channels: 1, bitDepth: 8, data };
}

/** The smallest box of whole pixels of a film that holds some regions; empty where they lie beside it. */
export function pixelBounds(regions: readonly Region[], film: Size): Box {
  const boxes = regions.map(boundsOf);
  const x = clamp(Math.floor(Math.min(...boxes.map((box) => box.x))), film.width);
  const y = clamp(Math.floor(Math.min(...boxes.map((box) => box.y))), film.height);
  const right = clamp(Math.ceil(Math.max(...boxes.map((box) => box.x + box.width))), film.width);
  const bottom = clamp(Math.ceil(Math.max(...boxes.map((box) => box.y + box.height))), film.height);
  return boxes.length === 0 ? { x: 0, y: 0, width: 0, height: 0 } : { x, y, width: right - x, height: bottom - y };
}

/** A mask of one pixel that is outside. */
const NOTHING = [0];

/** How far two people's regions cover the same pixels of a film, each person's taken together. */
export function regionOverlap(a: readonly Region[], b: readonly Region[], film: Size): Overlap {
  const box = pixelBounds([...a, ...b], film);
  if (box.width * box.height === 0) return overlapOf(NOTHING, NOTHING);
  return overlapOf(maskOf(a, box).data, maskOf(b, box).data);
}

/** Hundredths of a pixel are finer than any hand, and short to write. */
const PER_PIXEL = 100;

/** As it is kept: within the film, in hundredths of a pixel; undefined where nothing of it is left. */
export function tidied(region: Region, film: Size): Region | undefined {
  const within = ([x, y]: Point): Point => [clamp(hundredths(x), film.width), clamp(hundredths(y), film.height)];
  if (region.kind === "outline") {
    const rings = region.rings.map((ring) => withoutRepeats(ring.map(within))).filter((ring) => ring.length >= 3);
    return rings.length > 0 ? { kind: "outline", rings } : undefined;
  }
  const [left, top] = within([region.x, region.y]);
  const [right, bottom] = within([region.x + region.width, region.y + region.height]);
  if (!(right > left && bottom > top)) return undefined;
  return { kind: "box", x: left, y: top, width: hundredths(right - left), height: hundredths(bottom - top) };
}

const withoutRepeats = (ring: Ring): Ring =>
  ring.filter(([x, y], i) => {
    const [before, above] = ring[(i + ring.length - 1) % ring.length];
    return x !== before || y !== above;
  });

const hundredths = (value: number): number => Math.round(value * PER_PIXEL) / PER_PIXEL;
const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
