/** Pairs of nearly the same picture among thousands. */
import { type Fingerprint, THUMBNAIL } from "./fingerprints.ts";

export interface NearPair {
  readonly first: number;
  readonly second: number;
  readonly correlation: number;
}

/**
 * Every pair of pictures, one of each of two sets, whose small pictures correlate by `threshold` or more. `sets` gives each picture's set;
 * pairs within one set are not looked at.
 *
 * Most pairs are told apart by 64 numbers instead of 1,024: the means of blocks of 4 × 4 pixels are an orthonormal part of the small
 * picture, so that by the inequality of Cauchy and Schwarz the correlation is at most the product of the parts plus the product of the lengths of
 * what is left.
 */
export function nearPairs(fingerprints: readonly Fingerprint[], sets: readonly unknown[], threshold: number): NearPair[] {
  const parts = fingerprints.map(({ thumbnail }) => blockPart(thumbnail));
  const rests = parts.map((part) => Math.sqrt(Math.max(0, 1 - product(part, part))));
  const pairs: NearPair[] = [];
  for (let second = 1; second < parts.length; second++) {
    for (let first = 0; first < second; first++) {
      if (sets[first] === sets[second]) continue;
      if (product(parts[first], parts[second]) + rests[first] * rests[second] < threshold - ROUNDING) continue;
      const correlation = product(fingerprints[first].thumbnail, fingerprints[second].thumbnail);
      if (correlation >= threshold) pairs.push({ first, second, correlation });
    }
  }
  return pairs;
}

/** What 1,024 products of float32 can be off by, so that rounding never leaves a pair out. */
const ROUNDING = 1e-5;

const BLOCK = 4;

/** The sum of each block over its side: the coefficients of vectors of length 1 that are constant on a block. */
function blockPart(thumbnail: Float32Array): Float32Array {
  const blocks = THUMBNAIL / BLOCK;
  const part = new Float32Array(blocks * blocks);
  for (let y = 0; y < THUMBNAIL; y++) {
    for (let x = 0; x < THUMBNAIL; x++) {
      part[Math.floor(y / BLOCK) * blocks + Math.floor(x / BLOCK)] += thumbnail[y * THUMBNAIL + x] / BLOCK;
    }
  }
  return part;
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
