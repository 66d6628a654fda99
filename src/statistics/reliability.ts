/** Whether probabilities mean what they say. */
import { checkClassLabels, checkCount, checkForecasts, checkProbabilities } from "./cases.ts";
import { predictedClasses } from "./confusion.ts";
import type { LevelOptions } from "./estimate.ts";
import { meanOf, sumOf } from "./mean.ts";
import { type Proportion, proportion } from "./proportion.ts";
import { ascending } from "./ranks.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface BinningOptions {
  readonly bins?: number;
  /** width: [0, 1] in equal parts. mass: equally many cases in each, equal probabilities kept together. */
  readonly binning?: "width" | "mass";
}

/** Cases whose probability p is in one bin, lower ≤ p < upper; the last bin has its upper end too. */
export interface Bin {
  readonly lower: number;
  readonly upper: number;
  readonly places: readonly number[];
}

export interface ReliabilityRow {
  readonly lower: number;
  readonly upper: number;
  readonly cases: number;
  /** What is said, on average; null in a bin without cases. */
  readonly meanProbability: number | null;
  /** How often it happens, with Wilson's interval. */
  readonly observed: Proportion;
}

/**
 * For each bin what is said and what happens: the table behind a reliability diagram.
 * @throws StatisticsError for a missing label, a value that is no probability, or no bins.
 */
export function reliabilityTable(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { level, ...options }: BinningOptions & LevelOptions = {},
): ReliabilityRow[] {
  checkForecasts("reliability", probabilities, labels);
  return binsOf("reliability", probabilities, options).map(({ lower, upper, places }) => ({
    lower,
    upper,
    cases: places.length,
    meanProbability: places.length > 0 ? meanOf(places.map((i) => probabilities[i])) : null,
    observed: proportion(sumOf(places.map((i) => labels[i])), places.length, { level }, "no cases in the bin"),
  }));
}

export interface CalibrationError {
  /** ECE: the mean over cases of |said − happens| of their bin. */
  readonly expected: number;
  /** MCE: the largest |said − happens| of a bin. */
  readonly maximum: number;
  /** Such as "10 bins of equal width". */
  readonly method: string;
}

/**
 * Expected and maximum calibration error (Naeini et al. 2015). Both depend on the bins, and are above 0 by chance alone.
 * @throws StatisticsError for a missing label, a value that is no probability, or no bins.
 */
export function calibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: BinningOptions = {},
): CalibrationError {
  checkForecasts("calibration error", probabilities, labels);
  let [expected, maximum] = [0, 0];
  for (const { places } of binsOf("calibration error", probabilities, options)) {
    if (places.length === 0) continue;
    const gap = Math.abs(sumOf(places.map((i) => probabilities[i])) - sumOf(places.map((i) => labels[i])));
    expected += gap / labels.length;
    maximum = Math.max(maximum, gap / places.length);
  }
  const { bins = 10, binning = "width" } = options;
  return { expected, maximum, method: `${bins} bins of equal ${binning}` };
}

/**
 * Of rows of class probabilities the highest of each, and whether it is of the right class: what the calibration of many classes is
 * judged by (Guo et al. 2017), as scores and labels for the functions above.
 * @throws StatisticsError for a missing label or a value that is no probability.
 */
export function topLabels(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): { probabilities: Float64Array; labels: Uint8Array } {
  checkCount("top labels", `probabilities (${classes} classes)`, probabilities.length / classes, labels.length);
  checkClassLabels("top labels", labels, classes);
  checkProbabilities("top labels", probabilities);
  const predicted = predictedClasses(probabilities, classes);
  return {
    probabilities: Float64Array.from(predicted, (c, n) => probabilities[n * classes + c]),
    labels: Uint8Array.from(predicted, (c, n) => (c === labels[n] ? 1 : 0)),
  };
}

/** The bins, lowest first. Those of equal mass are fewer where many cases have one probability. */
export function binsOf(subject: string, probabilities: ArrayLike<number>, { bins = 10, binning = "width" }: BinningOptions): Bin[] {
  if (!(Number.isInteger(bins) && bins > 0))
    throw new StatisticsError(subject, `the number of bins must be whole and positive, got ${bins}`);
  return binning === "width" ? binsOfWidth(probabilities, bins) : binsOfMass(probabilities, bins);
}

function binsOfWidth(probabilities: ArrayLike<number>, bins: number): Bin[] {
  const found = Array.from({ length: bins }, (_, k) => ({ lower: k / bins, upper: (k + 1) / bins, places: [] as number[] }));
  for (let i = 0; i < probabilities.length; i++) {
    // p · bins may round across an edge; the edges themselves decide.
    let k = Math.min(bins - 1, Math.floor(probabilities[i] * bins));
    if (k > 0 && probabilities[i] < found[k].lower) k--;
    if (k < bins - 1 && probabilities[i] >= found[k].upper) k++;
    found[k].places.push(i);
  }
  return found;
}

function binsOfMass(probabilities: ArrayLike<number>, bins: number): Bin[] {
  const order = ascending(probabilities);
  const starts = new Set([0]);
  for (let k = 1; k < bins; k++) {
    let start = Math.round((k * order.length) / bins);
    while (start > 0 && start < order.length && probabilities[order[start]] === probabilities[order[start - 1]]) start++;
    if (start < order.length) starts.add(start);
  }
  const edges = [...starts].sort((a, b) => a - b);
  return edges.map((start, k) => ({
    lower: k === 0 ? 0 : probabilities[order[start]],
    upper: k === edges.length - 1 ? 1 : probabilities[order[edges[k + 1]]],
    places: Array.from(order.slice(start, edges[k + 1])),
  }));
}
