/** The ranges of numbers, by the training films: of those to be predicted, which are brought to 0 … 1, and of those that are read. */
import { InputError } from "../bytes.ts";
import type { ClinicalValues } from "../models/clinical-values.ts";
import { scaledBy, type ValueScaler } from "../models/value-scaler.ts";
import type { Dataset, Sample } from "./dataset.ts";

/**
 * The least and the greatest of each value among these films.
 * @throws InputError for a film without values, or a value that is the same in all.
 */
export const scalerOf = (dataset: Dataset, names: readonly string[]): ValueScaler =>
  rangesOf(dataset, names, ({ values }, _, i) => values?.[i]);

/**
 * The numbers beside these films that a network is to read, with the least and the greatest of each.
 * @throws InputError for a film without one of them, or one that is the same in all.
 */
export const clinicalOf = (dataset: Dataset, names: readonly string[]): ClinicalValues => ({
  names,
  ...rangesOf(dataset, names, ({ clinical }, name) => clinical?.[name]),
});

function rangesOf(
  { name, samples }: Dataset,
  names: readonly string[],
  numberOf: (sample: Sample, name: string, i: number) => number | undefined,
): ValueScaler {
  const columns = names.map((value, i) =>
    samples.map((sample) => {
      const number = numberOf(sample, value, i);
      if (number === undefined) throw new InputError(name, `${sample.name} has no ${value}`);
      return number;
    }),
  );
  const lowest = columns.map((values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY));
  const highest = columns.map((values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY));
  const constant = names.find((_, i) => !(highest[i] > lowest[i]));
  if (constant !== undefined) throw new InputError(name, `${constant} is the same in all ${samples.length} films, it cannot be scaled`);
  return { lowest, highest };
}

/** The films with scaled values; those of others than the scaler's films may lie outside 0 … 1. */
export const withScaledValues = (dataset: Dataset, scaler: ValueScaler): Dataset => ({
  ...dataset,
  samples: dataset.samples.map((sample) => ({
    ...sample,
    values: sample.values?.map((value, i) => scaledBy(scaler, value, i)),
  })),
});
