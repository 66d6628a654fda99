/** How far predicted numbers are from the true ones. */
import { checkCount, checkFinite } from "./cases.ts";
import { meanOf, sumOf } from "./mean.ts";
import { notDefined, type Statistic } from "./not-defined.ts";

export interface RegressionErrors {
  readonly cases: number;
  /** The mean of predicted − true. */
  readonly bias: number;
  readonly mse: number;
  readonly rmse: number;
  readonly mae: number;
  /** √ of the mean of (ln(1 + predicted) − ln(1 + true))²; not defined for values of −1 and below. */
  readonly rmsle: Statistic;
  /** 1 − Σ (predicted − true)² / Σ (true − mean)²: negative where the mean predicts better. Not defined where the truth does not vary. */
  readonly r2: Statistic;
}

/**
 * The usual errors, in the units of the values (mse in their squares).
 * @throws StatisticsError for lists of different lengths or a value that is not finite.
 */
export function regressionErrors(predicted: ArrayLike<number>, truth: ArrayLike<number>): RegressionErrors {
  checkCount("regression", "predictions", predicted.length, truth.length);
  checkFinite("regression", predicted, "prediction");
  checkFinite("regression", truth, "true value");
  const errors = Float64Array.from({ length: truth.length }, (_, i) => predicted[i] - truth[i]);
  const mse = meanOf(errors.map((error) => error ** 2));
  return {
    cases: truth.length,
    bias: meanOf(errors),
    mse,
    rmse: Math.sqrt(mse),
    mae: meanOf(errors.map(Math.abs)),
    rmsle: logError(predicted, truth),
    r2: determination(errors, truth),
  };
}

function logError(predicted: ArrayLike<number>, truth: ArrayLike<number>): Statistic {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    if (predicted[i] <= -1 || truth[i] <= -1) return notDefined(`case ${i} has a value of −1 or below`);
    sum += (Math.log1p(predicted[i]) - Math.log1p(truth[i])) ** 2;
  }
  return Math.sqrt(sum / truth.length);
}

function determination(errors: Float64Array, truth: ArrayLike<number>): Statistic {
  if (truth.length < 2) return notDefined("2 cases at least are needed");
  for (let i = 1; i < truth.length; i++)
    if (truth[i] !== truth[0]) {
      const mean = meanOf(truth);
      return 1 - sumOf(errors.map((error) => error ** 2)) / sumOf(Float64Array.from(truth, (value) => (value - mean) ** 2));
    }
  return notDefined("the true values do not vary");
}
