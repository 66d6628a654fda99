/** What a mask says of the two lungs, and whether it can be two lungs at all. */
import type { Image } from "../loaders/image.ts";
import { type Component, components } from "./components.ts";
import type { Box } from "./crop.ts";

/** The patient's side; on a frontal film the patient's right is on the left. */
export type Side = "right" | "left";

/** One lung of a mask. */
export interface Lung {
  readonly side: Side;
  /** In pixels. */
  readonly area: number;
  /** Of both lungs' area, 0 to 1. */
  readonly share: number;
  readonly box: Box;
  /** How many connected parts it is made of. */
  readonly parts: number;
}

/** The two sides of a mask. */
export interface Lungs {
  /** In pixels, and as a share of the film's. */
  readonly area: number;
  readonly share: number;
  /** How many connected parts the mask has; pixels that touch by a corner are connected. */
  readonly parts: number;
  /** The lungs that there are, the patient's right first. */
  readonly sides: readonly Lung[];
  /** Of each pixel: 0 outside, 1 the patient's right lung, 2 the left. */
  readonly labels: Uint8Array;
  /** Why this cannot be two lungs; undefined where it can. */
  readonly problem?: string;
}

/**
 * What masks of two lungs are like: limits that all 1,080 masks of the development data keep (697 of lung fields, 383 with the lung behind
 * the heart; drawn by people), the most extreme ones rounded outwards. Their 0.1st or 99.9th percentile stands beside.
 */
export const lungLimits = {
  /** Of the film's area. 0.085 to 0.601; percentiles 0.100 and 0.588. */
  share: { least: 0.08, most: 0.61 },
  /** The smaller lung's area over the larger one's. From 0.103; percentile 0.267. */
  balance: { least: 0.1, most: 1 },
  /** Connected parts without specks. Up to 4; percentile 3. */
  parts: { least: 1, most: 4 },
  /** The rows that both lungs have, over those of the shorter one. From 0.860; percentile 0.881. */
  beside: { least: 0.85, most: 1 },
} as const;

/** Parts of at most this share of the film are specks and do not count. */
const SPECK = 0.002;

/**
 * A part is two lungs that touch where its own best cut passes through at most this share of its greatest height: the cuts of the
 * development data's 2,160 single lungs pass through 0.60 of it or more.
 */
const NECK = 0.5;

/**
 * The lungs of a mask of one channel. Its parts are told left from right by the middles of their columns, in the way that best divides their
 * area in two (Otsu 1979); a part that is two lungs joined by a neck is cut there.
 * @throws RangeError for a mask of several channels.
 */
export function lungsIn(mask: Image): Lungs {
  const { width, height } = mask;
  const { labels: parts, parts: found } = components(mask, 8);
  const area = found.reduce((sum, part) => sum + part.area, 0);
  const labels = sidesOf(parts, found, width);
  const sides = ([1, 2] as const).flatMap((label) => lungOf(label, labels, parts, width, area));
  const lungs = { area, share: area / (width * height), parts: found.length, sides, labels };
  const problem = problemOf(lungs, found.filter((part) => part.area > SPECK * width * height).length);
  return problem === undefined ? lungs : { ...lungs, problem };
}

/** The label of each pixel's side. */
function sidesOf(parts: Int32Array, found: readonly Component[], width: number): Uint8Array {
  if (found.length === 0) return new Uint8Array(parts.length);
  const largest = found.reduce((best, { area }, k) => (area > found[best].area ? k : best), 0) + 1;
  const neck = neckOf(parts, largest, width);
  // What lies beyond the neck is a piece of its own, after all others.
  const pieceAt = (pixel: number): number => (parts[pixel] === largest && pixel % width >= neck ? found.length + 1 : parts[pixel]);
  const pieces = Array.from({ length: found.length + 2 }, () => ({ area: 0, moment: 0 }));
  for (let pixel = 0; pixel < parts.length; pixel++) {
    if (parts[pixel] === 0) continue;
    const piece = pieces[pieceAt(pixel)];
    piece.area++;
    piece.moment += pixel % width;
  }
  const middle = bestDivision(pieces.slice(1).filter(({ area }) => area > 0)) ?? width / 2;
  const labels = pieces.map(({ area, moment }) => (moment / area < middle ? 1 : 2));
  return Uint8Array.from(parts, (part, pixel) => (part === 0 ? 0 : labels[pieceAt(pixel)]));
}

