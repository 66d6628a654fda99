/** What each of many thresholds makes of a set: to look at, not to choose from on a test set. */

import { countsAt } from "./binary-counts.ts";
import { type BinaryIndices, binaryIndices } from "./binary-indices.ts";
import { checkScored } from "./cases.ts";
import type { ProportionOptions } from "./proportion.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface ThresholdRow extends BinaryIndices {
  readonly threshold: number;
}

/** From 0 to 1 in equal steps: 201 thresholds for 0.005, as Liang 2021 sweeps them. */
export function evenThresholds(step = 0.005): number[] {
  const count = Math.round(1 / step);
  if (!(step > 0 && Math.abs(count * step - 1) < 1e-9))
    throw new StatisticsError("threshold table", `1 must be a multiple of the step, got ${step}`);
  return Array.from({ length: count + 1 }, (_, i) => i / count);
}

/**
 * All indices at each threshold, in the order they are given; a case is positive where its score is at or above it.
 * @throws StatisticsError for a missing label, a score that is not finite, or a threshold that is no number.
 */
export function thresholdTable(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  thresholds: readonly number[] = evenThresholds(),
  options: ProportionOptions = {},
): ThresholdRow[] {
  checkScored("threshold table", scores, labels);
  return thresholds.map((threshold) => ({ threshold, ...binaryIndices(countsAt(scores, labels, threshold), options) }));
}
