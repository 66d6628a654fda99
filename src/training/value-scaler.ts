/** Numbers to be predicted, brought to 0 … 1 by the training films. */
import { InputError } from "../bytes.ts";
import { scaledBy, type ValueScaler } from "../models/value-scaler.ts";
import type { Dataset } from "./dataset.ts";

/**
 * The least and the greatest of each value among these films.
 * @throws InputError for a film without values, or a value that is the same in all.
 */
export function scalerOf({ name, samples }: Dataset, names: readonly string[]): ValueScaler {
  const columns = names.map((value, i) =>
    samples.map((sample) => {
      const number = sample.values?.[i];
      if (number === undefined) throw new InputError(name, `${sample.name} has no ${value}`);
      return number;
    }),
  );
  const lowest = columns.map((values) => Math.min(...values));
  const highest = columns.map((values) => Math.max(...values));
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
