/** Whether what a network is tested on is in what it was trained on: one patient, one file or one picture in two sets. */
import { InputError } from "../bytes.ts";
import type { Dataset } from "./dataset.ts";
import type { Fingerprint } from "./fingerprints.ts";
import { nearPairs } from "./near-same.ts";

export type LeakKind = "patient" | "group" | "bytes" | "picture";

/** Two samples in different sets that should not be. */
export interface Leak {
  readonly kind: LeakKind;
  readonly first: number;
  readonly second: number;
  /** What they share: the patient, the group, the checksum, or the correlation of their pictures. */
  readonly what: string;
}

export interface LeakOptions {
  /** Of the samples' pictures, in their order; without them only patients and groups are compared. */
  readonly fingerprints?: readonly Fingerprint[];
  /**
   * The correlation of small pictures from which two count as one. Of 3,438 films of 8 collections, scaled to one size, no two that
   * were kept apart reach 0.975; a picture scaled or compressed again stays above 0.99.
   */
  readonly threshold?: number;
}

/** Every leak between the samples' sets; samples without a set are in none. A pair is told once, by its plainest sign. */
export function findLeaks({ samples }: Dataset, { fingerprints, threshold = 0.98 }: LeakOptions = {}): Leak[] {
  const leaks: Leak[] = [];
  const seen = new Set<number>();
  const add = (leak: Leak) => {
    const pair = leak.first * samples.length + leak.second;
    if (!seen.has(pair)) leaks.push(leak);
    seen.add(pair);
  };
  const signs: readonly (readonly [LeakKind, (i: number) => string | undefined])[] = [
    ["patient", (i) => samples[i].patient],
    ["group", (i) => samples[i].group],
    ["bytes", (i) => fingerprints?.[i].sha256],
  ];
  for (const [kind, signOf] of signs) {
    // The first sample of each set that has the sign: one pair for each two sets tells enough.
    const first = new Map<string, Map<string, number>>();
    for (const [i, { split }] of samples.entries()) {
      const sign = signOf(i);
      if (split === undefined || sign === undefined) continue;
      const sets = first.get(sign) ?? new Map<string, number>();
      for (const [set, earlier] of sets) if (set !== split) add({ kind, first: earlier, second: i, what: sign });
      if (!sets.has(split)) first.set(sign, sets.set(split, i));
    }
  }
  if (fingerprints) {
    const inSets = [...samples.keys()].filter((i) => samples[i].split !== undefined);
    const sets = inSets.map((i) => samples[i].split);
    for (const pair of nearPairs(
      inSets.map((i) => fingerprints[i]),
      sets,
      threshold,
    )) {
      const [first, second] = [inSets[pair.first], inSets[pair.second]];
      add({ kind: "picture", first, second, what: `correlation ${pair.correlation.toFixed(3)}` });
    }
  }
  return leaks;
}

/**
 * Refuses a dataset with leaks of any kind that is not allowed.
 * @throws InputError with the number of leaks and the first five.
 */
export function checkLeaks(dataset: Dataset, options: LeakOptions & { readonly allow?: readonly LeakKind[] } = {}): void {
  const leaks = findLeaks(dataset, options).filter(({ kind }) => !options.allow?.includes(kind));
  if (leaks.length === 0) return;
  const shown = leaks.slice(0, 5).map((leak) => describe(dataset, leak));
  const more = leaks.length > 5 ? `; … (${leaks.length} in all)` : "";
  throw new InputError(dataset.name, `its sets are not apart: ${shown.join("; ")}${more}`);
}

const signs = { patient: "one patient", group: "one group", bytes: "the same file", picture: "nearly the same picture" } as const;

function describe({ samples }: Dataset, { kind, first, second, what }: Leak): string {
  const [a, b] = [samples[first], samples[second]];
  return `${a.name} (${a.split}) and ${b.name} (${b.split}) are ${signs[kind]} (${kind === "bytes" ? what.slice(0, 12) : what})`;
}
