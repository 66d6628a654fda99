/** Random numbers one after the other, a sequence for every key: the same in every engine, and for keys in any order. */
import { random } from "../random.ts";

export interface Draws {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** A whole number in [0, bound). */
  below(bound: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
}

/**
 * The sequence that belongs to a key of whole numbers, such as (seed, epoch, index). The k-th number is `random(keyed(key), k)`, so that
 * nothing has to be stored to draw the same again.
 */
export function draws(...key: readonly number[]): Draws {
  const seed = keyed(...key);
  let count = 0;
  const next = () => random(seed, count++);
  return {
    uniform: (low, high) => low + (high - low) * next(),
    below: (bound) => Math.floor(bound * next()),
    chance: (probability) => next() < probability,
  };
}

/** A seed of 32 bits that depends on every number of a key and on their order. */
export const keyed = (...key: readonly number[]): number => key.reduce((seed, part) => (random(seed, part) * 2 ** 32) | 0, 0);

/** Whole numbers from 0 to length − 1 in an order that belongs to the key (Fisher and Yates). */
export function shuffled(length: number, ...key: readonly number[]): Int32Array {
  const order = Int32Array.from({ length }, (_, i) => i);
  const { below } = draws(...key);
  for (let i = length - 1; i > 0; i--) {
    const j = below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
