/** In which order an epoch shows the samples: a pure function of the seed and the epoch, so that two numbers are all there is to store. */
import { draws, shuffled } from "../imaging/draws.ts";

/**
 * - `sequential`: each once, as they lie.
 * - `shuffled`: each once, in another order every epoch.
 * - `weighted`: drawn with replacement, as many as there are; by default every class is as likely as every other.
 * - `balanced`: class after class in turn, so that any run of samples, and so any batch, has as many of each class as it can; a class is
 *   shown whole before one of it is shown again. As many as there are samples.
 * - `oversampled`: every sample at least once, smaller classes repeated up to the size of the largest, shuffled.
 */
export type Sampler =
  | { readonly kind: "sequential" | "shuffled" | "balanced" | "oversampled" }
  | {
      readonly kind: "weighted";
      /** How likely a sample of each class is, beside the others of the class; by default 1 / the number of its samples. */
      readonly classWeights?: readonly number[];
    };

/**
 * The places of the samples that an epoch shows, in order. `labels` are the samples' classes, of which `sequential` and `shuffled` need
 * their number only.
 * @throws RangeError for class weights that are negative, all zero, or not one a class.
 */
export function epochOrder(sampler: Sampler, labels: readonly number[], seed: number, epoch: number): Int32Array {
  switch (sampler.kind) {
    case "sequential":
      return Int32Array.from(labels, (_, i) => i);
    case "shuffled":
      return shuffled(labels.length, seed, epoch);
    case "weighted":
      return weighted(labels, sampler.classWeights, seed, epoch);
    case "balanced":
      return balanced(labels, seed, epoch);
    case "oversampled":
      return oversampled(labels, seed, epoch);
  }
}

/** The places of each class's samples; classes without a sample have no list. */
function byClass(labels: readonly number[]): number[][] {
  const places: number[][] = [];
  for (const [i, label] of labels.entries()) {
    places[label] ??= [];
    places[label].push(i);
  }
  return places.filter(Boolean);
}

/** By the running sum of the weights, added up in the samples' order. */
function weighted(labels: readonly number[], classWeights: readonly number[] | undefined, seed: number, epoch: number): Int32Array {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const weights = classWeights ?? counts.map((count) => 1 / count);
  const isUsable = weights.length >= counts.length && weights.every((weight) => weight >= 0);
  const sums = new Float64Array(labels.length);
  let total = 0;
  for (const [i, label] of labels.entries()) {
    total += weights[label];
    sums[i] = total;
  }
  if (!isUsable || !(total > 0 && total < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`sampler: ${counts.length} class weights of at least 0, not all 0, are needed, got [${weights.join(", ")}]`);
  }
  const { uniform } = draws(seed, epoch);
  return Int32Array.from(labels, () => firstAbove(sums, uniform(0, total)));
}

/** The first place whose running sum is above the value: a weight of 0 is never drawn. */
function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Each class in its own order, and in a new one when it begins again; the turns begin with another class every epoch. */
function balanced(labels: readonly number[], seed: number, epoch: number): Int32Array {
  const classes = byClass(labels);
  const orders: Int32Array[] = [];
  return Int32Array.from(labels, (_, position) => {
    const turn = Math.floor(position / classes.length);
    const label = (position + epoch) % classes.length;
    const places = classes[label];
    const place = turn % places.length;
    if (place === 0) orders[label] = shuffled(places.length, seed, epoch, label, turn / places.length);
    return places[orders[label][place]];
  });
}

function oversampled(labels: readonly number[], seed: number, epoch: number): Int32Array {
  const classes = byClass(labels);
  const size = Math.max(...classes.map((places) => places.length));
  const pool = classes.flatMap((places, label) => {
    const extra = shuffled(places.length, seed, epoch, label);
    return Array.from({ length: size }, (_, i) =>
      i < size - (size % places.length) ? places[i % places.length] : places[extra[i % places.length]],
    );
  });
  return Int32Array.from(shuffled(pool.length, seed, epoch), (i) => pool[i]);
}
