/** Precision and recall over all thresholds. */
import { checkScored, classCountsOf, indistinct } from "./cases.ts";
import { isDefined, type NotDefined, type Statistic } from "./not-defined.ts";
import { operatingPoints } from "./roc.ts";

export interface PrecisionRecallPoint {
  /** Infinity at the first point, where no case is called positive; precision is 1 there by convention. */
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
}

/**
 * The curve from recall 0 to recall 1, a point for every distinct score.
 * Not defined where a class has no cases or all scores are equal.
 * @throws StatisticsError for a missing label or a score that is not finite.
 */
export function precisionRecallCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): PrecisionRecallPoint[] | NotDefined {
  checkScored("precision–recall", scores, labels);
  const reason = indistinct(scores, labels);
  if (reason) return reason;
  const { positives } = classCountsOf(labels);
  return [
    { threshold: Number.POSITIVE_INFINITY, precision: 1, recall: 0 },
    ...operatingPoints(scores, labels).map(({ threshold, truePositives, falsePositives }) => ({
      threshold,
      precision: truePositives / (truePositives + falsePositives),
      recall: truePositives / positives,
    })),
  ];
}

/** Σ (recallₙ − recallₙ₋₁) · precisionₙ: what is gained at each threshold, without interpolation. The prevalence is its value by chance. */
export const averagePrecision = (scores: ArrayLike<number>, labels: ArrayLike<number>): Statistic =>
  areaOf(precisionRecallCurve(scores, labels), (_, right) => right.precision);

/** The area of straight lines between the points: too high where precision falls fast (Davis and Goadrich 2006), but often printed. */
export const precisionRecallTrapezoid = (scores: ArrayLike<number>, labels: ArrayLike<number>): Statistic =>
  areaOf(precisionRecallCurve(scores, labels), (left, right) => (left.precision + right.precision) / 2);

type Height = (left: PrecisionRecallPoint, right: PrecisionRecallPoint) => number;

function areaOf(curve: readonly PrecisionRecallPoint[] | NotDefined, height: Height): Statistic {
  if (!isDefined(curve)) return curve;
  let area = 0;
  for (let n = 1; n < curve.length; n++) area += (curve[n].recall - curve[n - 1].recall) * height(curve[n - 1], curve[n]);
  return area;
}
