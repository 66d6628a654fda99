/** Whether two classifiers are right on the same cases equally often. */
import { checkBinaryLabels, checkCount } from "./cases.ts";
import { fairBinomialCdf, logFairBinomial, twoSidedNormal } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions } from "./estimate.ts";
import { isDefined, notDefined, type Statistic } from "./not-defined.ts";
import { proportion } from "./proportion.ts";

export interface McNemar {
  /** Cases that both, only the first, only the second, and neither got right. */
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
  /** The first's share of right answers less the second's, with the interval of Newcombe 1998 for paired data (method 10). */
  readonly difference: Estimate;
  /** Two-sided, of equal shares: binomial, and that with half the probability of what is seen (mid-p). */
  readonly exactP: Statistic;
  readonly midP: Statistic;
  /** (|b − c| − 1)² / (b + c), Edwards 1948, and its p by χ² with one degree of freedom. */
  readonly correctedChiSquared: Statistic;
  readonly correctedP: Statistic;
}

/**
 * McNemar's test (1947) of two lists that hold 1 where a classifier is right about a case and 0 where it is not. Given the right answers of
 * positive cases alone it compares sensitivities. p is not defined where the two are never right apart.
 * @throws StatisticsError for lists of different lengths or other values.
 */
export function mcnemar(first: ArrayLike<number>, second: ArrayLike<number>, { level = 0.95 }: LevelOptions = {}): McNemar {
  checkCount("McNemar", "second answers", second.length, first.length);
  checkBinaryLabels("McNemar", first);
  checkBinaryLabels("McNemar", second);
  checkLevel("McNemar", level);
  let [both, onlyFirst, onlySecond, neither] = [0, 0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    if (first[i] === 1 && second[i] === 1) both++;
    else if (first[i] === 1) onlyFirst++;
    else if (second[i] === 1) onlySecond++;
    else neither++;
  }
  const table = { both, onlyFirst, onlySecond, neither };
  return { ...table, difference: pairedDifference(table, level), ...testsOf(onlyFirst, onlySecond) };
}

/** 1 where a prediction is the label, 0 where it is not. */
export function rightAnswers(predicted: ArrayLike<number>, labels: ArrayLike<number>): Uint8Array {
  checkCount("right answers", "predictions", predicted.length, labels.length);
  return Uint8Array.from({ length: labels.length }, (_, i) => (predicted[i] === labels[i] ? 1 : 0));
}

function testsOf(b: number, c: number): Pick<McNemar, "exactP" | "midP" | "correctedChiSquared" | "correctedP"> {
  const apart = b + c;
  if (apart === 0) {
    const never = notDefined("the two are never right apart");
    return { exactP: never, midP: never, correctedChiSquared: never, correctedP: never };
  }
  const fewer = Math.min(b, c);
  const exactP = Math.min(1, 2 * fairBinomialCdf(fewer, apart));
  const midP = Math.min(1, 2 * fairBinomialCdf(fewer, apart) - Math.exp(logFairBinomial(fewer, apart)));
  // b = c is corrected to 0 and not beyond.
  const corrected = Math.max(0, Math.abs(b - c) - 1) ** 2 / apart;
  return { exactP, midP, correctedChiSquared: corrected, correctedP: twoSidedNormal(Math.sqrt(corrected)) };
}

/** Newcombe 1998, method 10: the Wilson intervals of the two shares, joined with their correlation. */
function pairedDifference(
  { both, onlyFirst, onlySecond, neither }: Omit<McNemar, "difference" | keyof ReturnType<typeof testsOf>>,
  level: number,
): Estimate {
  const total = both + onlyFirst + onlySecond + neither;
  const [p, q] = [both + onlyFirst, both + onlySecond].map((right) => proportion(right, total, { level }));
  if (!isDefined(p.value) || !isDefined(q.value)) return { value: p.value, interval: notDefined("no cases") };
  if (!isDefined(p.interval) || !isDefined(q.interval)) return { value: p.value - q.value, interval: notDefined("no cases") };
  const margins = (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither);
  const excess = both * neither - onlyFirst * onlySecond;
  // Method 10 takes the continuity-corrected φ where it is positive.
  const corrected = excess > 0 ? Math.max(0, excess - total / 2) : excess;
  const phi = margins === 0 ? 0 : corrected / Math.sqrt(margins);
  const joined = (a: number, b: number): number => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  const value = p.value - q.value;
  return {
    value,
    interval: {
      lower: value - joined(p.value - p.interval.lower, q.interval.upper - q.value),
      upper: value + joined(p.interval.upper - p.value, q.value - q.interval.lower),
      level,
      method: "Newcombe, paired",
    },
  };
}
