/** Samples that have to stay together: those of one patient, of one group, or that somebody joins. */
import type { Sample } from "./dataset.ts";

/** Two samples, by their places. */
export type Pair = readonly [number, number];

/**
 * The number of the group that each sample belongs to, counted from 0 in order of appearance. A patient who is in two groups makes them
 * one; a sample without a patient and a group is alone unless it is joined.
 */
export function groupsOf(samples: readonly Sample[], joined: readonly Pair[] = []): Int32Array {
  const parent = Int32Array.from(samples, (_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  };
  const join = (a: number, b: number) => {
    const [low, high] = [root(a), root(b)].sort((x, y) => x - y);
    parent[high] = low;
  };
  const first = new Map<string, number>();
  for (const [i, { patient, group }] of samples.entries()) {
    for (const key of [patient && `patient ${patient}`, group && `group ${group}`]) {
      if (!key) continue;
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, i);
      else join(earlier, i);
    }
  }
  for (const [a, b] of joined) join(a, b);
  const numbers = new Map<number, number>();
  return parent.map((_, i) => {
    const group = root(i);
    const number = numbers.get(group) ?? numbers.size;
    numbers.set(group, number);
    return number;
  });
}
