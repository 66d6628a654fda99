/** Choices between kernels that compute the same, and what tuning has found about them. */
import type { AdapterProfile } from "../gpu/profile.ts";

/** What tuning may choose among for a node. */
export interface Choice {
  /** What the time depends on; map sizes are rounded to powers of two, so that a few measurements serve a network at every size. */
  readonly key: string;
  /** By name; the first is what is taken without tuning. */
  readonly candidates: readonly string[];
  /** The plainest of them, which the others must agree with. */
  readonly reference: string;
}

/** The candidate that tuning found for the key, else the first. */
export function chosen({ key, candidates }: Choice, { choices }: AdapterProfile): string {
  const found = choices?.get(key);
  return found !== undefined && candidates.includes(found) ? found : candidates[0];
}

/** A size as keys have it: exact up to 16, then the nearest power of two. */
export const anchored = (size: number): number => (size <= 16 ? size : 2 ** Math.round(Math.log2(size)));

/** The kernels among which choices are made: their text is part of what a choice holds for. */
export const tunedShaders: readonly string[] = [
  "conv2d-sg4",
  "conv2d-sg4-wide",
  "conv2d-sg8",
  "conv2d-sg8-wide",
  "conv2d-tile",
  "conv2d-reg",
  "sum-products",
  "winograd-input",
  "winograd-output",
];