/** The column at which a part is cut, if it is two lungs joined; else infinity. */
function neckOf(parts: Int32Array, part: number, width: number): number {
  const columns = Array.from({ length: width }, (_, x) => ({ area: 0, moment: 0, x }));
  for (let pixel = 0; pixel < parts.length; pixel++) if (parts[pixel] === part) columns[pixel % width].area++;
  for (const column of columns) column.moment = column.area * (column.x + 0.5);
  const cut = bestDivision(columns.filter(({ area }) => area > 0));
  if (cut === undefined) return Number.POSITIVE_INFINITY;
  const neck = columns.slice(Math.max(0, Math.floor(cut) - 1), Math.floor(cut) + 1).map(({ area }) => area);
  const highest = Math.max(...columns.map(({ area }) => area));
  return Math.min(...neck) <= NECK * highest ? Math.floor(cut) : Number.POSITIVE_INFINITY;
}

/** The place between two neighbours that divides areas with the greatest variance between the two sides; undefined for fewer than two. */
function bestDivision(weights: readonly { readonly area: number; readonly moment: number }[]): number | undefined {
  const sorted = [...weights].sort((a, b) => a.moment / a.area - b.moment / b.area);
  const area = sorted.reduce((sum, weight) => sum + weight.area, 0);
  const moment = sorted.reduce((sum, weight) => sum + weight.moment, 0);
  let [below, sum, greatest, place]: [number, number, number, number | undefined] = [0, 0, 0, undefined];
  for (let k = 0; k + 1 < sorted.length; k++) {
    below += sorted[k].area;
    sum += sorted[k].moment;
    const apart = sum / below - (moment - sum) / (area - below);
    const variance = below * (area - below) * apart * apart;
    if (variance <= greatest) continue;
    greatest = variance;
    place = (sorted[k].moment / sorted[k].area + sorted[k + 1].moment / sorted[k + 1].area) / 2;
  }
  return place;
}

function lungOf(label: 1 | 2, labels: Uint8Array, parts: Int32Array, width: number, whole: number): Lung[] {
  let [area, left, right, top, bottom] = [0, width, -1, labels.length, -1];
  const own = new Set<number>();
  for (let pixel = 0; pixel < labels.length; pixel++) {
    if (labels[pixel] !== label) continue;
    const x = pixel % width;
    const y = (pixel - x) / width;
    area++;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    own.add(parts[pixel]);
  }
  if (area === 0) return [];
  const box = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  return [{ side: label === 1 ? "right" : "left", area, share: area / whole, box, parts: own.size }];
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** The first measure that lies beyond its limits, in words. */
function problemOf({ area, share, sides }: Lungs, parts: number): string | undefined {
  if (area === 0) return "it is empty";
  if (share < lungLimits.share.least || share > lungLimits.share.most)
    return `${percent(share)} of the film is lung, ${percent(lungLimits.share.least)} to ${percent(lungLimits.share.most)} is possible`;
  if (parts > lungLimits.parts.most) return `it has ${parts} parts, at most ${lungLimits.parts.most} are possible`;
  if (sides.length < 2) return "all of it lies on one side";
  const [smaller, larger] = [...sides].sort((a, b) => a.area - b.area);
  const balance = smaller.area / larger.area;
  if (balance < lungLimits.balance.least)
    return `the ${smaller.side} lung has ${percent(balance)} of the ${larger.side} one's area, at least ${percent(lungLimits.balance.least)} is possible`;
  const beside = rowsShared(sides);
  if (beside < lungLimits.beside.least)
    return `the lungs lie one above the other: they share ${percent(Math.max(0, beside))} of their rows, at least ${percent(lungLimits.beside.least)} is possible`;
  return undefined;
}

function rowsShared([{ box: a }, { box: b }]: readonly Lung[]): number {
  const rows = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return rows / Math.min(a.height, b.height);
}
