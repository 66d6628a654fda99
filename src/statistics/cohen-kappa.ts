/** Agreement of two readers beyond chance. */
import { type Confusion, checkConfusion, columnSums, totalOf } from "./confusion.ts";
import { normalReach, twoSidedNormal } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions, noEstimate } from "./estimate.ts";
import { sumOf } from "./mean.ts";
import { notDefined, type Statistic } from "./not-defined.ts";

/** How disagreements count: all alike, by the distance of the categories, or by its square. */
export type KappaWeights = "none" | "linear" | "quadratic";

export interface KappaOptions extends LevelOptions {
  readonly weights?: KappaWeights;
}

export interface Kappa extends Estimate {
  readonly weights: KappaWeights;
  /** The (weighted) share of agreement that is seen, and that chance would give. */
  readonly observed: Statistic;
  readonly expected: Statistic;
  readonly standardError: Statistic;
  /** Of no agreement beyond chance, two-sided. */
  readonly p: Statistic;
}

/**
 * Cohen's kappa of a square table, rows by one reader (or the truth) and columns by the other (Cohen 1960, weighted 1968), with the
 * large-sample standard errors of Fleiss, Cohen and Everitt 1969: eq. 13 for the interval, eq. 14 for the test.
 * Not defined where both gave all cases one category.
 */
export function cohenKappa(confusion: Confusion, { weights = "none", level = 0.95 }: KappaOptions = {}): Kappa {
  checkConfusion("kappa", confusion);
  checkLevel("kappa", level);
  const total = totalOf(confusion);
  const without = (reason: string): Kappa => {
    const none = notDefined(reason);
    return { ...noEstimate(reason), weights, observed: none, expected: none, standardError: none, p: none };
  };
  if (total === 0) return without("no cases");
  const places = confusion.map((_, i) => i);
  const weight = (i: number, j: number): number => weighting[weights](Math.abs(i - j) / (places.length - 1));
  const shares = confusion.map((row) => row.map((count) => count / total));
  const rows = shares.map(sumOf);
  const columns = columnSums(shares);
  const over = (term: (i: number, j: number) => number): number => sumOf(places.map((i) => sumOf(places.map((j) => term(i, j)))));
  const observed = over((i, j) => weight(i, j) * shares[i][j]);
  const expected = over((i, j) => weight(i, j) * rows[i] * columns[j]);
  if (rows.some((share, i) => share === 1 && columns[i] === 1)) return without("both gave all cases one category");
  const value = (observed - expected) / (1 - expected);
  // Mean weights of a row's and of a column's category, wᵢ. and w.ⱼ in the paper.
  const rowWeights = places.map((i) => sumOf(places.map((j) => columns[j] * weight(i, j))));
  const columnWeights = places.map((j) => sumOf(places.map((i) => rows[i] * weight(i, j))));
  const spread = over((i, j) => shares[i][j] * (weight(i, j) - (rowWeights[i] + columnWeights[j]) * (1 - value)) ** 2);
  const variance = (spread - (value - expected * (1 - value)) ** 2) / (total * (1 - expected) ** 2);
  const chanceSpread = over((i, j) => rows[i] * columns[j] * (weight(i, j) - (rowWeights[i] + columnWeights[j])) ** 2);
  const chanceVariance = (chanceSpread - expected ** 2) / (total * (1 - expected) ** 2);
  const standardError = Math.sqrt(Math.max(0, variance));
  const reach = normalReach(level) * standardError;
  return {
    value,
    interval:
      standardError > 0
        ? { lower: Math.max(-1, value - reach), upper: Math.min(1, value + reach), level, method: "Fleiss–Cohen–Everitt" }
        : notDefined("the variance is 0"),
    weights,
    observed,
    expected,
    standardError,
    p: chanceVariance > 0 ? twoSidedNormal(value / Math.sqrt(chanceVariance)) : notDefined("one gave all cases one category"),
  };
}

const weighting: Record<KappaWeights, (distance: number) => number> = {
  none: (distance) => (distance === 0 ? 1 : 0),
  linear: (distance) => 1 - distance,
  quadratic: (distance) => 1 - distance ** 2,
};
