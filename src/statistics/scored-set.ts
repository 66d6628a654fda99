/** A set of scored cases with a name, so that what is chosen on one set can only be judged on another. */
import { type Cluster, checkCount, checkScored, classCountsOf } from "./cases.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface ScoredSet {
  /** Such as "validation" or "test". */
  readonly name: string;
  /** A number a case, higher for more likely positive. */
  readonly scores: ArrayLike<number>;
  /** 1 positive, 0 negative. */
  readonly labels: ArrayLike<number>;
  /** What names each case, such as its file; with them a set that shares cases with another is found out. */
  readonly ids?: ArrayLike<string>;
  /** What each case belongs to, usually its patient; with them a set that shares patients with another is found out. */
  readonly clusters?: ArrayLike<Cluster>;
}

/** What is remembered of a set by what was chosen on it. Plain data, so that a threshold may be stored with a model. */
export interface SetIdentity {
  readonly name: string;
  readonly cases: number;
  readonly positives: number;
  /** Of scores and labels in any order. */
  readonly fingerprint: string;
  readonly ids?: readonly string[];
  readonly clusters?: readonly Cluster[];
}

/** @throws StatisticsError for a set without a name, a missing label, a score that is not finite, or a list of another length. */
export function checkSet(subject: string, { name, scores, labels, ids, clusters }: ScoredSet): void {
  if (!name) throw new StatisticsError(subject, "the set must have a name");
  checkScored(subject, scores, labels);
  if (ids) checkCount(subject, "ids", ids.length, labels.length);
  if (clusters) checkCount(subject, "clusters", clusters.length, labels.length);
}

/** What tells this set from others. */
export function identityOf({ name, scores, labels, ids, clusters }: ScoredSet): SetIdentity {
  return {
    name,
    cases: labels.length,
    positives: classCountsOf(labels).positives,
    fingerprint: fingerprintOf(scores, labels),
    ...(ids && { ids: [...new Set(Array.from(ids))] }),
    ...(clusters && { clusters: [...new Set(Array.from(clusters))] }),
  };
}

/**
 * Makes sure that what was chosen on one set is judged on another one.
 * @param what - what was chosen, for the message: "the threshold".
 * @throws StatisticsError where the two have one name, the same scores and labels, or a case or patient in common.
 */
export function checkOtherSet(subject: string, what: string, chosenOn: SetIdentity, set: ScoredSet): void {
  const fail = (problem: string): never => {
    throw new StatisticsError(subject, `${what} was chosen on set ${JSON.stringify(chosenOn.name)}, ${problem}`);
  };
  if (chosenOn.name === set.name) fail("it must be applied to another one");
  if (chosenOn.fingerprint === fingerprintOf(set.scores, set.labels))
    fail(`and set ${JSON.stringify(set.name)} has the same scores and labels`);
  const shared = firstShared(chosenOn.ids, set.ids);
  if (shared !== undefined) fail(`and set ${JSON.stringify(set.name)} has case ${shared} of it`);
  const patient = firstShared(chosenOn.clusters, set.clusters);
  if (patient !== undefined) fail(`and set ${JSON.stringify(set.name)} has cases of the same patient or group, ${patient}`);
}

function firstShared<T>(known: readonly T[] | undefined, own: ArrayLike<T> | undefined): T | undefined {
  if (!known || !own) return undefined;
  const all = new Set(known);
  return Array.from(own).find((item) => all.has(item));
}

/** 64 bits that follow from the pairs of score and label, sorted: two FNV-1a hashes (Fowler, Noll and Vo) of the text of all pairs. */
function fingerprintOf(scores: ArrayLike<number>, labels: ArrayLike<number>): string {
  const text = Array.from(scores, (score, i) => `${score} ${labels[i]}`)
    .sort()
    .join("\n");
  let [first, second] = [0x811c9dc5, 0x01234567];
  for (let i = 0; i < text.length; i++) {
    first = Math.imul(first ^ text.charCodeAt(i), 0x01000193);
    second = Math.imul(second ^ text.charCodeAt(text.length - 1 - i), 0x01000193);
  }
  return [first, second].map((hash) => (hash >>> 0).toString(16).padStart(8, "0")).join("");
}
