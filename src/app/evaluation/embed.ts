/** Embeddings of films by the features that a model tells classes from. */
import type { Model } from "../../models/model.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Sample } from "../../training/dataset.ts";
import { pictureOf } from "./film-picture.ts";

export interface Embedded {
  readonly films: readonly Sample[];
  readonly vectors: readonly Float32Array[];
}

export interface EmbedFilmsOptions {
  readonly batch: number;
  readonly onFilm?: () => void;
}

/** Those of the films that can be read. @throws DeviceError if the GPU fails. */
export async function embedFilms(
  model: Pick<Model, "embedAll" | "description">,
  films: readonly Sample[],
  { batch, onFilm }: EmbedFilmsOptions,
): Promise<Embedded> {
  const kept: Sample[] = [];
  const vectors: Float32Array[] = [];
  for await (const outcome of model.embedAll(
    films.map((film) => pictureOf(film, model.description)),
    { batch },
  )) {
    onFilm?.();
    if ("error" in outcome) continue;
    kept.push(films[outcome.index]);
    vectors.push(outcome.result.vector);
  }
  return { films: kept, vectors };
}

/** Vectors as the rows of one tensor, [films, features]. */
export function rowsOf(vectors: readonly Float32Array[]): Tensor {
  const [{ length }] = vectors;
  const rows = tensor([vectors.length, length]);
  for (const [row, vector] of vectors.entries()) rows.data.set(vector, row * length);
  return rows;
}
