/** The receiver operating characteristic. */
import { checkScored, classCountsOf, indistinct } from "./cases.ts";
import type { NotDefined } from "./not-defined.ts";
import { ascending } from "./ranks.ts";

/** How many cases score at or above a threshold, by their label. */
export interface OperatingPoint {
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

/** Every distinct score as a threshold, highest first; a case is called positive at or above it. */
export function operatingPoints(scores: ArrayLike<number>, labels: ArrayLike<number>): OperatingPoint[] {
  const order = ascending(scores).reverse();
  const points: OperatingPoint[] = [];
  let truePositives = 0;
  let falsePositives = 0;
  for (const [place, i] of order.entries()) {
    if (labels[i] === 1) truePositives++;
    else falsePositives++;
    const next = order[place + 1];
    if (next === undefined || scores[next] !== scores[i]) points.push({ threshold: scores[i], truePositives, falsePositives });
  }
  return points;
}

export interface RocPoint {
  /** Infinity at the first point, where no case is called positive. */
  readonly threshold: number;
  /** 1 − specificity. */
  readonly falsePositiveRate: number;
  /** Sensitivity. */
  readonly truePositiveRate: number;
}

/**
 * The curve from (0, 0) to (1, 1), a point for every distinct score: a case is positive where its score is at or above the threshold.
 * Not defined where a class has no cases or all scores are equal.
 * @throws StatisticsError for a missing label or a score that is not finite.
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocPoint[] | NotDefined {
  checkScored("ROC", scores, labels);
  const reason = indistinct(scores, labels);
  if (reason) return reason;
  const { positives, negatives } = classCountsOf(labels);
  return [
    { threshold: Number.POSITIVE_INFINITY, falsePositiveRate: 0, truePositiveRate: 0 },
    ...operatingPoints(scores, labels).map(({ threshold, truePositives, falsePositives }) => ({
      threshold,
      falsePositiveRate: falsePositives / negatives,
      truePositiveRate: truePositives / positives,
    })),
  ];
}
