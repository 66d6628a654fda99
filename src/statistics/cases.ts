/** Cases: scores and labels that belong together, checked where they come in. */
import { type NotDefined, notDefined } from "./not-defined.ts";
import { StatisticsError } from "./statistics-error.ts";

/** Fewer cases than this of either class give no normal approximation, no threshold and no calibration. */
export const LEAST_CASES = 5;

/** What a case belongs to, usually its patient. */
export type Cluster = string | number;

/** @throws StatisticsError unless there are as many values as cases, and one at least. */
export function checkCount(subject: string, what: string, length: number, cases: number): void {
  if (cases === 0) throw new StatisticsError(subject, "there are no cases");
  if (length !== cases) throw new StatisticsError(subject, `there must be as many ${what} as cases, got ${length} and ${cases}`);
}

/** @throws StatisticsError for a label that is missing or neither 0 nor 1. */
export function checkBinaryLabels(subject: string, labels: ArrayLike<number>): void {
  for (let i = 0; i < labels.length; i++) {
    if (isMissing(labels[i])) throw new StatisticsError(subject, `case ${i} has no label`);
    if (labels[i] !== 0 && labels[i] !== 1) throw new StatisticsError(subject, `the label of case ${i} must be 0 or 1, got ${labels[i]}`);
  }
}

/** @throws StatisticsError for a label that is missing or no class from 0 to classes − 1. */
export function checkClassLabels(subject: string, labels: ArrayLike<number>, classes: number, what = "label"): void {
  for (let i = 0; i < labels.length; i++) {
    if (isMissing(labels[i])) throw new StatisticsError(subject, `case ${i} has no ${what}`);
    if (!(Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < classes))
      throw new StatisticsError(subject, `the ${what} of case ${i} must be a class from 0 to ${classes - 1}, got ${labels[i]}`);
  }
}

/** @throws StatisticsError for a value that is not a finite number. */
export function checkFinite(subject: string, values: ArrayLike<number>, what = "score"): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw new StatisticsError(subject, `the ${what} of case ${i} is ${values[i]}, no finite number`);
}

/** @throws StatisticsError for a value that is no probability. */
export function checkProbabilities(subject: string, values: ArrayLike<number>): void {
  checkFinite(subject, values, "probability");
  for (let i = 0; i < values.length; i++)
    if (values[i] < 0 || values[i] > 1)
      throw new StatisticsError(subject, `the probability of case ${i} must be from 0 to 1, got ${values[i]}`);
}

/** @throws StatisticsError unless there is a finite score and a label of 0 or 1 for every case. */
export function checkScored(subject: string, scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  checkCount(subject, "scores", scores.length, labels.length);
  checkBinaryLabels(subject, labels);
  checkFinite(subject, scores);
}

/** @throws StatisticsError unless there is a probability and a label of 0 or 1 for every case. */
export function checkForecasts(subject: string, probabilities: ArrayLike<number>, labels: ArrayLike<number>): void {
  checkCount(subject, "probabilities", probabilities.length, labels.length);
  checkBinaryLabels(subject, labels);
  checkProbabilities(subject, probabilities);
}

export interface ClassCounts {
  readonly positives: number;
  readonly negatives: number;
}

export function classCountsOf(labels: ArrayLike<number>): ClassCounts {
  let positives = 0;
  for (let i = 0; i < labels.length; i++) positives += labels[i];
  return { positives, negatives: labels.length - positives };
}

/** Why nothing can be said of how scores tell positives from negatives, where that is so: a class is missing, or all scores are equal. */
export function indistinct(scores: ArrayLike<number>, labels: ArrayLike<number>): NotDefined | undefined {
  const { positives, negatives } = classCountsOf(labels);
  if (positives === 0) return notDefined("no positive cases");
  if (negatives === 0) return notDefined("no negative cases");
  for (let i = 1; i < scores.length; i++) if (scores[i] !== scores[0]) return undefined;
  return notDefined("all scores are equal");
}

/** Why there are too few cases for a normal approximation, where that is so. */
export function tooFew({ positives, negatives }: ClassCounts): NotDefined | undefined {
  if (Math.min(positives, negatives) >= LEAST_CASES) return undefined;
  return notDefined(`${LEAST_CASES} positive and ${LEAST_CASES} negative cases are needed, there are ${positives} and ${negatives}`);
}

/** The cases of each cluster, in order of appearance; without clusters each case is its own. */
export function casesByCluster(subject: string, cases: number, clusters?: ArrayLike<Cluster>): number[][] {
  if (!clusters) return Array.from({ length: cases }, (_, i) => [i]);
  checkCount(subject, "clusters", clusters.length, cases);
  const members = new Map<Cluster, number[]>();
  for (let i = 0; i < cases; i++) {
    const cluster = clusters[i];
    if (cluster === undefined || cluster === null || cluster === "" || Number.isNaN(cluster))
      throw new StatisticsError(subject, `case ${i} has no cluster`);
    const known = members.get(cluster);
    if (known) known.push(i);
    else members.set(cluster, [i]);
  }
  return [...members.values()];
}

const isMissing = (label: number | undefined | null): boolean => label === undefined || label === null || Number.isNaN(label);
