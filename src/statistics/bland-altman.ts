/** Agreement of two ways to measure one thing. */
import { checkCount, checkFinite } from "./cases.ts";
import { type Correlation, pearson } from "./correlation.ts";
import { normalReach, studentReach } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions } from "./estimate.ts";
import { meanOf, varianceOf } from "./mean.ts";
import { notDefined } from "./not-defined.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface BlandAltman {
  readonly cases: number;
  /** The mean of first − second, with Student's interval. */
  readonly bias: Estimate;
  /** Of the differences. */
  readonly standardDeviation: number;
  /** bias ± z · SD: about 95% of differences lie between them, by default. */
  readonly lowerLimit: Estimate;
  readonly upperLimit: Estimate;
  /** The share of differences that the limits are for. */
  readonly coverage: number;
  /** Of differences with means: other than 0 where the bias grows with what is measured. */
  readonly trend: Correlation;
  /** A point a case for the plot: [mean, difference]. */
  readonly points: readonly (readonly [number, number])[];
}

export interface BlandAltmanOptions extends LevelOptions {
  readonly coverage?: number;
}

/**
 * Limits of agreement (Bland and Altman 1986), with the approximate intervals of their paper of 1999: the standard error of a limit is
 * SD · √(1/n + z² / (2 (n − 1))).
 * @throws StatisticsError for fewer than 3 cases, lists of different lengths or a value that is not finite.
 */
export function blandAltman(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  { level = 0.95, coverage = 0.95 }: BlandAltmanOptions = {},
): BlandAltman {
  checkCount("Bland–Altman", "second values", second.length, first.length);
  checkFinite("Bland–Altman", first, "first value");
  checkFinite("Bland–Altman", second, "second value");
  checkLevel("Bland–Altman", level);
  checkLevel("Bland–Altman", coverage);
  const cases = first.length;
  if (cases < 3) throw new StatisticsError("Bland–Altman", `3 cases at least are needed, got ${cases}`);
  const points = Array.from({ length: cases }, (_, i): [number, number] => [(first[i] + second[i]) / 2, first[i] - second[i]]);
  const differences = points.map(([, difference]) => difference);
  const bias = meanOf(differences);
  const standardDeviation = Math.sqrt(varianceOf(differences));
  const z = normalReach(coverage);
  const reach = studentReach(level, cases - 1) * standardDeviation;
  const estimate = (value: number, error: number, method: string): Estimate => ({
    value,
    interval:
      standardDeviation > 0
        ? { lower: value - reach * error, upper: value + reach * error, level, method }
        : notDefined("the differences do not vary"),
  });
  const ofLimit = Math.sqrt(1 / cases + z ** 2 / (2 * (cases - 1)));
  return {
    cases,
    bias: estimate(bias, Math.sqrt(1 / cases), "Student"),
    standardDeviation,
    lowerLimit: estimate(bias - z * standardDeviation, ofLimit, "Bland–Altman"),
    upperLimit: estimate(bias + z * standardDeviation, ofLimit, "Bland–Altman"),
    coverage,
    trend: pearson(
      points.map(([mean]) => mean),
      differences,
      { level },
    ),
    points,
  };
}
