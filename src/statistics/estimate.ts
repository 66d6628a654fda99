/** What is reported of a quantity: its value, and an interval that names its method. */
import { isDefined, type NotDefined, notDefined, type Statistic, statisticText } from "./not-defined.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface Interval {
  readonly lower: number;
  readonly upper: number;
  /** The confidence level, two-sided: 0.95. */
  readonly level: number;
  /** Such as "Wilson", "DeLong" or "percentile bootstrap of 2000 resamples by cluster, seed 1". */
  readonly method: string;
}

/** A value may be defined where its interval is not: an area of exactly 1 has no variance. */
export interface Estimate {
  readonly value: Statistic;
  readonly interval: Interval | NotDefined;
}

export interface LevelOptions {
  /** The confidence level of intervals, two-sided. */
  readonly level?: number;
}

/** Neither value nor interval, for one reason. */
export const noEstimate = (reason: string): Estimate => ({ value: notDefined(reason), interval: notDefined(reason) });

/** "0.903 (95%: 0.853–0.940, Wilson)", or why not. */
export function estimateText({ value, interval }: Estimate, digits = 3): string {
  const text = statisticText(value, digits);
  if (!isDefined(value)) return text;
  if (!isDefined(interval)) return `${text} (interval not defined: ${interval.notDefined})`;
  const { lower, upper, level, method } = interval;
  return `${text} (${Number((100 * level).toFixed(4))}%: ${lower.toFixed(digits)}–${upper.toFixed(digits)}, ${method})`;
}

/** @throws StatisticsError for a level that is not between 0 and 1. */
export function checkLevel(subject: string, level: number): void {
  if (!(level > 0 && level < 1)) throw new StatisticsError(subject, `the level must be between 0 and 1, got ${level}`);
}
