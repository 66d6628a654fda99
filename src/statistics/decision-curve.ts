/** Whether acting on a model does more good than acting on all or on nobody (Vickers and Elkin 2006). */
import { countsAt } from "./binary-counts.ts";
import { checkForecasts, classCountsOf } from "./cases.ts";
import { StatisticsError } from "./statistics-error.ts";

/** Net benefits are in true positives per case. */
export interface DecisionPoint {
  /** The probability from which one would act: false positives count threshold / (1 − threshold) of a true one. */
  readonly threshold: number;
  /** TP / n − FP / n · threshold / (1 − threshold). */
  readonly netBenefit: number;
  /** Of acting on every case; acting on none has 0. */
  readonly treatAll: number;
  /** How many fewer of 100 cases are acted on without need than by acting on all, with as many true positives found. */
  readonly avoidedPer100: number;
}

/**
 * The decision curve, by default from 1% to 99%. It takes probabilities that are calibrated, and the prevalence of these cases for the one
 * at use unless another is given, for which sensitivity and specificity stay what they are.
 * @throws StatisticsError for a missing label, a value that is no probability, cases of one class, or a threshold not between 0 and 1.
 */
export function decisionCurve(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  {
    thresholds = Array.from({ length: 99 }, (_, i) => (i + 1) / 100),
    prevalence,
  }: { readonly thresholds?: readonly number[]; readonly prevalence?: number } = {},
): DecisionPoint[] {
  checkForecasts("decision curve", probabilities, labels);
  const { positives, negatives } = classCountsOf(labels);
  if (positives === 0 || negatives === 0) throw new StatisticsError("decision curve", "cases of both classes are needed");
  const rate = prevalence ?? positives / labels.length;
  if (!(rate > 0 && rate < 1)) throw new StatisticsError("decision curve", `the prevalence must be between 0 and 1, got ${rate}`);
  return thresholds.map((threshold) => {
    if (!(threshold > 0 && threshold < 1))
      throw new StatisticsError("decision curve", `a threshold must be between 0 and 1, got ${threshold}`);
    const { truePositives, falsePositives } = countsAt(probabilities, labels, threshold);
    const odds = threshold / (1 - threshold);
    const netBenefit = (rate * truePositives) / positives - ((1 - rate) * falsePositives * odds) / negatives;
    const treatAll = rate - (1 - rate) * odds;
    return { threshold, netBenefit, treatAll, avoidedPer100: (100 * (netBenefit - treatAll)) / odds };
  });
}
