/** Correlation of two measurements, with p-values, and tables of many with p-values that are fair to their number. */
import { checkCount, checkFinite } from "./cases.ts";
import { incompleteBeta, normalReach } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions } from "./estimate.ts";
import { meanOf, sumOf } from "./mean.ts";
import { isDefined, type NotDefined, notDefined, type Statistic } from "./not-defined.ts";
import { midranks } from "./ranks.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface Correlation extends Estimate {
  readonly cases: number;
  /** Of no correlation, two-sided. */
  readonly p: Statistic;
}

/**
 * Pearson's r with Fisher's interval, tanh(atanh r ± z / √(n − 3)), and p by Student's t with n − 2 degrees of freedom.
 * Not defined for fewer than 3 cases, or where one does not vary.
 * @throws StatisticsError for lists of different lengths or a value that is not finite.
 */
export const pearson = (x: ArrayLike<number>, y: ArrayLike<number>, options: LevelOptions = {}): Correlation =>
  correlation("Pearson", x, y, options, () => 1);

/**
 * Spearman's ρ: Pearson's r of midranks, p by Student's t, and Fisher's interval with the variance (1 + ρ²/2) / (n − 3) of Bonett and
 * Wright 2000.
 * Not defined for fewer than 3 cases, or where one does not vary.
 * @throws StatisticsError for lists of different lengths or a value that is not finite.
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>, options: LevelOptions = {}): Correlation {
  checkPair("Spearman", x, y);
  return correlation("Spearman", midranks(x), midranks(y), options, (r) => 1 + r ** 2 / 2);
}

export interface CorrelationRow extends Correlation {
  readonly first: string;
  readonly second: string;
  /** p after Holm's correction for all rows of the table. */
  readonly adjustedP: Statistic;
}

export interface CorrelationTableOptions extends LevelOptions {
  readonly method?: "Pearson" | "Spearman";
}

/**
 * Every column of one table against every column of another, such as lesion features against clinical indicators.
 * @throws StatisticsError for columns of different lengths or a value that is not finite.
 */
export function correlationTable(
  first: Readonly<Record<string, ArrayLike<number>>>,
  second: Readonly<Record<string, ArrayLike<number>>>,
  { method = "Pearson", level }: CorrelationTableOptions = {},
): CorrelationRow[] {
  const correlate = method === "Pearson" ? pearson : spearman;
  const rows = Object.entries(first).flatMap(([one, x]) =>
    Object.entries(second).map(([other, y]) => ({ first: one, second: other, ...correlate(x, y, { level }) })),
  );
  const tested = rows.flatMap(({ p }) => (isDefined(p) ? [p] : []));
  const adjusted = holm(tested).values();
  return rows.map((row) => ({ ...row, adjustedP: isDefined(row.p) ? (adjusted.next().value ?? row.p) : row.p }));
}

/** p-values after Holm's step-down correction (1979): rejecting those up to α errs on any true hypothesis with probability α at most. */
export function holm(p: readonly number[]): number[] {
  for (const value of p) if (!(value >= 0 && value <= 1)) throw new StatisticsError("Holm", `a p-value must be from 0 to 1, got ${value}`);
  const adjusted = new Array<number>(p.length);
  let highest = 0;
  for (const [rank, i] of p
    .map((_, place) => place)
    .sort((a, b) => p[a] - p[b])
    .entries()) {
    highest = Math.max(highest, Math.min(1, (p.length - rank) * p[i]));
    adjusted[i] = highest;
  }
  return adjusted;
}

function correlation(
  method: string,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { level = 0.95 }: LevelOptions,
  variance: (r: number) => number,
): Correlation {
  checkPair(method, x, y);
  checkLevel(method, level);
  const cases = x.length;
  const r = coefficient(x, y);
  if (!isDefined(r)) return { value: r, interval: r, p: r, cases };
  // P(|R| ≥ |r|) where nothing correlates: R² has the distribution Beta(½, n/2 − 1).
  const p = incompleteBeta((1 - Math.abs(r)) * (1 + Math.abs(r)), cases / 2 - 1, 0.5);
  if (cases < 4) return { value: r, interval: notDefined("4 cases at least are needed"), p, cases };
  if (Math.abs(r) === 1) return { value: r, interval: notDefined("the correlation is perfect"), p, cases };
  const centre = Math.atanh(r);
  const reach = normalReach(level) * Math.sqrt(variance(r) / (cases - 3));
  const interval = { lower: Math.tanh(centre - reach), upper: Math.tanh(centre + reach), level, method: `${method}, Fisher` };
  return { value: r, interval, p, cases };
}

function coefficient(x: ArrayLike<number>, y: ArrayLike<number>): Statistic {
  if (x.length < 3) return notDefined("3 cases at least are needed");
  const [dx, dy] = [deviations(x), deviations(y)];
  if (!isDefined(dx)) return notDefined("the first does not vary");
  if (!isDefined(dy)) return notDefined("the second does not vary");
  const r = sumOf(dx.map((value, i) => value * dy[i]));
  return Math.max(-1, Math.min(1, r));
}

/** x less its mean, of length 1. */
function deviations(x: ArrayLike<number>): Float64Array | NotDefined {
  const mean = meanOf(x);
  const centred = Float64Array.from(x, (value) => value - mean);
  const length = Math.sqrt(sumOf(centred.map((value) => value ** 2)));
  // What is left of equal numbers is the rounding of their mean.
  if (length <= 1e-13 * Math.abs(mean) * Math.sqrt(x.length)) return notDefined("does not vary");
  return centred.map((value) => value / length);
}

function checkPair(subject: string, x: ArrayLike<number>, y: ArrayLike<number>): void {
  checkCount(subject, "second values", y.length, x.length);
  checkFinite(subject, x, "first value");
  checkFinite(subject, y, "second value");
}
