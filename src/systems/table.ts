/** Results as tables: rows of named cells, to be written as CSV and JSON. */
import { writeCsv } from "../loaders/csv.ts";
import type { Estimate } from "../statistics/estimate.ts";
import { isDefined, type Statistic } from "../statistics/not-defined.ts";

export type Cell = string | number;

/** Rows of the same columns. */
export type Table = readonly Readonly<Record<string, Cell>>[];

export type Tables = Readonly<Record<string, Table>>;

/** A table as CSV: columns in the order in which rows bring them; a cell that a row lacks is empty. */
export function csvOf(table: Table): string {
  const columns = [...new Set(table.flatMap((row) => Object.keys(row)))];
  return writeCsv({ columns, rows: table.map((row) => columns.map((column) => String(row[column] ?? ""))) });
}

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
