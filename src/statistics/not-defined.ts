/** A statistic is a number, or says why there is none for these data: never NaN. */
import { StatisticsError } from "./statistics-error.ts";

/** Why there is no value, such as "no positive cases". Plain data, so that it prints and goes through JSON. */
export interface NotDefined {
  readonly notDefined: string;
}

export type Statistic = number | NotDefined;

export const notDefined = (reason: string): NotDefined => ({ notDefined: reason });

/** Whether there is a value: a number, an interval, a curve. */
export const isDefined = <T>(value: T | NotDefined): value is T => !(typeof value === "object" && value !== null && "notDefined" in value);

/** numerator / denominator, or the reason where the denominator is 0. */
export const ratio = (numerator: number, denominator: number, reason: string): Statistic =>
  denominator > 0 ? numerator / denominator : notDefined(reason);

/** A number made of others, or the reason of the first that has no value. */
export function combined(values: readonly Statistic[], combine: (...values: number[]) => number): Statistic {
  const numbers: number[] = [];
  for (const value of values) {
    if (!isDefined(value)) return value;
    numbers.push(value);
  }
  return combine(...numbers);
}

/**
 * The value, where there has to be one.
 * @throws StatisticsError with the reason where it is not defined.
 */
export function defined<T>(subject: string, value: T | NotDefined): T {
  if (isDefined(value)) return value;
  throw new StatisticsError(subject, `not defined: ${value.notDefined}`);
}

/** "0.903", or "not defined: no positive cases". */
export const statisticText = (value: Statistic, digits = 3): string =>
  isDefined(value) ? value.toFixed(digits) : `not defined: ${value.notDefined}`;
