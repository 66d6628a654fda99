/** The features and logits that a network gives films, as what fits a detector takes them. */
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import { compile } from "../graph/program.ts";
import { toTensor } from "../imaging/normalise.ts";
import type { Image } from "../loaders/image.ts";
import type { ModelDescription } from "../models/description.ts";
import { askedBy, filledUp, type NetworkInputs } from "../models/network-inputs.ts";
import { featuresOf, stageSizes } from "../models/out-of-distribution/features.ts";
import { outputsOf } from "../models/outputs.ts";
import type { LoadedWeights } from "../models/weights.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { openBatches } from "./batches.ts";
import type { Dataset } from "./dataset.ts";
import { TrainingError } from "./training-error.ts";

/** A row a picture, in their order. */
export interface FeatureRows {
  /** [pictures, features], not scaled. */
  readonly features: Tensor;
  /** [pictures, classes] */
  readonly logits: Tensor;
}

/** Owns GPU memory: call `destroy`, or declare it with `using`. */
export interface FeatureReader {
  /** How many features each stage has. */
  readonly sizes: readonly number[];
  /**
   * Of films, decoded and prepared by worker threads.
   * @throws InputError for the first film that cannot be read.
   */
  ofFilms(films: Dataset, options: { readonly workers: number; readonly onProgress?: (done: number) => void }): Promise<FeatureRows>;
  /** Of pictures at the network's size and in its channels. */
  ofImages(images: Iterable<Image>): Promise<FeatureRows>;
  destroy(): void;
  [Symbol.dispose](): void;
}

/**
 * Reads the features of these stages.
 * @throws InputError for a stage that does not exist, and for a network that reads clinical values, which pictures that are no films do not
 * have.
 */
export async function openFeatureReader(
  device: Device,
  description: ModelDescription,
  weights: LoadedWeights,
  stages: readonly string[],
  batch: number,
): Promise<FeatureReader> {
  if (description.input.clinical) throw new InputError(description.arch, "reads clinical values: no detector can be fitted to it");
  const { outOfDistribution: _, ...plain } = description;
  const { raw } = outputsOf(plain, weights, batch);
  const features = featuresOf(raw, { stages }, description.arch);
  const sizes = stageSizes(raw, stages, description.arch);
  const program = await compile(device, { raw, features });
  const { input } = description;

  const run = async (inputs: NetworkInputs): Promise<{ features: Float32Array; logits: Float32Array }> => {
    const [count] = inputs.pictures.shape;
    const result = await program.run(askedBy(program, filledUp(inputs, batch)));
    const rowsOf = ({ shape: [, size], data }: Tensor) => data.slice(0, count * size);
    const rows = { features: rowsOf(result.features), logits: rowsOf(result.raw) };
    if (!rows.features.every(Number.isFinite) || !rows.logits.every(Number.isFinite))
      throw new TrainingError("the network gives features that are not numbers");
    return rows;
  };
  const gathered = (parts: readonly { features: Float32Array; logits: Float32Array }[]): FeatureRows => ({
    features: joined(
      parts.map((part) => part.features),
      features.shape[1],
    ),
    logits: joined(
      parts.map((part) => part.logits),
      raw.shape[1],
    ),
  });
  return {
    sizes,
    async ofFilms(films, { workers, onProgress }) {
      await using batches = openBatches(films, { input, size: batch, seed: 0, sampler: { kind: "sequential" }, workers, cacheBytes: 0 });
      const parts: { features: Float32Array; logits: Float32Array }[] = [];
      let done = 0;
      for await (const { inputs } of batches.epoch(0)) {
        parts.push(await run(inputs));
        done += inputs.pictures.shape[0];
        onProgress?.(done);
      }
      return gathered(parts);
    },
    async ofImages(images) {
      const parts: { features: Float32Array; logits: Float32Array }[] = [];
      let waiting: Image[] = [];
      const flush = async () => {
        if (waiting.length > 0) parts.push(await run({ pictures: toTensor(waiting, input) }));
        waiting = [];
      };
      for (const image of images) {
        waiting.push(image);
        if (waiting.length === batch) await flush();
      }
      await flush();
      return gathered(parts);
    },
    destroy: program.destroy,
    [Symbol.dispose]: program.destroy,
  };
}

function joined(parts: readonly Float32Array[], size: number): Tensor {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const data = new Float32Array(length);
  let next = 0;
  for (const part of parts) {
    data.set(part, next);
    next += part.length;
  }
  return tensor([length / size, size], data);
}
