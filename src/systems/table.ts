/** Results as tables: rows of named cells, to be written as CSV and JSON. */
import type { Estimate } from "../statistics/estimate.ts";
import { isDefined, type Statistic } from "../statistics/not-defined.ts";

export type Cell = string | number;

/** Rows of the same columns. */
export type Table = readonly Readonly<Record<string, Cell>>[];

export type Tables = Readonly<Record<string, Table>>;

/** A number, or why there is none. */
export const cell = (value: Statistic): Cell => (isDefined(value) ? value : `not defined: ${value.notDefined}`);

/** A value with its interval as cells `name`, `name_lower`, `name_upper` and `name_interval`, the method. */
export function cells(name: string, { value, interval }: Estimate): Record<string, Cell> {
  const has = isDefined(interval);
  return {
    [name]: cell(value),
    [`${name}_lower`]: has ? interval.lower : "",
    [`${name}_upper`]: has ? interval.upper : "",
    [`${name}_interval`]: has ? interval.method : `not defined: ${interval.notDefined}`,
  };
}
