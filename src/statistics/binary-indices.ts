/** What follows from true and false positives and negatives. */
import { type BinaryCounts, checkCounts, confusionOfCounts } from "./binary-counts.ts";
import { cohenKappa } from "./cohen-kappa.ts";
import { normalReach } from "./distributions.ts";
import type { Estimate } from "./estimate.ts";
import { matthews } from "./matthews.ts";
import { combined, isDefined, notDefined, ratio, type Statistic } from "./not-defined.ts";
import { type Proportion, type ProportionOptions, proportion } from "./proportion.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface BinaryIndices extends BinaryCounts {
  /** TP + FN, and the share of them among all. */
  readonly positives: number;
  readonly negatives: number;
  readonly prevalence: Proportion;
  /** (TP + TN) / all. */
  readonly accuracy: Proportion;
  /** Recall: TP / (TP + FN). */
  readonly sensitivity: Proportion;
  /** TN / (TN + FP). */
  readonly specificity: Proportion;
  /** Positive predictive value, precision: TP / (TP + FP), at the prevalence of these cases. */
  readonly ppv: Proportion;
  /** Negative predictive value: TN / (TN + FN), at the prevalence of these cases. */
  readonly npv: Proportion;
  /** FP / (FP + TN), FN / (FN + TP), FP / (FP + TP) and FN / (FN + TN). */
  readonly falsePositiveRate: Proportion;
  readonly falseNegativeRate: Proportion;
  readonly falseDiscoveryRate: Proportion;
  readonly falseOmissionRate: Proportion;
  /** (sensitivity + specificity) / 2. */
  readonly balancedAccuracy: Statistic;
  /** √(sensitivity · specificity). */
  readonly geometricMean: Statistic;
  /** Youden's J: sensitivity + specificity − 1. */
  readonly youden: Statistic;
  /** PPV + NPV − 1. */
  readonly markedness: Statistic;
  /** 2 TP / (2 TP + FP + FN). */
  readonly f1: Statistic;
  /** Critical success index, Jaccard: TP / (TP + FP + FN). */
  readonly threatScore: Statistic;
  /** √(PPV · sensitivity). */
  readonly fowlkesMallows: Statistic;
  readonly kappa: Statistic;
  readonly matthews: Statistic;
  /** sensitivity / (1 − specificity) and (1 − sensitivity) / specificity, with the intervals of Simel et al. 1991. */
  readonly positiveLikelihoodRatio: Estimate;
  readonly negativeLikelihoodRatio: Estimate;
  /** TP · TN / (FP · FN), with Woolf's interval (1955). */
  readonly diagnosticOddsRatio: Estimate;
}

/**
 * All indices of four counts; proportions with the interval that is asked for, Wilson's by default.
 * @throws StatisticsError for counts that are no whole numbers, or no case at all.
 */
export function binaryIndices(counts: BinaryCounts, options: ProportionOptions = {}): BinaryIndices {
  checkCounts("indices", counts);
  const { truePositives: tp, falseNegatives: fn, falsePositives: fp, trueNegatives: tn } = counts;
  const [positives, negatives, called, notCalled] = [tp + fn, fp + tn, tp + fp, fn + tn];
  const total = positives + negatives;
  if (total === 0) throw new StatisticsError("indices", "there are no cases");
  const share = (successes: number, trials: number, reason: string): Proportion => proportion(successes, trials, options, reason);
  const ofPositives = (successes: number) => share(successes, positives, "no positive cases");
  const ofNegatives = (successes: number) => share(successes, negatives, "no negative cases");
  const ofCalled = (successes: number) => share(successes, called, "no case is called positive");
  const ofNotCalled = (successes: number) => share(successes, notCalled, "no case is called negative");
  const [sensitivity, specificity, ppv, npv] = [ofPositives(tp), ofNegatives(tn), ofCalled(tp), ofNotCalled(tn)];
  const both = [sensitivity.value, specificity.value];
  const confusion = confusionOfCounts(counts);
  return {
    ...counts,
    positives,
    negatives,
    prevalence: share(positives, total, "no cases"),
    accuracy: share(tp + tn, total, "no cases"),
    sensitivity,
    specificity,
    ppv,
    npv,
    falsePositiveRate: ofNegatives(fp),
    falseNegativeRate: ofPositives(fn),
    falseDiscoveryRate: ofCalled(fp),
    falseOmissionRate: ofNotCalled(fn),
    balancedAccuracy: combined(both, (a, b) => (a + b) / 2),
    geometricMean: combined(both, (a, b) => Math.sqrt(a * b)),
    youden: combined(both, (a, b) => a + b - 1),
    markedness: combined([ppv.value, npv.value], (a, b) => a + b - 1),
    f1: fBeta(counts, 1),
    threatScore: ratio(tp, tp + fp + fn, "no case is positive or called so"),
    fowlkesMallows: combined([ppv.value, sensitivity.value], (a, b) => Math.sqrt(a * b)),
    kappa: cohenKappa(confusion).value,
    matthews: matthews(confusion),
    positiveLikelihoodRatio: likelihoodRatio([tp, positives], [fp, negatives], options),
    negativeLikelihoodRatio: likelihoodRatio([fn, positives], [tn, negatives], options),
    diagnosticOddsRatio: oddsRatio(counts, options),
  };
}

/**
 * F_β = (1 + β²) TP / ((1 + β²) TP + β² FN + FP): recall counts β times as much as precision (van Rijsbergen 1979).
 * Not defined where no case is positive or called so.
 * @throws StatisticsError for a β that is not positive.
 */
export function fBeta({ truePositives, falseNegatives, falsePositives }: BinaryCounts, beta: number): Statistic {
  if (!(beta > 0 && beta < Number.POSITIVE_INFINITY)) throw new StatisticsError("F-score", `beta must be positive, got ${beta}`);
  const hits = (1 + beta ** 2) * truePositives;
  return ratio(hits, hits + beta ** 2 * falseNegatives + falsePositives, "no case is positive or called so");
}

/** (k₁ / n₁) / (k₀ / n₀), normal on the logarithm. */
function likelihoodRatio(
  [k1, n1]: readonly [number, number],
  [k0, n0]: readonly [number, number],
  { level = 0.95 }: ProportionOptions,
): Estimate {
  if (n1 === 0 || n0 === 0) {
    const none = notDefined(n1 === 0 ? "no positive cases" : "no negative cases");
    return { value: none, interval: none };
  }
  const value = k0 === 0 ? notDefined("the denominator is 0") : k1 / n1 / (k0 / n0);
  return onLogScale(value, 1 / k1 - 1 / n1 + 1 / k0 - 1 / n0, level, "log (Simel)");
}

function oddsRatio(
  { truePositives, falseNegatives, falsePositives, trueNegatives }: BinaryCounts,
  { level = 0.95 }: ProportionOptions,
): Estimate {
  const value = ratio(truePositives * trueNegatives, falsePositives * falseNegatives, "the denominator is 0");
  const variance = 1 / truePositives + 1 / falseNegatives + 1 / falsePositives + 1 / trueNegatives;
  return onLogScale(value, variance, level, "log (Woolf)");
}

/** exp(ln value ± z √variance), where the counts that the variance is made of are not 0. */
function onLogScale(value: Statistic, variance: number, level: number, method: string): Estimate {
  if (!isDefined(value)) return { value, interval: value };
  if (value === 0 || !Number.isFinite(variance)) return { value, interval: notDefined("a count is 0") };
  const reach = normalReach(level) * Math.sqrt(variance);
  return { value, interval: { lower: value * Math.exp(-reach), upper: value * Math.exp(reach), level, method } };
}
