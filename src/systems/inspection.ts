/** What a system puts out of a trained network itself, beside the tables of its results: heat maps, features, and what is told of them. */
import type { Image } from "../loaders/image.ts";
import type { Model } from "../models/model.ts";
import type { Dataset } from "../training/dataset.ts";
import type { PredictedFilms } from "./predicted-films.ts";
import type { ScoredFilms } from "./scored-films.ts";
import type { Choice } from "./system.ts";
import type { Tables } from "./table.ts";

export interface Inspection {
  /** The best epoch's network; of a cross-validation the first fold's. */
  readonly model: Model;
  /** Films that it has not seen, and in their order what it makes of them: `test` of classes, `predicted` of numbers. */
  readonly films: Dataset;
  /** Films that it has learnt from, and their changed copies. */
  readonly train?: Dataset;
  readonly test?: ScoredFilms;
  readonly predicted?: PredictedFilms;
  readonly choice: Choice;
  /** From which probability a film is positive, where one was asked for. */
  readonly threshold?: number;
}

export interface Findings {
  /** By name; none of a name that `tables` has. */
  readonly tables?: Tables;
  /** By path without ending, such as "occlusion/film-3". */
  readonly pictures?: Readonly<Record<string, Image>>;
}

/** What several parts of a system found, together. */
export const together = (findings: readonly Findings[]): Findings => ({
  tables: Object.assign({}, ...findings.map(({ tables }) => tables)),
  pictures: Object.assign({}, ...findings.map(({ pictures }) => pictures)),
});

/** A film's name as a part of a path: without folders and ending. */
export const stemOf = (name: string): string =>
  (name.split(/[/\\]/).pop() ?? name).replace(/\.[^.]+$/, "").replace(/[^\p{L}\p{N}_+-]+/gu, "-");

/**
 * The places of a class's held-out films that pictures are made of: those with the highest score first; of others where there are too few.
 */
export function surest({ classes, films }: ScoredFilms, positive: string, count: number): number[] {
  const place = classes.indexOf(positive);
  const order = [...films.keys()].sort((a, b) => films[b].probabilities[place] - films[a].probabilities[place]);
  const own = order.filter((n) => films[n].label === place);
  return [...own, ...order.filter((n) => films[n].label !== place)].slice(0, count);
}
