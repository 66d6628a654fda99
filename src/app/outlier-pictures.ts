/** Pictures that a model cannot judge, at its network's size: drawn ones, films changed beyond use, and those of a folder. */
import { basename, resolve } from "node:path";
import { InputError } from "../bytes.ts";
import { flipVertically, rotation, warp } from "../imaging/affine.ts";
import { mapValues } from "../imaging/map-values.ts";
import { outlier, outlierKinds } from "../imaging/outliers.ts";
import type { Image } from "../loaders/image.ts";
import type { ModelDescription } from "../models/description.ts";
import { openFilm } from "../models/picture.ts";
import { prepare } from "../models/preprocess.ts";
import type { Dataset } from "../training/dataset.ts";
import { expandInputs } from "./inputs.ts";

export interface OutlierOptions {
  /** How many of each kind are drawn, and the most films that are changed. */
  readonly draw: number;
  readonly seed: number;
  /** A folder of pictures. */
  readonly outliers?: string;
}

/** Pictures of one kind. */
export interface OutlierGroup {
  readonly kind: string;
  readonly images: readonly Image[];
}

/** What is done to films so that they are none: at the network's size, which is square. */
const changes: Readonly<Record<string, (film: Image) => Image>> = {
  "films, inverted": (film) => mapValues(film, (value) => 1 - value),
  "films, turned by 90°": (film) => warp(film, rotation(90, film), { filter: "nearest" }),
  "films, upside down": (film) => warp(film, flipVertically(film), { filter: "nearest" }),
};

/**
 * Kind after kind.
 * @throws InputError for a folder without pictures, and for a picture or film that cannot be read.
 */
export async function* outlierPictures(
  { input }: ModelDescription,
  films: Dataset,
  { draw, seed, outliers: folder }: OutlierOptions,
): AsyncGenerator<OutlierGroup> {
  const side = Math.max(input.width, input.height);
  for (const kind of outlierKinds) {
    const drawn = Array.from({ length: draw }, (_, i) => outlier(kind, seed + i, side));
    yield { kind, images: (await Promise.all(drawn.map((image) => prepare(image, input)))).map(({ image }) => image) };
  }
  const { samples } = films;
  const step = Math.max(1, samples.length / draw);
  const some: Image[] = [];
  for (let place = 0; Math.floor(place) < samples.length; place += step)
    some.push((await prepare((await openFilm(samples[Math.floor(place)].picture)).image, input)).image);
  for (const [kind, change] of Object.entries(changes)) yield { kind, images: some.map(change) };
  if (folder === undefined) return;
  const files = await expandInputs([folder]);
  if (files.length === 1 && files[0] === folder) throw new InputError(folder, "is no folder of pictures");
  const images: Image[] = [];
  for (const file of files) images.push((await prepare((await openFilm(file)).image, input)).image);
  yield { kind: basename(resolve(folder)), images };
}
