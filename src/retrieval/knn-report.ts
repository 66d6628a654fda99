/** How well nearest neighbours tell classes apart. */
import { pairsAbove } from "../statistics/ranks.ts";
import { type VoteOptions, vote, winner } from "./knn.ts";
import type { Neighbour } from "./neighbours.ts";

export interface ClassReport {
  readonly label: string;
  /** Queries of the class. */
  readonly count: number;
  /** The share of its queries that were given it, and the share of those given it that are of it. */
  readonly recall: number;
  readonly precision: number;
  /** The area under the ROC curve of its share of the votes against all other classes. */
  readonly auc: number;
}

export interface KnnReport {
  readonly k: number;
  readonly count: number;
  readonly accuracy: number;
  /** The mean of the classes' recalls. */
  readonly balancedAccuracy: number;
  /** The mean of the classes' areas. */
  readonly auc: number;
  readonly classes: readonly ClassReport[];
  /** How often each class (row) was taken for each (column), in the order of `classes`. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * What the votes of the first k neighbours of each query make of it. A query gets the class with the most votes; of equal ones that of the
 * nearest neighbour. Classes without a query have no recall and no area (NaN), and do not count in the means.
 * @param found - the neighbours of each query, at least k of them where there are so many.
 * @param itemLabels - the class of each item, a number; `queryLabels` that of each query.
 */
export function knnReport(
  found: readonly (readonly Neighbour[])[],
  itemLabels: ArrayLike<number>,
  queryLabels: ArrayLike<number>,
  classes: readonly string[],
  { k, ...options }: VoteOptions & { readonly k: number },
): KnnReport {
  const nearest = found.map((row) => row.slice(0, k));
  const shares = nearest.map((row) => vote(row, itemLabels, classes.length, options));
  const confusion = classes.map(() => classes.map(() => 0));
  nearest.forEach((row, query) => {
    if (row.length > 0) confusion[queryLabels[query]][winner(shares[query], row, itemLabels)]++;
  });
  const labels = Array.from(queryLabels);
  const reports = classes.map((label, c): ClassReport => {
    const [count, given] = [labels.filter((own) => own === c).length, sumOf(confusion.map((row) => row[c]))];
    const scores = shares.map((row) => row[c]);
    const right = confusion[c][c];
    return {
      label,
      count,
      recall: right / count,
      precision: right / given,
      auc: areaUnderRoc(
        scores,
        labels.map((own) => own === c),
      ),
    };
  });
  return {
    k,
    count: labels.length,
    accuracy: sumOf(confusion.map((row, c) => row[c])) / labels.length,
    balancedAccuracy: meanOf(reports.map(({ recall }) => recall)),
    auc: meanOf(reports.map(({ auc }) => auc)),
    classes: reports,
    confusion,
  };
}

/** The chance that a positive has a higher score than a negative; equal ones count half (Mann and Whitney 1947). NaN without one of either. */
export function areaUnderRoc(scores: readonly number[], isPositive: readonly boolean[]): number {
  const positives = isPositive.filter(Boolean).length;
  return pairsAbove(scores, (place) => isPositive[place]) / (positives * (scores.length - positives));
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Of those that are numbers. */
function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return sumOf(known) / known.length;
}
