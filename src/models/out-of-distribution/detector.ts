/** Whether a picture is like those that a model was fitted on, by its features and logits. */
import { InputError } from "../../bytes.ts";
import { DeviceError } from "../../gpu/device-error.ts";
import type { Tensor } from "../../tensor.ts";
import { checkFinite } from "../weights.ts";
import { triangleRow } from "./covariance.ts";
import { type Measure, measures, OOD_PREFIX, type OutOfDistribution } from "./description.ts";

/** What is stored of the training films. */
export interface Statistics {
  /** The means of the classes' scaled features, [classes, features]. */
  readonly means?: Tensor;
  /** W = L⁻¹ of the covariance L Lᵀ within classes, rows of its lower triangle, [features · (features + 1) / 2]. */
  readonly factor?: Tensor;
  /** Scaled features of training films, brought to length 1, [references, features]. */
  readonly references?: Tensor;
}

/** The measures of one picture; larger is less alike. */
export type OutlierScores = Readonly<Partial<Record<Measure, number>>>;

/** Why there is no answer: the measure that says so, its value, and the largest with which there would be one. */
export interface Withheld {
  readonly reason: string;
  readonly measure: Measure;
  readonly score: number;
  readonly threshold: number;
}

export interface Detector {
  readonly description: OutOfDistribution;
  /**
   * The measures that have a threshold, of a picture's features and logits.
   * @throws DeviceError where the features are not numbers.
   */
  scores(features: Float32Array, logits: Float32Array): OutlierScores;
}

/** Whether an answer is to be withheld: the first measure that is past its threshold. */
export function withheldBy(scores: OutlierScores, { thresholds }: OutOfDistribution): Withheld | undefined {
  for (const measure of measures) {
    const [score, threshold] = [scores[measure], thresholds[measure]];
    // What is no number is not below the threshold.
    if (score !== undefined && threshold !== undefined && !(score <= threshold))
      return { reason: reasonOf(measure, score, threshold), measure, score, threshold };
  }
  return undefined;
}

const measureNames = {
  mahalanobis: "Mahalanobis distance of its features",
  knn: "distance to the nearest stored films",
  energy: "energy",
} as const;

const reasonOf = (measure: Measure, score: number, threshold: number): string =>
  `unlike the films that the model was fitted on: ${measureNames[measure]} ${rounded(score)}, answered up to ${rounded(threshold)}`;

const rounded = (value: number): string => Number(value.toPrecision(4)).toString();

/** Whether a value of a model file is the detector's, by its name. */
export const isOfDetector = (name: string): boolean => name.startsWith(OOD_PREFIX);

/**
 * The detector of a model file.
 * @param tensors - all values of the file.
 * @param features - how many the network gives.
 * @throws InputError for values that are missing, unknown, of another shape or not finite.
 */
export function readDetector(
  description: OutOfDistribution,
  tensors: ReadonlyMap<string, Tensor>,
  classes: number,
  features: number,
  file: string,
): Detector {
  const { thresholds, neighbour } = description;
  const shapes: Readonly<Record<string, readonly (number | "references")[]>> = {
    ...(thresholds.mahalanobis !== undefined && { means: [classes, features], factor: [triangleRow(features)] }),
    ...(thresholds.knn !== undefined && { references: ["references", features] }),
  };
  const unknown = [...tensors.keys()].filter((name) => isOfDetector(name) && !Object.hasOwn(shapes, name.slice(OOD_PREFIX.length)));
  if (unknown.length > 0)
    throw new InputError(file, `holds ${unknown.join(", ")}, for which its measures (${Object.keys(thresholds).join(", ")}) have no use`);
  const statistics: Record<string, Tensor> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const found = tensors.get(OOD_PREFIX + name);
    if (!found) throw new InputError(file, `lacks ${OOD_PREFIX}${name}, which its measures (${Object.keys(thresholds).join(", ")}) need`);
    if (found.shape.length !== shape.length || shape.some((size, axis) => size !== "references" && size !== found.shape[axis]))
      throw new InputError(file, `${OOD_PREFIX}${name} must be [${shape.join(", ")}], got [${found.shape.join(", ")}]`);
    checkFinite(OOD_PREFIX + name, found);
    statistics[name] = found;
  }
  const stored = statistics.references?.shape[0];
  if (stored !== undefined && stored < neighbour)
    throw new InputError(file, `stores ${stored} reference films, metadata outOfDistribution asks for neighbour ${neighbour}`);
  return detector(description, statistics);
}

/** @throws InputError for values of a detector in a file whose metadata have none. */
export function checkNoDetector(names: Iterable<string>, file: string): void {
  const found = [...names].filter(isOfDetector);
  if (found.length > 0)
    throw new InputError(file, `holds ${found.join(", ")}, but no metadata outOfDistribution that says what they are for`);
}

/** The detector of statistics that fit each other. */
export function detector(description: OutOfDistribution, { means, factor, references }: Statistics): Detector {
  const { thresholds, neighbour, temperature } = description;
  const centres = means && factor ? whitenedRows(means, factor.data) : [];
  return {
    description,
    scores(features, logits) {
      if (!features.every(Number.isFinite)) throw new DeviceError("the network gave features that are not numbers");
      return {
        ...(thresholds.mahalanobis !== undefined && factor && { mahalanobis: mahalanobis(features, factor.data, centres) }),
        ...(thresholds.knn !== undefined && references && { knn: distanceToNeighbour(features, references, neighbour) }),
        ...(thresholds.energy !== undefined && { energy: energy(logits, temperature) }),
      };
    },
  };
}

/** The distance from the nearest class's mean: min over classes of |W (x − mean)|. */
function mahalanobis(features: ArrayLike<number>, factor: ArrayLike<number>, centres: readonly Float64Array[]): number {
  const point = whitened(features, factor);
  let least = Number.POSITIVE_INFINITY;
  for (const centre of centres) least = Math.min(least, squaredDistance(point, centre, 0));
  return Math.sqrt(least);
}

/** W x, with W's rows packed. */
function whitened(x: ArrayLike<number>, factor: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: x.length }, (_, i) => {
    const row = triangleRow(i);
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += factor[row + j] * x[j];
    return sum;
  });
}

const whitenedRows = ({ shape: [rows, size], data }: Tensor, factor: ArrayLike<number>): Float64Array[] =>
  Array.from({ length: rows }, (_, row) => whitened(data.subarray(row * size, (row + 1) * size), factor));

/** The Euclidean distance of the features, at length 1, from the k-th nearest reference. */
function distanceToNeighbour(features: ArrayLike<number>, { shape: [count, size], data }: Tensor, k: number): number {
  const point = unit(features);
  const squares = Float64Array.from({ length: count }, (_, i) => squaredDistance(point, data, i * size)).sort();
  return Math.sqrt(squares[k - 1]);
}

/** The vector at length 1; zeros stay zeros, at distance 1 from every reference. */
export function unit(x: ArrayLike<number>): Float64Array {
  let square = 0;
  for (let i = 0; i < x.length; i++) square += x[i] * x[i];
  const factor = square > 0 ? 1 / Math.sqrt(square) : 0;
  return Float64Array.from(x, (value) => value * factor);
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>, from: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[from + i]) ** 2;
  return sum;
}

/** −T · ln Σ exp(logit / T) */
export function energy(logits: ArrayLike<number>, temperature: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) most = Math.max(most, logits[i] / temperature);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i] / temperature - most);
  return -temperature * (most + Math.log(sum));
}
