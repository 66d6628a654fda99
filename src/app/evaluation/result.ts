/** All that an evaluation found: as tables for people, and as one document for programs. */
import { readBytes } from "../../bytes.ts";
import { sha256 } from "../../loaders/sha256.ts";
import { isDefined, type Statistic } from "../../statistics/not-defined.ts";
import type { EvaluateOptions } from "../evaluate-options.ts";
import { version } from "../version.ts";
import type { Audit, Shown } from "./audit.ts";
import type { ComparedPair } from "./compare.ts";
import type { OneClass, Subgroup, Within } from "./groups.ts";
import { headlineTable } from "./headline.ts";
import type { Judgement } from "./judge.ts";
import type { ReportTable } from "./table.ts";
import { classesTable, confusionTable, overallTable, short, subgroupTable, thresholdTables, withinTable } from "./tables.ts";

export interface JudgedModel extends Judgement {
  /** SHA-256 of the model's values and preprocessing; not of a table of scores. */
  readonly hash?: string;
  /** The text of its card. */
  readonly card?: string;
  /** All test films, each shown whole. */
  readonly whole: Shown;
  readonly audit?: Audit;
  readonly within: readonly (Within | OneClass)[];
  readonly groups: readonly {
    readonly positive: string;
    readonly column: string;
    readonly threshold?: number;
    readonly found: readonly Subgroup[];
  }[];
}

export interface Section {
  readonly title: string;
  readonly tables: readonly ReportTable[];
}

/** A section a model, and one that compares them. */
export function tablesOf(judged: readonly JudgedModel[], pairs: readonly ComparedPair[], source: string): Section[] {
  const sections = judged.map((model): Section => {
    const tables = [
      headlineTable(model.whole, model.test.classes.length, model.within, model.audit, source),
      overallTable(model),
      ...(model.within.length > 0 ? [withinTable(model.within, source)] : []),
      ...confusionTable(model),
      classesTable(model),
      ...thresholdTables(model),
      ...model.groups.flatMap(({ positive, found, threshold }) => (found.length > 0 ? [subgroupTable(positive, found, threshold)] : [])),
    ];
    return { title: model.model, tables: tables.map((table) => ({ ...table, title: `${model.model}: ${table.title}` })) };
  });
  return pairs.length > 0 ? [...sections, { title: "Comparison", tables: [answersTable(pairs), areasTable(pairs)] }] : sections;
}

const pText = (p: Statistic): string => (isDefined(p) ? (p < 0.001 ? p.toExponential(1) : p.toFixed(3)) : p.notDefined);

function answersTable(pairs: readonly ComparedPair[]): ReportTable {
  return {
    title: "Right answers of pairs of models on the same films (McNemar)",
    columns: ["first", "second", "only first right", "only second right", "difference of accuracy", "exact p"],
    rows: pairs.map(({ first, second, answers }) =>
      isDefined(answers)
        ? [first, second, String(answers.onlyFirst), String(answers.onlySecond), short(answers.difference), pText(answers.exactP)]
        : [first, second, "", "", answers.notDefined, ""],
    ),
    notes: ["Every film counts for itself, also where several are of one patient."],
  };
}

function areasTable(pairs: readonly ComparedPair[]): ReportTable {
  return {
    title: "Areas under ROC of pairs of models on the same films (DeLong, paired)",
    columns: ["class", "first", "second", "area of the first", "of the second", "difference", "p"],
    rows: pairs.flatMap(({ first, second, areas }) =>
      areas.map(({ positive, comparison }) => [
        positive,
        first,
        second,
        short(comparison.first),
        short(comparison.second),
        short(comparison.difference),
        pText(comparison.p),
      ]),
    ),
  };
}

/** Everything as JSON has it: no list of a number a film, which the tables of images hold. */
export async function documentOf(
  data: string,
  judged: readonly JudgedModel[],
  pairs: readonly ComparedPair[],
  { label, split, chooseOn, where, positive, resamples, seed }: EvaluateOptions,
): Promise<Record<string, unknown>> {
  return {
    tool: "roentgen",
    version,
    data: { path: data, sha256: await hashOf(data), label, split, chooseOn, where, positive },
    bootstrap: { resamples, seed },
    models: judged.map(({ model, hash, test, classes, each, within, groups, audit }) => ({
      model,
      hash,
      films: test.films.length,
      patients: test.clusters && new Set(test.clusters).size,
      classes: isDefined(classes) ? { ...classes, predicted: undefined } : classes,
      each: each.map(({ positive: own, report, without }) => ({
        positive: own,
        ...report,
        thresholds: report.thresholds.map(({ predicted: _, threshold, ...rest }) => ({
          ...rest,
          threshold: { ...threshold, chosenOn: { ...threshold.chosenOn, ids: undefined, clusters: undefined } },
        })),
        without,
      })),
      within,
      groups,
      audit,
    })),
    comparisons: pairs,
  };
}

/** Of a file; a folder has none. */
async function hashOf(path: string): Promise<string | undefined> {
  const bytes = await readBytes(path).catch(() => undefined);
  return bytes && sha256(bytes);
}
