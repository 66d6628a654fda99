/** How well a measure tells outliers from films. */
import { pairsAbove } from "../statistics/ranks.ts";

export interface Separation {
  /** The probability that an outlier's value is above a film's, equal ones counting half: the area under the ROC curve. */
  readonly auroc: number;
  /** The share of the outliers that pass where 95 % of the films do (FPR at 95 % TPR, films being the positives). */
  readonly fpr95: number;
}

/** @throws RangeError without films or outliers. */
export function separation(films: readonly number[], outliers: readonly number[]): Separation {
  if (films.length === 0 || outliers.length === 0)
    throw new RangeError(`separation: films and outliers are needed, got ${films.length} and ${outliers.length}`);
  const sorted = Float64Array.from(films).sort();
  const above = pairsAbove([...outliers, ...films], (place) => place < outliers.length);
  const passing = sorted[Math.ceil(0.95 * sorted.length) - 1];
  return {
    auroc: above / (sorted.length * outliers.length),
    fpr95: outliers.filter((value) => value <= passing).length / outliers.length,
  };
}
