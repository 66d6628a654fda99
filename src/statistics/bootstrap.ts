/** Bootstrap intervals (Efron 1979): percentile and BCa, by cluster, from a seed. */
import { random } from "../random.ts";
import { type Cluster, casesByCluster, checkCount } from "./cases.ts";
import { normalCdf, normalQuantile } from "./distributions.ts";
import { checkLevel, type Estimate, type Interval, type LevelOptions } from "./estimate.ts";
import { meanOf, sortedQuantile, sumOf } from "./mean.ts";
import { isDefined, type NotDefined, notDefined, type Statistic } from "./not-defined.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface BootstrapOptions extends LevelOptions {
  /** percentile: quantiles of the resamples. BCa: corrected for bias and acceleration (Efron 1987). */
  readonly method?: "percentile" | "BCa";
  readonly resamples?: number;
  readonly seed?: number;
  /** What cases belong to, usually patients: whole clusters are drawn. */
  readonly clusters?: ArrayLike<Cluster>;
  /** The stratum of each case, such as its label: each resample has as many clusters of every stratum as there are. */
  readonly strata?: ArrayLike<number | string>;
}

export interface Bootstrapped extends Estimate {
  /** How many resamples gave no value, such as those without a positive case; they are left out. */
  readonly undefinedResamples: number;
}

/**
 * A statistic of cases with its interval; `statistic` is given the places of the cases, some more than once.
 * The same seed draws the same resamples.
 * @throws StatisticsError for fewer than 100 resamples, or a cluster of two strata.
 */
export const bootstrap = (cases: number, statistic: (places: Int32Array) => Statistic, options: BootstrapOptions = {}): Bootstrapped =>
  bootstrapEach(cases, (places) => ({ statistic: statistic(places) }), options).statistic;

/** Several statistics at once, all of the same resamples. */
export function bootstrapEach<Name extends string>(
  cases: number,
  statistics: (places: Int32Array) => Readonly<Record<Name, Statistic>>,
  options: BootstrapOptions = {},
): Record<Name, Bootstrapped> {
  const { method = "percentile", resamples = 2000, level = 0.95, seed = 1, clusters, strata } = options;
  checkLevel("bootstrap", level);
  if (!(Number.isInteger(resamples) && resamples >= 100))
    throw new StatisticsError("bootstrap", `100 resamples at least are needed, got ${resamples}`);
  const members = casesByCluster("bootstrap", cases, clusters);
  const pools = poolsOf(members, strata, cases);
  const all = statistics(Int32Array.from({ length: cases }, (_, i) => i));
  const names = Object.keys(all) as Name[];
  const replicates = new Map(names.map((name) => [name, [] as number[]]));
  let draw = 0;
  for (let resample = 0; resample < resamples; resample++) {
    const chosen: (readonly number[])[] = [];
    for (const pool of pools)
      for (let i = 0; i < pool.length; i++) chosen.push(members[pool[Math.floor(pool.length * random(seed, draw++))]]);
    const values = statistics(joined(chosen));
    for (const [name, found] of replicates) {
      const value: Statistic = values[name];
      if (isDefined(value)) found.push(value);
    }
  }
  const left = method === "BCa" ? members.map((_, out) => statistics(joined(members.toSpliced(out, 1)))) : [];
  const what = `${method} bootstrap of ${resamples} resamples${clusters ? " by cluster" : ""}${strata ? ", stratified" : ""}, seed ${seed}`;
  const results = names.map((name): [Name, Bootstrapped] => {
    const value = all[name];
    const found = Float64Array.from(replicates.get(name) ?? []).sort();
    const shares = (of: number) =>
      method === "BCa"
        ? bcaShares(
            of,
            found,
            left.map((values) => values[name]),
            level,
          )
        : tails(level);
    const interval = intervalOf(value, found, resamples, members.length, shares);
    const undefinedResamples = resamples - found.length;
    return [name, { value, interval: isDefined(interval) ? { ...interval, level, method: what } : interval, undefinedResamples }];
  });
  return Object.fromEntries(results) as Record<Name, Bootstrapped>;
}

