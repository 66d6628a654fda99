/** What a mistake is shown with: where the network looked, and the training films that are most like the film. */
import { InputError } from "../../bytes.ts";
import type { Explainer } from "../../explanation/explainer.ts";
import { isFlat, rescaled } from "../../explanation/heat-map.ts";
import { overlay } from "../../explanation/overlay.ts";
import type { Image } from "../../loaders/image.ts";
import type { Model } from "../../models/model.ts";
import { neighbours } from "../../retrieval/neighbours.ts";
import { type NotDefined, notDefined } from "../../statistics/not-defined.ts";
import type { Sample } from "../../training/dataset.ts";
import { groupsOf } from "../../training/groups.ts";
import { type Embedded, embedFilms, rowsOf } from "./embed.ts";
import { pictureOf } from "./film-picture.ts";

export interface LikeFilm {
  readonly film: Sample;
  /** Euclidean, between the features that classes are told from. */
  readonly distance: number;
}

export interface Evidence {
  /** A film in colours where the network sees a class (Grad-CAM), or why there is no such map. */
  heatMap(film: Sample, image: Image, label: string): Promise<Image | NotDefined>;
  /** For each film the training films nearest to it, none of them of its own patient or group; nearest first. */
  neighbours(films: readonly Sample[]): Promise<ReadonlyMap<Sample, readonly LikeFilm[]>>;
}

export interface EvidenceOptions {
  readonly batch: number;
  /** How many training films are found for each. */
  readonly most: number;
  readonly train: () => Promise<Embedded>;
}

/** @param explains - of the same model. Both must live as long as they are asked. */
export function evidenceOf(model: Model, explains: Explainer, { batch, most, train }: EvidenceOptions): Evidence {
  const embedded = async (films: readonly Sample[]): Promise<Embedded | undefined> => {
    try {
      return await embedFilms(model, films, { batch });
    } catch (error) {
      // A network that has no features to compare, such as one of an ONNX file.
      if (error instanceof InputError) return undefined;
      throw error;
    }
  };
  return {
    async heatMap(film, image, label) {
      try {
        const picture = pictureOf({ ...film, picture: image }, model.description);
        const { cells, levels, shownLimit, notes = [] } = await explains.explain(picture, { label });
        return isFlat(cells) ? notDefined(notes.at(-1) ?? "it is the same everywhere") : overlay(image, rescaled(levels, shownLimit));
      } catch (error) {
        if (error instanceof InputError) return notDefined(error.message.replace(/^picture: /, ""));
        throw error;
      }
    },
    async neighbours(films) {
      const asked = films.length > 0 ? await embedded(films) : undefined;
      const known = asked && asked.films.length > 0 ? await train() : undefined;
      if (!asked || !known || known.films.length === 0) return new Map();
      const groups = Array.from(groupsOf([...known.films, ...asked.films]));
      const k = Math.min(most, known.films.length);
      using index = await neighbours(model.device, rowsOf(known.vectors), { k, groups: groups.slice(0, known.films.length) });
      const found = await index.search(rowsOf(asked.vectors), { exclude: groups.slice(known.films.length) });
      return new Map(
        asked.films.map((film, i) => [film, found[i].map(({ index: place, distance }) => ({ film: known.films[place], distance }))]),
      );
    },
  };
}
