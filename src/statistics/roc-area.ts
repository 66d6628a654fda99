/** The area under the ROC curve: its variance, its interval, and the comparison of two. */
import { type Cluster, casesByCluster, checkScored, classCountsOf, indistinct, tooFew } from "./cases.ts";
import { normalReach, twoSidedNormal } from "./distributions.ts";
import { checkLevel, type Estimate, type Interval, type LevelOptions, noEstimate } from "./estimate.ts";
import { isDefined, type NotDefined, notDefined, type Statistic } from "./not-defined.ts";
import { midranks } from "./ranks.ts";

/**
 * The probability that a positive case scores above a negative one, ties counting half: the Mann–Whitney form of the area.
 * Not defined where a class has no cases or all scores are equal.
 * @throws StatisticsError for a missing label or a score that is not finite.
 */
export function rocArea(scores: ArrayLike<number>, labels: ArrayLike<number>): Statistic {
  checkScored("ROC area", scores, labels);
  return indistinct(scores, labels) ?? placementsOf(scores, labels).area;
}

export interface RocAreaOptions extends LevelOptions {
  /** What cases belong to, usually patients, so that cases of one count as dependent. */
  readonly clusters?: ArrayLike<Cluster>;
  /** plain: area ± z · SE, cut off at 0 and 1. logit: the same of ln(area / (1 − area)), which stays inside. */
  readonly scale?: "plain" | "logit";
}

