/** Agreement of many readers beyond chance. */
import { normalReach, twoSidedNormal } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions, noEstimate } from "./estimate.ts";
import { meanOf, sumOf } from "./mean.ts";
import { notDefined, type Statistic } from "./not-defined.ts";
import { checkRatings } from "./ratings.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface FleissKappa extends Estimate {
  readonly observed: Statistic;
  readonly expected: Statistic;
  /** Of no agreement beyond chance, two-sided, with the variance of Fleiss, Nee and Landis 1979. */
  readonly p: Statistic;
}

/**
 * Fleiss's kappa (1971) of ratings[subject][reader], categories from 0 to categories − 1; the readers of different subjects need not be the
 * same. The interval is of Gwet's variance over subjects (2008, eq. 17). Not defined where all ratings are one category.
 * @throws StatisticsError unless every subject has the same number of ratings, two or more, and there are two subjects.
 */
export function fleissKappa(ratings: readonly ArrayLike<number>[], categories: number, { level = 0.95 }: LevelOptions = {}): FleissKappa {
  const { subjects, readers } = checkRatings("Fleiss's kappa", ratings);
  checkLevel("Fleiss's kappa", level);
  const counts = ratings.map((row, subject) => countsOf(row, categories, subject));
  const shares = Array.from({ length: categories }, (_, c) => sumOf(counts.map((row) => row[c])) / (subjects * readers));
  const expected = sumOf(shares.map((share) => share ** 2));
  if (shares.some((share) => share === 1)) {
    const none = notDefined("all ratings are one category");
    return { ...noEstimate(none.notDefined), observed: none, expected: none, p: none };
  }
  const agreements = counts.map((row) => (sumOf(row.map((count) => count ** 2)) - readers) / (readers * (readers - 1)));
  const observed = meanOf(agreements);
  const value = (observed - expected) / (1 - expected);
  const influences = counts.map((row, subject) => {
    const chance = sumOf(row.map((count, c) => (shares[c] * count) / readers));
    return (agreements[subject] - expected - 2 * (1 - value) * (chance - expected)) / (1 - expected);
  });
  const variance = sumOf(influences.map((influence) => (influence - value) ** 2)) / (subjects * (subjects - 1));
  const reach = normalReach(level) * Math.sqrt(variance);
  return {
    value,
    interval:
      variance > 0
        ? { lower: Math.max(-1, value - reach), upper: Math.min(1, value + reach), level, method: "Gwet" }
        : notDefined("the variance is 0"),
    observed,
    expected,
    p: twoSidedNormal(value / Math.sqrt(chanceVariance(shares, subjects, readers))),
  };
}

function chanceVariance(shares: readonly number[], subjects: number, readers: number): number {
  const spread = sumOf(shares.map((p) => p * (1 - p)));
  const skew = sumOf(shares.map((p) => p * (1 - p) * (1 - 2 * p)));
  return ((2 / (subjects * readers * (readers - 1))) * (spread ** 2 - skew)) / spread ** 2;
}

function countsOf(row: ArrayLike<number>, categories: number, subject: number): number[] {
  const counts = new Array<number>(categories).fill(0);
  for (let reader = 0; reader < row.length; reader++) {
    const category = row[reader];
    if (!(Number.isInteger(category) && category >= 0 && category < categories))
      throw new StatisticsError(
        "Fleiss's kappa",
        `rating ${reader} of subject ${subject} must be a category from 0 to ${categories - 1}, got ${category}`,
      );
    counts[category]++;
  }
  return counts;
}
