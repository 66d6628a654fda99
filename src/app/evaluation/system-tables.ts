/** What a published system puts out of films that were judged: its own tables by its own rules, beside the report's. */
import type { ScoredFilms as SystemFilms } from "../../systems/scored-films.ts";
import type { Results, System } from "../../systems/system.ts";
import type { Cell, Table, Tables } from "../../systems/table.ts";
import { GROUP } from "../../training/merge-classes.ts";
import type { ScoredFilms } from "./judge.ts";
import type { JudgedModel, Section } from "./result.ts";
import type { ReportTable } from "./table.ts";

export interface SystemOutput {
  readonly system: System;
  /** By the models' names. */
  readonly models: Readonly<Record<string, Tables>>;
  /** Of several models. */
  readonly comparison?: Tables;
}

/** Judges models by the rules of a system. The mean of several is no member of it. */
export function systemOutput(system: System, judged: readonly JudgedModel[]): SystemOutput {
  const results = Object.fromEntries(
    judged
      .filter(({ agreement }) => agreement === undefined)
      .map(({ model, test, validation }): [string, Results] => [
        model,
        { test: systemFilms(test), ...(validation && { val: systemFilms(validation) }) },
      ]),
  );
  const models = Object.fromEntries(Object.entries(results).map(([name, own]) => [name, system.tables(own)]));
  return { system, models, ...(Object.keys(results).length > 1 && { comparison: system.comparison(results) }) };
}

const systemFilms = ({ name: set, classes, films, labels, scores }: ScoredFilms): SystemFilms => ({
  set,
  classes,
  films: films.map(({ name, patient, tags }, n) => ({
    name,
    patient,
    source: tags?.source,
    group: tags?.[GROUP] ?? classes[labels[n]],
    label: labels[n],
    probabilities: Array.from(scores.subarray(n * classes.length, (n + 1) * classes.length)),
  })),
});

/** Rows above which a table is in its file alone. */
const MOST_ROWS = 30;

/** The short tables, for people; the long ones are in files. */
export function systemSection({ system, models, comparison = {} }: SystemOutput): Section {
  const of = (owner: string, tables: Tables): ReportTable[] => {
    const short = Object.entries(tables).filter(([, { length }]) => length > 0 && length <= MOST_ROWS);
    return short.map(([name, table]) => reportTable(`${owner}: ${name.replaceAll("_", " ")}`, table));
  };
  return {
    title: `${system.name}, by its own rules`,
    tables: [...Object.entries(models).flatMap(([name, tables]) => of(name, tables)), ...of(system.paper, comparison)],
  };
}

/** As JSON has it, by the names of models and tables. */
export const systemDocument = ({ system: { name, paper }, models, comparison }: SystemOutput): Record<string, unknown> => ({
  name,
  paper,
  models,
  comparison,
});

/** A table of few and long rows stands on its side. */
function reportTable(title: string, table: Table): ReportTable {
  const columns = [...new Set(table.flatMap((row) => Object.keys(row)))];
  const textOf = (row: Table[number], column: string): string => cellText(row[column] ?? "");
  if (columns.length <= 10 || table.length > 6)
    return { title, columns, rows: table.map((row) => columns.map((column) => textOf(row, column))) };
  const [first, ...rest] = columns;
  return {
    title,
    columns: [first, ...table.map((row) => textOf(row, first))],
    rows: rest.map((column) => [column.replaceAll("_", " "), ...table.map((row) => textOf(row, column))]),
  };
}

const cellText = (value: Cell): string =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)).toString() : String(value);
