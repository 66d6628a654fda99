/** A film of a dataset as a model is asked about it. */
import type { ModelDescription } from "../../models/description.ts";
import type { FilmPicture, Picture } from "../../models/picture.ts";
import type { Sample } from "../../training/dataset.ts";

/** The film, with those of its numbers that the model reads. */
export function pictureOf(
  { picture: film, clinical = {} }: Pick<Sample, "clinical"> & { readonly picture: FilmPicture },
  { input }: Pick<ModelDescription, "input">,
): Picture {
  if (!input.clinical) return film;
  const { names } = input.clinical;
  return { film, clinical: Object.fromEntries(Object.entries(clinical).filter(([name]) => names.includes(name))) };
}
