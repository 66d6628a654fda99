/** Films with what a network made of them, by the names of the classes. */
import { InputError } from "../bytes.ts";
import type { ScoredSet } from "../statistics/scored-set.ts";
import type { Dataset } from "../training/dataset.ts";
import type { Evaluation } from "../training/evaluate.ts";
import { GROUP } from "../training/merge-classes.ts";
import type { Table } from "./table.ts";

export interface ScoredFilms {
  /** The name of the set, such as "test". */
  readonly set: string;
  /** In the order of the probabilities. */
  readonly classes: readonly string[];
  readonly films: readonly ScoredFilm[];
}

export interface ScoredFilm {
  readonly name: string;
  readonly patient?: string;
  readonly source?: string;
  /** The class that it had before classes were merged, else its class. */
  readonly group: string;
  /** A place in `classes`. */
  readonly label: number;
  readonly probabilities: readonly number[];
}

/**
 * The softmax of a classifier's raw outputs, film by film.
 * @throws InputError for a film without a class.
 */
export function scoredFilms(set: string, { name, classes, samples }: Dataset, { rows }: Pick<Evaluation, "rows">): ScoredFilms {
  const outputs = rows.shape[1];
  const films = samples.map(({ name: film, patient, tags, label }, n) => {
    if (label === undefined) throw new InputError(name, `${film} has no class`);
    const logits = Array.from(rows.data.subarray(n * outputs, (n + 1) * outputs));
    return { name: film, patient, source: tags?.source, group: tags?.[GROUP] ?? classes[label], label, probabilities: softmax(logits) };
  });
  return { set, classes, films };
}

function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * The scores of one class against all others.
 * @throws InputError where there is no such class.
 */
export function oneAgainstRest({ set, classes, films }: ScoredFilms, positive: string): ScoredSet {
  const place = placeOf(classes, positive);
  const hasPatients = films.every(({ patient }) => patient !== undefined);
  return {
    name: set,
    scores: films.map(({ probabilities }) => probabilities[place]),
    labels: films.map(({ label }) => (label === place ? 1 : 0)),
    ids: films.map(({ name }) => name),
    ...(hasPatients && { clusters: films.map(({ patient = "" }) => patient) }),
  };
}

export function placeOf(classes: readonly string[], name: string): number {
  const place = classes.indexOf(name);
  if (place < 0) throw new InputError(name, `is no class of this training, there are ${classes.join(", ")}`);
  return place;
}

/** The class of the highest probability, the first of equal ones. */
export const predictedOf = ({ films }: ScoredFilms): number[] =>
  films.map(({ probabilities }) => probabilities.indexOf(Math.max(...probabilities)));

/** A row a film: what it is, what it was taken for, and every probability under its class's name. */
export function predictionTable(scored: ScoredFilms): Table {
  const predicted = predictedOf(scored);
  const { set, classes, films } = scored;
  return films.map(({ name, patient = "", source = "", group, label, probabilities }, n) => ({
    file: name,
    set,
    patient,
    source,
    group,
    truth: classes[label],
    predicted: classes[predicted[n]],
    mistake: predicted[n] === label ? 0 : 1,
    ...Object.fromEntries(classes.map((of, c) => [`p_${of}`, probabilities[c]])),
  }));
}

/** The same rows, each with whether the probability of a class reaches a threshold. */
export const positiveAt = (predictions: Table, positive: string, threshold: number): Table =>
  predictions.map((row) => ({ ...row, threshold, positive: Number(row[`p_${positive}`]) >= threshold ? 1 : 0 }));
