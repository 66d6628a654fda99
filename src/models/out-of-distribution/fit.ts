/** What a detector stores, from the features of films: statistics of those a model was fitted on, thresholds from others. */
import { shuffled } from "../../imaging/draws.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { shrunkCovariance, whiteningFactor } from "./covariance.ts";
import { type Measure, measures } from "./description.ts";
import { type OutlierScores, type Statistics, unit } from "./detector.ts";

/**
 * What brings each stage's features to the same spread within classes: 1 for a single stage, since no measure depends on it. `sizes` are the
 * numbers of features of the stages, which lie end to end in the rows of `features` [films, features].
 * @throws RangeError where a stage's features do not vary within classes.
 */
export function stageScales(features: Tensor, labels: ArrayLike<number>, classes: number, sizes: readonly number[]): number[] {
  if (sizes.length === 1) return [1];
  const [count, size] = features.shape;
  const centred = withinClasses(features, classMeans(features, labels, classes), labels);
  let start = 0;
  return sizes.map((stageSize, stage) => {
    let sum = 0;
    for (let n = 0; n < count; n++) for (let i = start; i < start + stageSize; i++) sum += centred[n * size + i] ** 2;
    start += stageSize;
    if (!(sum > 0)) throw new RangeError(`the features of stage ${stage + 1} do not vary within classes`);
    return Number(Math.sqrt((count * stageSize) / sum).toPrecision(4));
  });
}

/** The features with each stage's multiplied by its scale, in float32 as the network does it. */
export function scaled({ shape, data }: Tensor, scales: readonly number[], sizes: readonly number[]): Tensor {
  const factors = sizes.flatMap((size, stage) => new Array<number>(size).fill(Math.fround(scales[stage])));
  return tensor(
    shape,
    Float32Array.from(data, (value, i) => value * factors[i % factors.length]),
  );
}

export interface StatisticsOptions {
  readonly measures: readonly Measure[];
  /** The most films whose features are stored. */
  readonly references: number;
  readonly seed: number;
}

/**
 * The statistics of the features [films, features] of films with these classes.
 * @throws RangeError where a class has no film, or the features do not vary within classes.
 */
export function fitStatistics(
  features: Tensor,
  labels: ArrayLike<number>,
  classes: number,
  { measures: wanted, references, seed }: StatisticsOptions,
): Statistics {
  const size = features.shape[1];
  const statistics: { -readonly [key in keyof Statistics]: Tensor } = {};
  if (wanted.includes("mahalanobis")) {
    const means = classMeans(features, labels, classes);
    const factor = whiteningFactor(shrunkCovariance(withinClasses(features, means, labels), size));
    statistics.means = tensor([classes, size], Float32Array.from(means));
    statistics.factor = tensor([factor.length], Float32Array.from(factor));
  }
  if (wanted.includes("knn")) {
    const places = representatives(labels, classes, references, seed);
    const rows = places.flatMap((place) => [...unit(features.data.subarray(place * size, (place + 1) * size))]);
    statistics.references = tensor([places.length, size], Float32Array.from(rows));
  }
  return statistics;
}

function classMeans({ shape: [count, size], data }: Tensor, labels: ArrayLike<number>, classes: number): Float64Array {
  const means = new Float64Array(classes * size);
  const counts = new Float64Array(classes);
  for (let n = 0; n < count; n++) {
    counts[labels[n]]++;
    for (let i = 0; i < size; i++) means[labels[n] * size + i] += data[n * size + i];
  }
  for (const [label, films] of counts.entries()) if (films === 0) throw new RangeError(`class ${label + 1} of ${classes} has no film`);
  return means.map((sum, i) => sum / counts[Math.floor(i / size)]);
}

function withinClasses({ shape: [count, size], data }: Tensor, means: Float64Array, labels: ArrayLike<number>): Float64Array {
  const centred = new Float64Array(count * size);
  for (let n = 0; n < count; n++) for (let i = 0; i < size; i++) centred[n * size + i] = data[n * size + i] - means[labels[n] * size + i];
  return centred;
}

/** The places of at most so many films, taken from the classes in turn, in each at random. */
function representatives(labels: ArrayLike<number>, classes: number, most: number, seed: number): number[] {
  const queues = Array.from({ length: classes }, (): number[] => []);
  for (const place of shuffled(labels.length, seed)) queues[labels[place]].push(place);
  const taken: number[] = [];
  for (let turn = 0; taken.length < most && turn < labels.length; turn++)
    for (const queue of queues) if (turn < queue.length && taken.length < most) taken.push(queue[turn]);
  return taken;
}

export interface Thresholds {
  readonly thresholds: Readonly<Partial<Record<Measure, number>>>;
  /** How many of the films are past a threshold. */
  readonly rejected: number;
}

/**
 * Thresholds with which films are withheld at no more than this rate, all measures together. Every measure gives up the same number m of
 * films, the largest m with which r rejected of n films satisfy (r + 1) / (n + 1) ≤ rate: for one measure, the chance that the next film of the same
 * kind is rejected is then at most the rate (split conformal prediction; Vovk et al. 2005). Equal values lie on the same side.
 * @throws RangeError for fewer films than 1 / rate − 1, or a rate that is not between 0 and 1.
 */
export function fitThresholds(films: readonly OutlierScores[], rate: number): Thresholds {
  const allowed = allowedRejections(films.length, rate);
  const used = measures.filter((measure) => films[0][measure] !== undefined);
  const descending = used.map((measure) => films.map((scores) => scores[measure] ?? Number.NaN).sort((a, b) => b - a));
  let best: Thresholds | undefined;
  for (let given = 0; given <= allowed; given++) {
    const thresholds = Object.fromEntries(used.map((measure, i) => [measure, descending[i][given]]));
    const rejected = films.filter((scores) => used.some((measure) => !((scores[measure] ?? Number.NaN) <= thresholds[measure]))).length;
    if (rejected <= allowed) best = { thresholds, rejected };
  }
  // Nothing is past the largest value of each measure, so there is always one.
  if (!best) throw new RangeError("no threshold keeps the rate");
  return best;
}

/**
 * The largest r with (r + 1) / (n + 1) ≤ rate.
 * @throws RangeError for fewer films than 1 / rate − 1, or a rate that is not between 0 and 1.
 */
export function allowedRejections(films: number, rate: number): number {
  if (!(rate > 0 && rate < 1)) throw new RangeError(`the rate of rejection must be between 0 and 1, got ${rate}`);
  // What a product of decimals lacks to a whole number is rounding.
  const allowed = Math.floor(rate * (films + 1) + 1e-9) - 1;
  if (allowed >= 0) return allowed;
  throw new RangeError(`${films} films cannot fix a rate of ${rate}, at least ${Math.ceil(1 / rate - 1e-9) - 1} are needed`);
}
