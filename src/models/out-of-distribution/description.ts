/** What a model file says of the pictures that it can judge: its metadata `outOfDistribution`, beside the tensors whose names begin with `ood.`. */

/**
 * How unlike the training films a picture is, larger being less alike. mahalanobis: the distance of its features from the nearest class's mean,
 * in units of the spread within classes (Lee et al. 2018). knn: the distance of its features, brought to length 1, from the k-th nearest of stored
 * training films' (Sun et al. 2022). energy: −T · ln Σ exp(logit / T) (Liu et al. 2020).
 */
export const measures = ["mahalanobis", "knn", "energy"] as const;
export type Measure = (typeof measures)[number];

export interface OutOfDistribution {
  /** The network's stages whose features are looked at; a map is averaged over its pixels, and all are laid end to end. */
  readonly stages: readonly string[];
  /** What the features of each stage are multiplied by, so that every stage spreads alike. */
  readonly scales: readonly number[];
  /** Which neighbour's distance knn is. */
  readonly neighbour: number;
  /** T of the energy. */
  readonly temperature: number;
  /** The largest value of each measure with which a picture is answered; what has none is not measured. */
  readonly thresholds: Readonly<Partial<Record<Measure, number>>>;
  /** How it was fitted and what was measured of it, for people. */
  readonly about?: unknown;
}

/** How the names of the tensors begin: `ood.means`, `ood.factor`, `ood.references`. */
export const OOD_PREFIX = "ood.";

const keys = ["stages", "scales", "neighbour", "temperature", "thresholds", "about"];
const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every((item) => Number.isFinite(item));
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads the parsed metadata.
 * @param fail - makes the error of a problem with the file.
 */
export function readOutOfDistribution(given: unknown, fail: (problem: string) => Error): OutOfDistribution {
  if (!isRecord(given)) throw fail("metadata outOfDistribution must be an object");
  const unknown = Object.keys(given).filter((key) => !keys.includes(key));
  if (unknown.length > 0) throw fail(`metadata outOfDistribution has unknown entries ${unknown.join(", ")}`);
  const { stages, scales, neighbour, temperature, thresholds, about } = given;
  if (!Array.isArray(stages) || stages.length === 0 || !stages.every((stage) => typeof stage === "string"))
    throw fail("metadata outOfDistribution stages must be a list of names");
  if (!isNumbers(scales) || scales.length !== stages.length || !scales.every((scale) => scale > 0))
    throw fail(`metadata outOfDistribution scales must be ${stages.length} numbers above 0`);
  if (typeof neighbour !== "number" || !Number.isInteger(neighbour) || neighbour < 1)
    throw fail(`metadata outOfDistribution neighbour must be a positive integer, got ${String(neighbour)}`);
  if (typeof temperature !== "number" || !Number.isFinite(temperature) || temperature <= 0)
    throw fail(`metadata outOfDistribution temperature must be a number above 0, got ${String(temperature)}`);
  return { stages, scales, neighbour, temperature, thresholds: readThresholds(thresholds, fail), ...(about !== undefined && { about }) };
}

function readThresholds(given: unknown, fail: (problem: string) => Error): OutOfDistribution["thresholds"] {
  if (!isRecord(given) || Object.keys(given).length === 0)
    throw fail("metadata outOfDistribution thresholds must be an object with a measure or more");
  for (const [measure, value] of Object.entries(given)) {
    if (!measures.some((known) => known === measure))
      throw fail(`metadata outOfDistribution has a threshold for ${measure}, known are ${measures.join(", ")}`);
    if (!Number.isFinite(value)) throw fail(`metadata outOfDistribution threshold of ${measure} must be a number, got ${String(value)}`);
  }
  return given;
}
