/** What a model says of films: computed here, or read from a table that was written before. */
import { InputError, readBytes } from "../../bytes.ts";
import { readCsv } from "../../loaders/csv.ts";
import type { Image } from "../../loaders/image.ts";
import type { ModelDescription } from "../../models/description.ts";
import type { Model } from "../../models/model.ts";
import { withheldBy } from "../../models/out-of-distribution/detector.ts";
import type { Picture } from "../../models/picture.ts";
import type { Result } from "../../models/result.ts";
import type { Sample } from "../../training/dataset.ts";
import { pictureOf } from "./film-picture.ts";

/** Rows of as many scores as there are classes, a film each; films that could not be read have none. */
export interface Scores {
  readonly classes: readonly string[];
  /** Of each film its row. */
  readonly rows: readonly (Float64Array | undefined)[];
  /** Why films have no row. */
  readonly failures: readonly { readonly film: string; readonly error: Error }[];
  /** Whether the model's file says of a film that it is unlike those it was fitted on, so that users get no answer; of each film. */
  readonly withheld: readonly boolean[];
}

/** Those of the films from one place to another. */
export const partOf = (scores: Scores, first: number, last?: number): Scores => ({
  ...scores,
  rows: scores.rows.slice(first, last),
  withheld: scores.withheld.slice(first, last),
});

export interface ScoreOptions {
  readonly batch: number;
  readonly onFilm?: () => void;
  /** Another picture in the place of the film's own, such as one with the lungs hidden. */
  readonly change?: (film: Sample) => Promise<Image>;
}

/**
 * Scores of films, batch by batch. A film that cannot be read is a failure and stops nothing.
 * @param model - one that was loaded to answer all (`answerAll`), so that there are scores of films that it would withhold too.
 * @throws InputError for a model that does not classify.
 * @throws DeviceError if the GPU fails.
 */
export async function scoreFilms(model: Model, films: readonly Sample[], { batch, onFilm, change }: ScoreOptions): Promise<Scores> {
  const { classes, task, arch, outOfDistribution } = model.description;
  if (task !== "classification") throw new InputError(arch, `is a ${task} model, only classifiers are evaluated`);
  const isWithheld = ({ outlierScores }: Result): boolean =>
    outOfDistribution !== undefined && outlierScores !== undefined && withheldBy(outlierScores, outOfDistribution) !== undefined;
  const rows: (Float64Array | undefined)[] = [];
  const withheld: boolean[] = [];
  const failures: { film: string; error: Error }[] = [];
  for (let first = 0; first < films.length; first += batch) {
    const part = films.slice(first, first + batch);
    const pictures = change
      ? await changedPictures(part, change, model.description)
      : part.map((film) => ({ picture: pictureOf(film, model.description) }));
    const readable = pictures.flatMap((one, place) => ("picture" in one ? [{ ...one, place }] : []));
    const outcomes = new Map<number, Result | Error>();
    for (const [place, one] of pictures.entries()) if ("error" in one) outcomes.set(place, one.error);
    for await (const outcome of model.predictAll(
      readable.map(({ picture }) => picture),
      { batch },
    )) {
      const { place } = readable[outcome.index];
      outcomes.set(place, "error" in outcome ? outcome.error : outcome.result);
    }
    for (const [place, film] of part.entries()) {
      const outcome = outcomes.get(place);
      const isRead = outcome !== undefined && !(outcome instanceof Error);
      rows.push(isRead ? rowOf(outcome.predictions, classes) : undefined);
      withheld.push(isRead && isWithheld(outcome));
      if (outcome instanceof Error) failures.push({ film: film.name, error: outcome });
      onFilm?.();
    }
  }
  return { classes, rows, failures, withheld };
}

type Changed = { readonly picture: Picture } | { readonly error: Error };

const changedPictures = (
  films: readonly Sample[],
  change: (film: Sample) => Promise<Image>,
  description: ModelDescription,
): Promise<Changed[]> =>
  Promise.all(
    films.map(async (film) => {
      try {
        return { picture: pictureOf({ ...film, picture: await change(film) }, description) };
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return { error };
      }
    }),
  );

function rowOf(predictions: readonly { readonly label: string; readonly score: number }[], classes: readonly string[]): Float64Array {
  const row = new Float64Array(classes.length);
  for (const { label, score } of predictions) row[classes.indexOf(label)] = score;
  return row;
}

/** What the columns of scores are called: `P(covid)`. */
export const scoreColumn = (label: string): string => `P(${label})`;

/** The class of a column of scores, also as the tables of systems call it: `p_covid`. */
const classIn = (column: string): string | undefined => /^P\((.+)\)$/.exec(column)?.[1] ?? /^p_(.+)$/.exec(column)?.[1];

/**
 * Scores from a table with a row a film, found by its `file`, and a column `P(class)` for each class, as this program writes it, or `p_class`,
 * as `train --system` does.
 * @throws InputError for a table without such columns, a film that it lacks or has twice, and a score that is no number.
 */
export async function readScores(path: string, films: readonly Sample[]): Promise<Scores> {
  const { columns, rows } = readCsv(new TextDecoder().decode(await readBytes(path)), path);
  const file = columns.indexOf("file");
  const places = columns.flatMap((column, place) => (classIn(column) === undefined ? [] : [place]));
  if (file < 0 || places.length === 0)
    throw new InputError(path, `needs a column file and columns such as P(covid), has ${columns.join(", ")}`);
  const byFile = new Map<string, readonly string[]>();
  for (const row of rows) {
    if (byFile.has(row[file])) throw new InputError(path, `has two rows for ${row[file]}`);
    byFile.set(row[file], row);
  }
  const classes = places.map((place) => classIn(columns[place]) ?? "");
  return {
    classes,
    failures: [],
    withheld: films.map(() => false),
    rows: films.map(({ name }) => {
      const row = byFile.get(name);
      if (!row) throw new InputError(path, `has no row for ${name}`);
      return Float64Array.from(places, (place, c) => {
        const score = Number(row[place]);
        if (row[place].trim() === "" || !Number.isFinite(score))
          throw new InputError(path, `${columns[places[c]]} of ${name} is ${JSON.stringify(row[place])}, no finite number`);
        return score;
      });
    }),
  };
}
