/** Examples side by side: what one step of training takes in. */
import { InputError } from "../bytes.ts";
import { toTensor } from "../imaging/normalise.ts";
import type { Image } from "../loaders/image.ts";
import { clinicalRow, clinicalTensor } from "../models/clinical-values.ts";
import type { NetworkInputs } from "../models/network-inputs.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { Sample } from "./dataset.ts";
import { type Example, type ExampleOptions, type Kept, readExample } from "./example.ts";

/** A batch to be made: its samples, and the key of the first one's changes; the next ones count on. */
export interface BatchTask extends ExampleOptions {
  readonly samples: readonly Sample[];
  /** The samples' places in their dataset. */
  readonly places: Int32Array;
  readonly seed: number;
  readonly epoch: number;
  /** The place in the epoch of the first sample. */
  readonly first: number;
}

export interface BatchValues {
  readonly inputs: NetworkInputs;
  /**
   * What is to be learnt: masks as [batch, 1, height, width], 1 inside and 0 outside, where samples have masks; else [batch, values] where
   * they have values; else the classes' indices as [batch].
   */
  readonly targets: Tensor;
}

/** Keeps examples by the sample's place in its dataset. */
export type ExampleCache = (place: number) => Kept;

/** A cache of at most so many bytes of pixels: what is full stays as it is, since every sample comes about once an epoch. */
export function exampleCache(capacityBytes: number): ExampleCache {
  const examples = new Map<number, Example>();
  let left = capacityBytes;
  return (place) => ({
    get: () => examples.get(place),
    set(example) {
      const sizeBytes = example.image.data.byteLength + (example.mask?.data.byteLength ?? 0);
      if (sizeBytes > left) return;
      left -= sizeBytes;
      examples.set(place, example);
    },
  });
}

/**
 * Makes a batch. Depends on the task alone: who makes it, and when, changes no bit.
 * @throws InputError for the first sample that cannot be read.
 */
export async function makeBatch(
  { samples, places, seed, epoch, first, ...options }: BatchTask,
  cache?: ExampleCache,
): Promise<BatchValues> {
  const examples: Example[] = [];
  for (const [i, sample] of samples.entries()) {
    try {
      examples.push(await readExample(sample, [seed, epoch, first + i], options, cache?.(places[i])));
    } catch (cause) {
      throw cause instanceof InputError ? cause : new InputError(sample.name, `cannot be used (${textOf(cause)})`, { cause });
    }
  }
  const pictures = toTensor(
    examples.map(({ image }) => image),
    options.input,
  );
  const { clinical } = options.input;
  const rows = samples.map((sample) => clinicalRow(clinical, clinical && sample.clinical, sample.name) ?? []);
  return { inputs: { pictures, ...(clinical && { clinical: clinicalTensor(clinical, rows) }) }, targets: targetsOf(samples, examples) };
}

function targetsOf(samples: readonly Sample[], examples: readonly Example[]): Tensor {
  if (samples.every(({ mask }) => mask !== undefined)) return masksOf(examples.flatMap(({ mask }) => mask ?? []));
  if (samples.every(({ values }) => values !== undefined)) {
    const values = samples.map((sample) => sample.values ?? []);
    return tensor([values.length, values[0].length], Float32Array.from(values.flat()));
  }
  const labels = samples.map(({ name, label }) => {
    if (label === undefined) throw new InputError(name, "has no class, no values and no mask to learn");
    return label;
  });
  return tensor([labels.length], Float32Array.from(labels));
}

function masksOf(masks: readonly Image[]): Tensor {
  const [{ width, height }] = masks;
  const data = new Float32Array(masks.length * width * height);
  for (const [n, mask] of masks.entries()) {
    const half = mask.bitDepth === 16 ? 32768 : 128;
    for (let p = 0; p < width * height; p++) data[n * width * height + p] = mask.data[p] >= half ? 1 : 0;
  }
  return tensor([masks.length, 1, height, width], data);
}

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
