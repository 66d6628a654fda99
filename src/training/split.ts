/** Samples dealt out to sets or folds: whole patients only, every class in its share, the same for the same seed. */
import { shuffled } from "../imaging/draws.ts";
import type { Dataset, Sample } from "./dataset.ts";
import { groupsOf, type Pair } from "./groups.ts";

export interface DealOptions {
  readonly seed: number;
  /** What is to be spread evenly; by default the class. */
  readonly stratum?: (sample: Sample) => string;
  /** Samples that have to stay together beside those of one patient or group, such as nearly equal pictures. */
  readonly joined?: readonly Pair[];
}

export interface SplitOptions extends DealOptions {
  /** The sets and their shares, which sum to 1, such as `{ train: 0.7, val: 0.1, test: 0.2 }`. */
  readonly shares: Readonly<Record<string, number>>;
  /** Samples that have a set already stay there, and so does everything that belongs to them; only the others are dealt out. */
  readonly keep?: boolean;
  /** The most pictures that a patient may have to come into a set, such as `{ test: 5 }`. */
  readonly largest?: Readonly<Record<string, number>>;
}

/** The sets that a training deals its films out to where their table names none. */
export const usualShares = { train: 0.7, val: 0.1, test: 0.2 } as const;

/**
 * The same samples, each with its set.
 * @throws RangeError for shares that are not positive or do not sum to 1, and where what belongs together has been put into two sets, or
 * no set may take a patient.
 */
export function splitDataset(dataset: Dataset, { shares, keep = false, largest = {}, ...options }: SplitOptions): Dataset {
  const sets = Object.keys(shares);
  const sizes = Object.values(shares);
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (!sizes.every((size) => size > 0) || Math.abs(sum - 1) > 1e-9) {
    throw new RangeError(`split: shares must be positive and sum to 1, got ${JSON.stringify(shares)}`);
  }
  const kept = dataset.samples.map(({ split }) => (keep && split !== undefined ? setNumber(sets, split) : -1));
  const dealt = deal(dataset.samples, sizes, options, kept, (size, set) => size <= (largest[sets[set]] ?? Number.POSITIVE_INFINITY));
  return { ...dataset, samples: dataset.samples.map((sample, i) => ({ ...sample, split: sets[dealt[i]] })) };
}

function setNumber(sets: readonly string[], split: string): number {
  const set = sets.indexOf(split);
  if (set < 0) throw new RangeError(`split: a sample is in the set ${split}, which is not among ${sets.join(", ")}`);
  return set;
}

/**
 * The fold of each sample, from 0 to folds − 1.
 * @throws RangeError for fewer than two folds, or more than there are groups.
 */
export function kFold({ samples }: Dataset, folds: number, options: DealOptions): Int32Array {
  const groups = new Set(groupsOf(samples, options.joined)).size;
  if (!Number.isInteger(folds) || folds < 2 || folds > groups) {
    throw new RangeError(`kFold: 2 to ${groups} folds can be made of ${groups} patients, got ${folds}`);
  }
  return deal(samples, new Array(folds).fill(1 / folds), options);
}

/** Samples that stay together: how many of each stratum, and the set they are in already. */
interface Group {
  readonly members: number[];
  readonly counts: Float64Array;
  set: number;
}

/**
 * Deals groups out one by one, the largest first and equal ones in the seed's order, each to the set whose counts come nearest to its
 * share: the one where Σ over strata of (count − wanted)² / wanted grows least.
 */
function deal(
  samples: readonly Sample[],
  shares: readonly number[],
  { seed, stratum = ({ label }) => String(label), joined }: DealOptions,
  kept?: readonly number[],
  mayTake: (size: number, set: number) => boolean = () => true,
): Int32Array {
  const names = samples.map(stratum);
  const strata = [...new Set(names)];
  const groups = grouped(samples, joined, names, strata, kept);
  const totals = strata.map((name) => names.filter((other) => other === name).length);
  const counts = shares.map(() => new Float64Array(strata.length));
  const result = new Int32Array(samples.length);
  const put = ({ members, counts: added }: Group, set: number) => {
    for (const i of members) result[i] = set;
    for (let s = 0; s < strata.length; s++) counts[set][s] += added[s];
  };
  const cost = ({ counts: added }: Group, set: number) => {
    let growth = 0;
    for (let s = 0; s < strata.length; s++) {
      const wanted = shares[set] * totals[s];
      growth += (added[s] * (2 * (counts[set][s] - wanted) + added[s])) / wanted;
    }
    return growth;
  };
  for (const group of groups) if (group.set >= 0) put(group, group.set);
  const order = [...shuffled(groups.length, seed)].map((i) => groups[i]).sort((a, b) => b.members.length - a.members.length);
  for (const group of order) {
    if (group.set >= 0) continue;
    const sets = [...shares.keys()].filter((set) => mayTake(group.members.length, set));
    if (sets.length === 0) throw new RangeError(`split: no set may take a patient with ${group.members.length} pictures`);
    const costs = sets.map((set) => cost(group, set));
    put(group, sets[costs.indexOf(Math.min(...costs))]);
  }
  return result;
}

function grouped(
  samples: readonly Sample[],
  joined: readonly Pair[] | undefined,
  names: readonly string[],
  strata: readonly string[],
  kept: readonly number[] | undefined,
): Group[] {
  const groups: Group[] = [];
  for (const [i, number] of groupsOf(samples, joined).entries()) {
    groups[number] ??= { members: [], counts: new Float64Array(strata.length), set: -1 };
    const group = groups[number];
    const set = kept?.[i] ?? -1;
    if (set >= 0 && group.set >= 0 && set !== group.set) {
      throw new RangeError(`split: ${samples[group.members[0]].name} and ${samples[i].name} belong together, but are kept in two sets`);
    }
    group.members.push(i);
    group.counts[strata.indexOf(names[i])]++;
    if (set >= 0) group.set = set;
  }
  return groups;
}