/** The cases of clusters, one after the other. */
function joined(clusters: readonly (readonly number[])[]): Int32Array {
  let count = 0;
  for (let c = 0; c < clusters.length; c++) count += clusters[c].length;
  const places = new Int32Array(count);
  let end = 0;
  for (let c = 0; c < clusters.length; c++) for (let i = 0; i < clusters[c].length; i++) places[end++] = clusters[c][i];
  return places;
}

/** More resamples than this without a value, and the others tell too little. */
const MOST_UNDEFINED = 0.1;

function intervalOf(
  value: Statistic,
  sorted: Float64Array,
  resamples: number,
  clusters: number,
  sharesOf: (value: number) => readonly [number, number] | NotDefined,
): Pick<Interval, "lower" | "upper"> | NotDefined {
  if (!isDefined(value)) return value;
  if (clusters < 2) return notDefined("two clusters at least are needed");
  const missing = resamples - sorted.length;
  if (missing > MOST_UNDEFINED * resamples) return notDefined(`${missing} of ${resamples} resamples have no value`);
  if (sorted[0] === sorted[sorted.length - 1]) return notDefined(`every resample gives ${sorted[0]}`);
  const shares = sharesOf(value);
  if (!isDefined(shares)) return shares;
  return { lower: sortedQuantile(sorted, shares[0]), upper: sortedQuantile(sorted, shares[1]) };
}

const tails = (level: number): readonly [number, number] => [(1 - level) / 2, 1 - (1 - level) / 2];

/**
 * The shares at which BCa reads the sorted resamples: Φ(z₀ + (z₀ ± z) / (1 − a (z₀ ± z))), with z₀ from the share of resamples below the
 * value (ties half) and a from the jackknife over clusters (Efron and Tibshirani 1993, 14.3).
 */
function bcaShares(
  value: number,
  sorted: Float64Array,
  jackknife: readonly Statistic[],
  level: number,
): readonly [number, number] | NotDefined {
  const missing = jackknife.find((left) => !isDefined(left));
  if (missing !== undefined && !isDefined(missing)) return notDefined(`without one of the clusters: ${missing.notDefined}`);
  const below = sorted.filter((replicate) => replicate < value).length;
  const atMost = sorted.filter((replicate) => replicate <= value).length;
  const share = (below + atMost) / (2 * sorted.length);
  if (share === 0 || share === 1) return notDefined("all resamples lie on one side of the value");
  const numbers = jackknife.filter(isDefined<number>);
  const mean = meanOf(numbers);
  const squares = sumOf(numbers.map((left) => (mean - left) ** 2));
  if (squares === 0) return notDefined("no cluster changes the value");
  const acceleration = sumOf(numbers.map((left) => (mean - left) ** 3)) / (6 * squares ** 1.5);
  const bias = normalQuantile(share);
  const [lower, upper] = tails(level).map((tail) => {
    const shifted = bias + normalQuantile(tail);
    return normalCdf(bias + shifted / (1 - acceleration * shifted));
  });
  return [lower, upper];
}

/** Clusters that are drawn among each other. */
function poolsOf(members: readonly (readonly number[])[], strata: ArrayLike<number | string> | undefined, cases: number): number[][] {
  if (!strata) return [members.map((_, cluster) => cluster)];
  checkCount("bootstrap", "strata", strata.length, cases);
  const pools = new Map<number | string, number[]>();
  for (const [cluster, own] of members.entries()) {
    const stratum = strata[own[0]];
    if (own.some((i) => strata[i] !== stratum)) throw new StatisticsError("bootstrap", `case ${own[0]} has a cluster of two strata`);
    pools.set(stratum, [...(pools.get(stratum) ?? []), cluster]);
  }
  return [...pools.values()];
}
