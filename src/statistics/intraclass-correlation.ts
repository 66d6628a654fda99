/** Reliability of measurements by several readers. */
import { fQuantile, upperF } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions, noEstimate } from "./estimate.ts";
import { meanOf, sumOf } from "./mean.ts";
import { notDefined, type Statistic } from "./not-defined.ts";
import { checkRatings } from "./ratings.ts";

/**
 * ICC(1): every subject has its own readers. ICC(A): readers are a sample, and their biases count (absolute agreement).
 * ICC(C): their biases do not count (consistency). Shrout and Fleiss 1979 call them (1), (2) and (3).
 */
export type IccModel = "one-way" | "agreement" | "consistency";

export interface IccOptions extends LevelOptions {
  readonly model?: IccModel;
  /** Of one reader's rating, or of the mean of all of them. */
  readonly unit?: "single" | "average";
}

export interface Icc extends Estimate {
  /** Such as "ICC(A,1)", as McGraw and Wong 1996 name it. */
  readonly name: string;
  /** F test of no reliability at all. */
  readonly p: Statistic;
}

/**
 * The intraclass correlation of ratings[subject][reader] with the intervals of McGraw and Wong 1996, table 7.
 * Not defined where all subjects have one mean, or readers never differ on any subject.
 * @throws StatisticsError unless every subject has a rating by each of two readers or more.
 */
export function intraclassCorrelation(
  ratings: readonly ArrayLike<number>[],
  { model = "agreement", unit = "single", level = 0.95 }: IccOptions = {},
): Icc {
  const { subjects: n, readers: k } = checkRatings("intraclass correlation", ratings);
  checkLevel("intraclass correlation", level);
  const name = `ICC(${{ "one-way": "1", agreement: "A", consistency: "C" }[model]},${unit === "single" ? 1 : k})`;
  const squares = meanSquares(ratings, n, k);
  const without = (reason: string): Icc => ({ ...noEstimate(reason), name, p: notDefined(reason) });
  if (squares.subjects === 0) return without("all subjects have one mean");
  const within = model === "one-way" ? squares.within : squares.error;
  if (within === 0) return without("the readers never differ");
  const freedom = model === "one-way" ? n * (k - 1) : (n - 1) * (k - 1);
  const single = model === "agreement" ? agreement(squares, n, k, level) : byRatio(squares.subjects / within, n - 1, freedom, k, level);
  // Spearman and Brown: the mean of k ratings.
  const [value, lower, upper] = unit === "single" ? single : single.map((r) => (k * r) / (1 + (k - 1) * r));
  return {
    name,
    value,
    interval: { lower, upper, level, method: "McGraw–Wong" },
    p: upperF(squares.subjects / within, n - 1, freedom),
  };
}

type Bounded = readonly [value: number, lower: number, upper: number];

interface MeanSquares {
  readonly subjects: number;
  readonly readers: number;
  readonly error: number;
  readonly within: number;
}

/** ICC(1) and ICC(C,1), which are functions of one ratio of mean squares. */
function byRatio(f: number, freedom: number, errorFreedom: number, k: number, level: number): Bounded {
  const share = 1 - (1 - level) / 2;
  const of = (ratio: number): number => (ratio - 1) / (ratio + k - 1);
  return [of(f), of(f / fQuantile(share, freedom, errorFreedom)), of(f * fQuantile(share, errorFreedom, freedom))];
}

/** ICC(A,1), whose degrees of freedom are Satterthwaite's. */
function agreement({ subjects, readers, error }: MeanSquares, n: number, k: number, level: number): Bounded {
  const value = (subjects - error) / (subjects + (k - 1) * error + (k / n) * (readers - error));
  const a = (k * value) / (n * (1 - value));
  const b = 1 + (k * value * (n - 1)) / (n * (1 - value));
  const freedom = (a * readers + b * error) ** 2 / ((a * readers) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)));
  const share = 1 - (1 - level) / 2;
  const low = fQuantile(share, n - 1, freedom);
  const high = fQuantile(share, freedom, n - 1);
  const rest = k * readers + (k * n - k - n) * error;
  return [
    value,
    (n * (subjects - low * error)) / (low * rest + n * subjects),
    (n * (high * subjects - error)) / (rest + n * high * subjects),
  ];
}

function meanSquares(ratings: readonly ArrayLike<number>[], n: number, k: number): MeanSquares {
  const rows = ratings.map(meanOf);
  const columns = Array.from({ length: k }, (_, reader) => meanOf(ratings.map((row) => row[reader])));
  const mean = meanOf(rows);
  const subjects = k * sumOf(rows.map((row) => (row - mean) ** 2));
  const readers = n * sumOf(columns.map((column) => (column - mean) ** 2));
  const within = sumOf(ratings.map((row, i) => sumOf(Array.from(row, (rating) => (rating - rows[i]) ** 2))));
  const error = sumOf(ratings.map((row, i) => sumOf(Array.from(row, (rating, j) => (rating - rows[i] - columns[j] + mean) ** 2))));
  return {
    subjects: subjects / (n - 1),
    readers: readers / (k - 1),
    error: error / ((n - 1) * (k - 1)),
    within: within / (n * (k - 1)),
  };
}
