/** How far probabilities are from what happened. */
import { checkForecasts, classCountsOf } from "./cases.ts";
import { meanOf } from "./mean.ts";
import { notDefined, type Statistic } from "./not-defined.ts";
import { type BinningOptions, binsOf } from "./reliability.ts";

/**
 * The mean of (p − y)² (Brier 1950), from 0, best.
 * @throws StatisticsError for a missing label or a value that is no probability.
 */
export function brierScore(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkForecasts("Brier score", probabilities, labels);
  return meanOf(Float64Array.from({ length: labels.length }, (_, i) => (probabilities[i] - labels[i]) ** 2));
}

/** Brier score = reliability − resolution + uncertainty + within-bin variance − within-bin covariance. */
export interface BrierDecomposition {
  readonly brier: number;
  /** Σ nₖ/n · (p̄ₖ − ȳₖ)²: 0 for perfectly calibrated probabilities. */
  readonly reliability: number;
  /** Σ nₖ/n · (ȳₖ − ȳ)²: how far the bins differ in what happens. */
  readonly resolution: number;
  /** ȳ (1 − ȳ): the Brier score of always saying the prevalence. */
  readonly uncertainty: number;
  readonly withinBinVariance: number;
  readonly withinBinCovariance: number;
  /** 1 − Brier / uncertainty; not defined with one class. */
  readonly skill: Statistic;
}

/**
 * Murphy's decomposition (1973) over bins, with the two parts within bins of Stephenson et al. 2008, so that the sum is exact.
 * @throws StatisticsError for a missing label, a value that is no probability, or no bins.
 */
export function brierDecomposition(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: BinningOptions = {},
): BrierDecomposition {
  const brier = brierScore(probabilities, labels);
  const { positives, negatives } = classCountsOf(labels);
  const rate = positives / labels.length;
  const uncertainty = rate * (1 - rate);
  let [reliability, resolution, withinBinVariance, withinBinCovariance] = [0, 0, 0, 0];
  for (const { places } of binsOf("Brier score", probabilities, options)) {
    if (places.length === 0) continue;
    const p = meanOf(places.map((i) => probabilities[i]));
    const y = meanOf(places.map((i) => labels[i]));
    const share = places.length / labels.length;
    reliability += share * (p - y) ** 2;
    resolution += share * (y - rate) ** 2;
    withinBinVariance += share * meanOf(places.map((i) => (probabilities[i] - p) ** 2));
    withinBinCovariance += share * 2 * meanOf(places.map((i) => (probabilities[i] - p) * (labels[i] - y)));
  }
  const skill = positives > 0 && negatives > 0 ? 1 - brier / uncertainty : notDefined("cases of one class");
  return { brier, reliability, resolution, uncertainty, withinBinVariance, withinBinCovariance, skill };
}

/**
 * The mean of −ln of the probability that was given to what happened. Not defined where that probability is 0.
 * @throws StatisticsError for a missing label or a value that is no probability.
 */
export function logLoss(probabilities: ArrayLike<number>, labels: ArrayLike<number>): Statistic {
  checkForecasts("log loss", probabilities, labels);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const given = labels[i] === 1 ? probabilities[i] : 1 - probabilities[i];
    if (given === 0) return notDefined(`case ${i} is ${labels[i] === 1 ? "positive" : "negative"} with probability 0`);
    sum -= Math.log(given);
  }
  return sum / labels.length;
}
