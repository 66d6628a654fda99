/** What an adjudicator makes of several people's marks: one of them accepted, or all of them merged. */
import { maskRings } from "../../../imaging/mask-rings.ts";
import type { Image } from "../../../loaders/image.ts";
import type { Size } from "../film-view.ts";
import { type Annotation, consensusBy, signed } from "./annotation.ts";
import type { Regional } from "./matching.ts";
import { type BoxRegion, boundsOf, maskOf, pixelBounds, type Region } from "./region.ts";

/** A copy of a mark as the consensus. */
export const accepted = ({ id, picture, label, region, comment }: Annotation, adjudicator: string, now: Date): Annotation =>
  signed({ picture, label, region, comment, author: consensusBy(adjudicator), derivedFrom: [id] }, now);

/**
 * Marks as one: of boxes the median of each edge, else the pixels that more than half of the marks hold. The label is the one that most
 * gave, the first of equal ones. Undefined where more than half hold no pixel in common.
 */
export function merged(group: readonly Regional[], film: Size, adjudicator: string, now: Date): Annotation | undefined {
  const [{ picture }] = group;
  const region = mergedRegion(
    group.map((mark) => mark.region),
    film,
  );
  if (!region) return undefined;
  const author = consensusBy(adjudicator);
  return signed({ picture, label: commonest(group), region, author, derivedFrom: group.map(({ id }) => id) }, now);
}

function mergedRegion(regions: readonly Region[], film: Size): Region | undefined {
  if (regions.every(({ kind }) => kind === "box")) return medianBox(regions);
  const box = pixelBounds(regions, film);
  const masks = regions.map((region) => maskOf([region], box).data);
  const data = masks[0].map((_, i) => (2 * masks.filter((mask) => mask[i] !== 0).length > masks.length ? 255 : 0));
  const mask: Image = { width: box.width, height: box.height, channels: 1, bitDepth: 8, data };
  const rings = maskRings(mask).map((ring) => ring.map(([x, y]) => [x + box.x, y + box.y] as const));
  return rings.length > 0 ? { kind: "outline", rings } : undefined;
}

function medianBox(regions: readonly Region[]): BoxRegion {
  const boxes = regions.map(boundsOf);
  const [x, y] = [median(boxes.map((box) => box.x)), median(boxes.map((box) => box.y))];
  const [right, bottom] = [median(boxes.map((box) => box.x + box.width)), median(boxes.map((box) => box.y + box.height))];
  return { kind: "box", x, y, width: right - x, height: bottom - y };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function commonest(marks: readonly Annotation[]): string {
  const counts = new Map<string, number>();
  for (const { label } of marks) counts.set(label, (counts.get(label) ?? 0) + 1);
  // Maps keep the order in which labels came, and sorting keeps the order of equal counts.
  const [[label]] = [...counts].sort(([, a], [, b]) => b - a);
  return label;
}
