/** All that is told of predicted numbers on one set of cases. */
import { type BlandAltman, blandAltman } from "./bland-altman.ts";
import { type Bootstrapped, bootstrapEach } from "./bootstrap.ts";
import { type Cluster, casesByCluster } from "./cases.ts";
import { concordance } from "./concordance.ts";
import { type Correlation, pearson, spearman } from "./correlation.ts";
import type { Estimate, LevelOptions } from "./estimate.ts";
import { type RegressionErrors, regressionErrors } from "./regression.ts";

export interface RegressionReportOptions extends LevelOptions {
  /** The patient of each case: the bootstrap then draws patients and not pictures. */
  readonly clusters?: ArrayLike<Cluster>;
  readonly resamples?: number;
  readonly seed?: number;
}

export interface RegressionReport extends RegressionErrors {
  readonly clusters: number;
  readonly bootstrapped: Readonly<Record<"rmse" | "mae" | "r2" | "pearson", Bootstrapped>>;
  readonly pearson: Correlation;
  readonly spearman: Correlation;
  /** Lin's. */
  readonly concordance: Estimate;
  /** Of predicted less true values. */
  readonly agreement: BlandAltman;
}

/**
 * Errors, correlations and limits of agreement, in the units of the values.
 * @throws StatisticsError for fewer than 3 cases, lists of different lengths or a value that is not finite.
 */
export function regressionReport(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  { clusters, level, resamples, seed }: RegressionReportOptions = {},
): RegressionReport {
  const agreement = blandAltman(predicted, truth, { level });
  return {
    ...regressionErrors(predicted, truth),
    clusters: casesByCluster("report", truth.length, clusters).length,
    bootstrapped: bootstrapEach(
      truth.length,
      (places) => {
        const drawn = Float64Array.from(places, (i) => predicted[i]);
        const wanted = Float64Array.from(places, (i) => truth[i]);
        const { rmse, mae, r2 } = regressionErrors(drawn, wanted);
        return { rmse, mae, r2, pearson: pearson(drawn, wanted).value };
      },
      { clusters, level, resamples, seed },
    ),
    pearson: pearson(predicted, truth, { level }),
    spearman: spearman(predicted, truth, { level }),
    concordance: concordance(predicted, truth, { level }),
    agreement,
  };
}
