/** Exponential averages of batch statistics [2, channels]: the new batch counts `momentum`, its variance divided by count − 1. */
import { type Values, values } from "./values.ts";

interface Options {
  readonly momentum: number;
  readonly count?: number;
}

export const runningMean = (running: Values, { data }: Values, { momentum }: Options): Values =>
  values(
    running.shape,
    running.data.map((value, c) => (1 - momentum) * value + momentum * data[c]),
  );

export const runningVariance = (running: Values, { data }: Values, { momentum, count = 2 }: Options): Values =>
  values(
    running.shape,
    running.data.map((value, c) => (1 - momentum) * value + (momentum * data[running.data.length + c] * count) / (count - 1)),
  );
