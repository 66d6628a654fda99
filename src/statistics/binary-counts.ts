/** The four counts of a test with two answers. */
import { checkCount, checkScored } from "./cases.ts";
import { type Confusion, columnSums, totalOf } from "./confusion.ts";
import { sumOf } from "./mean.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface BinaryCounts {
  readonly truePositives: number;
  readonly falseNegatives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
}

/**
 * Counts of calling a case positive where its score is at or above the threshold.
 * @throws StatisticsError for a missing label, a score that is not finite, or a threshold that is no number.
 */
export function countsAt(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): BinaryCounts {
  checkScored("counts", scores, labels);
  if (Number.isNaN(threshold)) throw new StatisticsError("counts", "the threshold is not a number");
  return countsOf(
    Uint8Array.from({ length: scores.length }, (_, i) => (scores[i] >= threshold ? 1 : 0)),
    labels,
  );
}

/** Counts of predictions and labels that are known to be 0 or 1. */
export function countsOf(predicted: ArrayLike<number>, labels: ArrayLike<number>): BinaryCounts {
  checkCount("counts", "predictions", predicted.length, labels.length);
  // counts[label][predicted]
  const counts = [
    [0, 0],
    [0, 0],
  ];
  for (let i = 0; i < labels.length; i++) counts[labels[i]][predicted[i]]++;
  const [[trueNegatives, falsePositives], [falseNegatives, truePositives]] = counts;
  return { truePositives, falseNegatives, falsePositives, trueNegatives };
}

/** The counts as a confusion matrix of negative (0) and positive (1). */
export const confusionOfCounts = ({ truePositives, falseNegatives, falsePositives, trueNegatives }: BinaryCounts): Confusion => [
  [trueNegatives, falsePositives],
  [falseNegatives, truePositives],
];

/** One class of a confusion matrix against all others. */
export function countsOfClass(confusion: Confusion, positive: number): BinaryCounts {
  const truePositives = confusion[positive][positive];
  const falseNegatives = sumOf(confusion[positive]) - truePositives;
  const falsePositives = columnSums(confusion)[positive] - truePositives;
  return {
    truePositives,
    falseNegatives,
    falsePositives,
    trueNegatives: totalOf(confusion) - truePositives - falseNegatives - falsePositives,
  };
}

/** @throws StatisticsError for a count that is no whole number from 0. */
export function checkCounts(subject: string, { truePositives, falseNegatives, falsePositives, trueNegatives }: BinaryCounts): void {
  for (const [name, count] of Object.entries({ truePositives, falseNegatives, falsePositives, trueNegatives }))
    if (!(Number.isInteger(count) && count >= 0)) throw new StatisticsError(subject, `${name} must be a whole number, got ${count}`);
}
