/** Films as a network describes them: a vector each. */
import { compile } from "../graph/program.ts";
import { embeddingOf } from "../models/embedding.ts";
import type { Model } from "../models/model.ts";
import { askedBy, filledUp } from "../models/network-inputs.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { openBatches } from "../training/batches.ts";
import type { Dataset } from "../training/dataset.ts";

export interface EmbeddedFilm {
  readonly name: string;
  readonly set: string;
  readonly patient?: string;
  /** A place in `classes`. */
  readonly label: number;
}

export interface EmbeddedFilms {
  readonly classes: readonly string[];
  readonly films: readonly EmbeddedFilm[];
  /** [films, dimensions] */
  readonly embeddings: Tensor;
}

const BATCH = 8;

/**
 * The films as they are shown to the network (see `seen` of `Sample`), by the layer that the registry names; changed copies are left out.
 * @throws InputError for the first film that cannot be read.
 */
export async function embeddedFilms(model: Model, set: string, { samples, ...dataset }: Dataset): Promise<EmbeddedFilms> {
  const films = { ...dataset, samples: samples.filter(({ copyOf }) => copyOf === undefined) };
  const { arch, input } = model.description;
  const { node } = embeddingOf(model.outputs(BATCH).raw, arch);
  const [, dimensions] = node.shape;
  using program = await compile(model.device, { embedding: node });
  await using batches = openBatches(films, { input, size: BATCH, seed: 0, sampler: { kind: "sequential" }, workers: 0, cacheBytes: 0 });
  const data = new Float32Array(films.samples.length * dimensions);
  let next = 0;
  for await (const { inputs } of batches.epoch(0)) {
    const [count] = inputs.pictures.shape;
    const { embedding } = await program.run(askedBy(program, filledUp(inputs, BATCH)));
    data.set(embedding.data.subarray(0, count * dimensions), next);
    next += count * dimensions;
  }
  return {
    classes: films.classes,
    films: films.samples.map(({ name, patient, label = 0 }) => ({ name, set, patient, label })),
    embeddings: tensor([films.samples.length, dimensions], data),
  };
}
