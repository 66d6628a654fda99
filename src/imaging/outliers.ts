/** Pictures that are no chest films, drawn from a seed: what a detector of such is measured against. */
import type { Image } from "../loaders/image.ts";
import { type Draws, draws, keyed } from "./draws.ts";
import { blank, bricks, checks, clouds, grating, page, whiteNoise } from "./outlier-patterns.ts";
import { hand, skull, tomogram } from "./outlier-scans.ts";
import { landscape, leaves, stillLife } from "./outlier-scenes.ts";
import { type Painting, paint } from "./paint.ts";

const paintings = {
  "white noise": whiteNoise,
  clouds,
  grating,
  checks,
  bricks,
  page,
  blank,
  leaves,
  landscape,
  "still life": stillLife,
  tomogram,
  hand,
  skull,
} as const satisfies Readonly<Record<string, (draws: Draws, seed: number) => Painting>>;

export type OutlierKind = keyof typeof paintings;

/** All kinds: patterns, then drawn colour photographs, then drawn medical pictures. */
export const outlierKinds = Object.keys(paintings) as readonly OutlierKind[];

/** A square picture of a kind, `size` pixels a side; the leaves, the landscape and the still life are in colour. */
export function outlier(kind: OutlierKind, seed: number, size = 256): Image {
  const key = outlierKinds.indexOf(kind);
  return paint(size, paintings[kind](draws(seed, key), keyed(seed, key)));
}