export interface RocArea extends Estimate {
  readonly standardError: Statistic;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * The area with the standard error of DeLong, DeLong and Clarke-Pearson 1988, by midranks (Sun and Xu 2014); with clusters that of
 * Obuchowski 1997, which is DeLong's where every case is its own cluster. There is no interval with fewer than 5 cases of a class, and
 * none where the variance is 0 (an area of exactly 1 has an error, but this method cannot tell it).
 * @throws StatisticsError for a missing label or a score that is not finite.
 */
export function rocAreaEstimate(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  { level = 0.95, clusters, scale = "plain" }: RocAreaOptions = {},
): RocArea {
  checkScored("ROC area", scores, labels);
  checkLevel("ROC area", level);
  const members = casesByCluster("ROC area", labels.length, clusters);
  const counts = classCountsOf(labels);
  const reason = indistinct(scores, labels);
  if (reason) return { ...noEstimate(reason.notDefined), standardError: reason, ...counts };
  const placements = placementsOf(scores, labels);
  const few = tooFew(counts);
  const variance = few ?? covarianceOf(placements, placements, labels, members);
  const standardError = isDefined(variance) ? Math.sqrt(variance) : variance;
  const method = `${clusters ? "DeLong by cluster (Obuchowski)" : "DeLong"}${scale === "logit" ? ", logit" : ""}`;
  return { value: placements.area, interval: areaInterval(placements.area, standardError, level, scale, method), standardError, ...counts };
}

/**
 * The area with the standard error of Hanley and McNeil 1982, which knows no more of the scores than the area: for comparison with papers
 * that use it.
 * @throws StatisticsError for a missing label or a score that is not finite.
 */
export function hanleyMcNeil(scores: ArrayLike<number>, labels: ArrayLike<number>, { level = 0.95 }: LevelOptions = {}): RocArea {
  checkLevel("ROC area", level);
  const area = rocArea(scores, labels);
  const counts = classCountsOf(labels);
  if (!isDefined(area)) return { ...noEstimate(area.notDefined), standardError: area, ...counts };
  const { positives, negatives } = counts;
  const q1 = area / (2 - area);
  const q2 = (2 * area ** 2) / (1 + area);
  const variance = (area * (1 - area) + (positives - 1) * (q1 - area ** 2) + (negatives - 1) * (q2 - area ** 2)) / (positives * negatives);
  const standardError = tooFew(counts) ?? (variance > 0 ? Math.sqrt(variance) : notDefined("the variance is 0"));
  return { value: area, interval: areaInterval(area, standardError, level, "plain", "Hanley–McNeil"), standardError, ...counts };
}

export interface RocAreaComparison {
  readonly first: RocArea;
  readonly second: RocArea;
  /** first − second. */
  readonly difference: Estimate;
  /** Of the two areas, which are of the same cases. */
  readonly covariance: Statistic;
  readonly z: Statistic;
  /** Of equal areas, two-sided. */
  readonly p: Statistic;
}

/**
 * Whether two scores of the same cases have different areas: DeLong's paired test, by cluster where clusters are given.
 * @throws StatisticsError for a missing label or a score that is not finite.
 */
export function compareRocAreas(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: RocAreaOptions = {},
): RocAreaComparison {
  const { level = 0.95, clusters } = options;
  const areas = { first: rocAreaEstimate(first, labels, options), second: rocAreaEstimate(second, labels, options) };
  const without = (reason: NotDefined, value: Statistic = reason): RocAreaComparison => ({
    ...areas,
    difference: { value, interval: reason },
    covariance: reason,
    z: reason,
    p: reason,
  });
  for (const [name, { value }] of Object.entries(areas))
    if (!isDefined(value)) return without(notDefined(`the ${name} area: ${value.notDefined}`));
  const members = casesByCluster("ROC area", labels.length, clusters);
  const a = placementsOf(first, labels);
  const b = placementsOf(second, labels);
  const difference = a.area - b.area;
  const few = tooFew(classCountsOf(labels));
  if (few) return without(few, difference);
  const covariance = covarianceOf(a, b, labels, members);
  const between = { area: difference, ofCase: a.ofCase.map((value, i) => value - b.ofCase[i]) };
  const variance = covarianceOf(between, between, labels, members);
  if (!isDefined(covariance) || !isDefined(variance)) return without(notDefined("the two scores order the cases alike"), difference);
  const standardError = Math.sqrt(variance);
  const reach = normalReach(level) * standardError;
  const method = clusters ? "DeLong by cluster (Obuchowski)" : "DeLong";
  const interval = { lower: Math.max(-1, difference - reach), upper: Math.min(1, difference + reach), level, method };
  const z = difference / standardError;
  return { ...areas, difference: { value: difference, interval }, covariance, z, p: twoSidedNormal(z) };
}

interface Placements {
  readonly area: number;
  /** Of a positive case the share of negatives below it, of a negative one the share of positives above it; ties count half. */
  readonly ofCase: Float64Array;
}

/** The placement of a case follows from its rank among all and its rank within its class. */
function placementsOf(scores: ArrayLike<number>, labels: ArrayLike<number>): Placements {
  const { positives, negatives } = classCountsOf(labels);
  const ranks = midranks(scores);
  const ofCase = new Float64Array(scores.length);
  let sum = 0;
  for (const label of [0, 1]) {
    const own: number[] = [];
    for (let i = 0; i < labels.length; i++) if (labels[i] === label) own.push(i);
    const within = midranks(own.map((i) => scores[i]));
    for (const [place, i] of own.entries()) {
      const below = ranks[i] - within[place];
      ofCase[i] = label === 1 ? below / negatives : 1 - below / positives;
      if (label === 1) sum += ofCase[i];
    }
  }
  return { area: sum / positives, ofCase };
}

/**
 * Obuchowski 1997, eq. 2 and 4: sums over clusters of placements less their area, positives and negatives apart; the last part is of
 * clusters that hold both.
 */
function covarianceOf(a: Placements, b: Placements, labels: ArrayLike<number>, clusters: readonly (readonly number[])[]): Statistic {
  const { positives, negatives } = classCountsOf(labels);
  let [ofPositives, ofNegatives, mixed] = [0, 0, 0];
  let [withPositives, withNegatives] = [0, 0];
  for (const cases of clusters) {
    const sums = { a: [0, 0], b: [0, 0] };
    const has = [false, false];
    for (const i of cases) {
      sums.a[labels[i]] += a.ofCase[i] - a.area;
      sums.b[labels[i]] += b.ofCase[i] - b.area;
      has[labels[i]] = true;
    }
    if (has[1]) withPositives++;
    if (has[0]) withNegatives++;
    ofPositives += sums.a[1] * sums.b[1];
    ofNegatives += sums.a[0] * sums.b[0];
    mixed += sums.a[1] * sums.b[0] + sums.a[0] * sums.b[1];
  }
  if (withPositives < 2 || withNegatives < 2) return notDefined("positives or negatives are of one cluster");
  const covariance =
    ((withPositives / (withPositives - 1)) * ofPositives) / positives ** 2 +
    ((withNegatives / (withNegatives - 1)) * ofNegatives) / negatives ** 2 +
    ((clusters.length / (clusters.length - 1)) * mixed) / (positives * negatives);
  return a === b && covariance <= 0 ? notDefined("the variance is 0") : covariance;
}

function areaInterval(
  area: number,
  standardError: Statistic,
  level: number,
  scale: "plain" | "logit",
  method: string,
): Interval | NotDefined {
  if (!isDefined(standardError)) return standardError;
  const reach = normalReach(level) * standardError;
  if (scale === "plain") return { lower: Math.max(0, area - reach), upper: Math.min(1, area + reach), level, method };
  if (area <= 0 || area >= 1) return notDefined(`an area of ${area} has no logit`);
  const centre = Math.log(area / (1 - area));
  const [lower, upper] = [-1, 1].map((side) => 1 / (1 + Math.exp(-(centre + (side * reach) / (area * (1 - area))))));
  return { lower, upper, level, method };
}
