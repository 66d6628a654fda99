/** Films with the numbers that a network predicts of them, by name. */
import { InputError } from "../bytes.ts";
import { inUnits, type ValueScaler } from "../models/value-scaler.ts";
import type { Dataset } from "../training/dataset.ts";
import type { Evaluation } from "../training/evaluate.ts";

export interface PredictedFilms {
  readonly set: string;
  /** In the order of the numbers, such as "c_reactive_protein". */
  readonly names: readonly string[];
  /** By what the network's own outputs became these values, where they are scaled. */
  readonly scaler?: ValueScaler;
  readonly films: readonly PredictedFilm[];
}

export interface PredictedFilm {
  readonly name: string;
  readonly patient?: string;
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
}

/**
 * The outputs of a regression, film by film; scaled ones in the units of the films' own values, which are not scaled.
 * @throws InputError for a film without its numbers.
 */
export function predictedFilms(
  set: string,
  names: readonly string[],
  { name, samples }: Dataset,
  { rows }: Pick<Evaluation, "rows">,
  scaler?: ValueScaler,
): PredictedFilms {
  const outputs = names.length;
  const films = samples.map(({ name: film, patient, values }, n) => {
    if (values?.length !== outputs) throw new InputError(name, `${film} has ${values?.length ?? 0} values, ${outputs} are predicted`);
    const predicted = Array.from(rows.data.subarray(n * outputs, (n + 1) * outputs));
    return { name: film, patient, truth: values, predicted: scaler ? predicted.map((value, i) => inUnits(scaler, value, i)) : predicted };
  });
  return { set, names, ...(scaler && { scaler }), films };
}
