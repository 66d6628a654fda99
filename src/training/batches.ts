/** Epochs of batches, made ahead of their use by a few workers: the same bits whoever makes them. */
import type { InputDescription } from "../models/description.ts";
import type { Recipe } from "./augment.ts";
import { type BatchTask, type BatchValues, exampleCache, makeBatch } from "./batch.ts";
import type { Dataset, Sample } from "./dataset.ts";
import { epochOrder, type Sampler } from "./sampler.ts";
import { type BatchWorker, openWorker } from "./worker.ts";

export interface BatchesOptions {
  /** How pictures become the network's input, as the model's file will say it. */
  readonly input: InputDescription;
  /** Samples in a batch. */
  readonly size: number;
  readonly seed: number;
  /** By default every sample once, shuffled. */
  readonly sampler?: Sampler;
  readonly augment?: Recipe;
  /** Whether pictures are changed at the network's size or at their own; by default at the network's. */
  readonly augmentAt?: "input" | "source";
  /** Leaves out a last batch that would be smaller than the others; by default it is kept. */
  readonly dropLast?: boolean;
  /** Threads that decode and change pictures; 0 does it in this one, batch by batch as they are asked for. By default 2. */
  readonly workers?: number;
  /** The most batches made or in the making before they are asked for; by default two a worker. */
  readonly ahead?: number;
  /** The most memory for decoded pictures that are kept for the next epoch, all workers together; by default 256 MiB. */
  readonly cacheBytes?: number;
  /** Ends every epoch with the signal's reason, and the workers. */
  readonly signal?: AbortSignal;
}

export interface Batch extends BatchValues {
  readonly epoch: number;
  /** Its number in the epoch, from 0. */
  readonly index: number;
  /** The places in the dataset of its samples. */
  readonly places: Int32Array;
}

/** Owns worker threads: call `close`, or declare it with `await using`. */
export interface Batches {
  /** Batches in an epoch. */
  readonly perEpoch: number;
  /**
   * An epoch, or the rest of it from a batch on: what is drawn depends on the seed, the epoch and the place in it alone. Work begins when
   * its first batch is asked for, which may be while another epoch still runs.
   * @throws InputError for the first sample that cannot be read, when its batch's turn comes.
   */
  epoch(epoch: number, from?: number): AsyncGenerator<Batch, void, undefined>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @throws RangeError for a dataset without samples, and for sizes that are not positive integers. */
export function openBatches(dataset: Dataset, options: BatchesOptions): Batches {
  const { input, size, seed, sampler = { kind: "shuffled" }, augment, augmentAt, dropLast = false, workers: count = 2, signal } = options;
  const { ahead = Math.max(1, 2 * count), cacheBytes = 2 ** 28 } = options;
  if (![size, ahead].every((number) => Number.isInteger(number) && number > 0) || !Number.isInteger(count) || count < 0) {
    throw new RangeError(`batches: size and ahead must be positive integers, workers 0 or more, got ${size}, ${ahead} and ${count}`);
  }
  const samples = dataset.samples.map(portable);
  const labels = samples.map(({ label }) => label ?? 0);
  const length = epochOrder(sampler, labels, seed, 0).length;
  const perEpoch = dropLast ? Math.floor(length / size) : Math.ceil(length / size);
  if (perEpoch === 0) throw new RangeError(`batches: ${dataset.name} has ${length} samples, no batch of ${size} can be made`);
  const makers = openMakers(count, cacheBytes);
  let isClosed = false;
  const close = async () => {
    isClosed = true;
    signal?.removeEventListener("abort", close);
    await makers.close();
  };
  signal?.addEventListener("abort", close);

  async function* epoch(number: number, from = 0): AsyncGenerator<Batch, void, undefined> {
    const order = epochOrder(sampler, labels, seed, number);
    const coming: { readonly index: number; readonly places: Int32Array; readonly values: Promise<BatchValues> }[] = [];
    let next = from;
    while (next < perEpoch || coming.length > 0) {
      while (next < perEpoch && coming.length < (count === 0 ? 1 : ahead)) {
        signal?.throwIfAborted();
        if (isClosed) throw new Error("batches: were closed");
        const places = order.slice(next * size, (next + 1) * size);
        const task = {
          samples: Array.from(places, (i) => samples[i]),
          places,
          seed,
          epoch: number,
          first: next * size,
          input,
          augment,
          augmentAt,
        };
        const values = makers.make(task);
        // Whoever stops before its turn leaves it alone.
        values.catch(() => {});
        coming.push({ index: next++, places, values });
      }
      const batch = coming.shift();
      if (!batch) return;
      const values = await batch.values.catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
      signal?.throwIfAborted();
      yield { epoch: number, index: batch.index, places: batch.places, ...values };
    }
  }

  return { perEpoch, epoch, close, [Symbol.asyncDispose]: close };
}

/** A sample as it passes between threads: a URL does not, its text does. */
const portable = (sample: Sample): Sample => ({
  ...sample,
  picture: sample.picture instanceof URL ? sample.picture.href : sample.picture,
  seen: sample.seen instanceof URL ? sample.seen.href : sample.seen,
  mask: sample.mask instanceof URL ? sample.mask.href : sample.mask,
});

/** Tasks go to the first idle worker in the order they come; workers are started when there is work for them. */
function openMakers(count: number, cacheBytes: number): { make(task: BatchTask): Promise<BatchValues>; close(): Promise<void> } {
  if (count === 0) {
    const cache = exampleCache(cacheBytes);
    return { make: (task) => makeBatch(task, cache), close: async () => {} };
  }
  const workers: BatchWorker[] = [];
  const idle: BatchWorker[] = [];
  const queue: ((worker: BatchWorker) => void)[] = [];
  const free = (worker: BatchWorker) => {
    const waiting = queue.shift();
    if (waiting) waiting(worker);
    else idle.push(worker);
  };
  return {
    make(task) {
      if (idle.length === 0 && workers.length < count) {
        const worker = openWorker(cacheBytes / count);
        workers.push(worker);
        idle.push(worker);
      }
      const given = idle.pop();
      const turn = given ? Promise.resolve(given) : new Promise<BatchWorker>((resolve) => queue.push(resolve));
      return turn.then((worker) => worker.make(task).finally(() => free(worker)));
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}
