/** All that an evaluation found: as tables for people, and as one document for programs. */
import { readBytes } from "../../bytes.ts";
import { sha256 } from "../../loaders/sha256.ts";
import { estimateText } from "../../statistics/estimate.ts";
import { isDefined, type Statistic } from "../../statistics/not-defined.ts";
import type { Proportion } from "../../statistics/proportion.ts";
import type { EvaluateOptions } from "../evaluate-options.ts";
import { version } from "../version.ts";
import type { Audit, HiddenPart, Shown } from "./audit.ts";
import type { ComparedPair } from "./compare.ts";
import type { Mistake } from "./gallery.ts";
import type { OneClass, Subgroup, Within } from "./groups.ts";
import { headlineTable } from "./headline.ts";
import type { Judgement } from "./judge.ts";
import type { MemberAgreement } from "./mean-scores.ts";
import { type SystemOutput, systemDocument, systemSection } from "./system-tables.ts";
import type { ReportTable } from "./table.ts";
import { classesTable, confusionTable, methodsOf, overallTable, short, subgroupTable, thresholdTables, withinTable } from "./tables.ts";

export interface JudgedModel extends Judgement {
  /** SHA-256 of the model's values and preprocessing; not of a table of scores. */
  readonly hash?: string;
  /** The adapter and precision that the scores were computed with. */
  readonly adapter?: string;
  /** The text of its card. */
  readonly card?: string;
  /** All test films, each shown whole; and those that the model answers, where it withholds any. */
  readonly whole: Shown;
  readonly answered?: Shown;
  readonly audit?: Audit;
  readonly within: readonly (Within | OneClass)[];
  readonly groups: readonly {
    readonly positive: string;
    readonly column: string;
    readonly threshold?: number;
    readonly found: readonly Subgroup[];
  }[];
  /** The worst ones, where a report shows them. */
  readonly mistakes: readonly Mistake[];
  /** Of the mean of several models. */
  readonly agreement?: MemberAgreement;
}

/** Several models beside each other. */
export interface Comparison {
  readonly pairs: readonly ComparedPair[];
  /** Why there is no mean of the models, where that is so. */
  readonly withoutMean?: string;
  readonly system?: SystemOutput;
}

export interface Section {
  readonly title: string;
  readonly tables: readonly ReportTable[];
}

/** A section a model, and one that compares them. */
export function tablesOf(judged: readonly JudgedModel[], { pairs, withoutMean, system }: Comparison, source: string): Section[] {
  const sections = judged.map((model): Section => {
    const tables = [
      headlineTable(model, source),
      ...(model.agreement ? [agreementTable(model.agreement)] : []),
      overallTable(model),
      ...(model.within.length > 0 ? [withinTable(model.within, source)] : []),
      ...confusionTable(model),
      classesTable(model),
      ...thresholdTables(model),
      ...model.groups.flatMap(({ positive, found, threshold }) => (found.length > 0 ? [subgroupTable(positive, found, threshold)] : [])),
    ];
    return { title: model.model, tables: tables.map((table) => ({ ...table, title: `${model.model}: ${table.title}` })) };
  });
  return [
    ...sections,
    ...(pairs.length > 0 ? [{ title: "Comparison", tables: [answersTable(pairs, withoutMean), areasTable(pairs)] }] : []),
    ...(system ? [systemSection(system)] : []),
  ];
}

const pText = (p: Statistic): string => (isDefined(p) ? (p < 0.001 ? p.toExponential(1) : p.toFixed(3)) : p.notDefined);

function agreementTable({ members, agreed, divided, mutualInformation, tellsMistakes }: MemberAgreement): ReportTable {
  const rightOf = (found: Proportion) => [String(found.trials), `${found.successes}`, short(found)];
  return {
    title: `Where ${members.join(" and ")} disagree`,
    columns: ["answers of the members", "films", "right answers of the mean", "share"],
    rows: [
      ["all the same", ...rightOf(agreed)],
      ["not all the same", ...rightOf(divided)],
    ],
    notes: [
      ...methodsOf([agreed, divided]),
      `Mutual information of answer and member: ${mutualInformation.toFixed(4)} nats a film on average.`,
      `As a sign that the mean is wrong its area under ROC is ${estimateText(tellsMistakes)}; 0.5 would tell nothing.`,
    ],
  };
}

function answersTable(pairs: readonly ComparedPair[], withoutMean: string | undefined): ReportTable {
  return {
    title: "Right answers of pairs of models on the same films (McNemar)",
    columns: ["first", "second", "only first right", "only second right", "difference of accuracy", "exact p"],
    rows: pairs.map(({ first, second, answers }) =>
      isDefined(answers)
        ? [first, second, String(answers.onlyFirst), String(answers.onlySecond), short(answers.difference), pText(answers.exactP)]
        : [first, second, "", "", answers.notDefined, ""],
    ),
    notes: [
      "Every film counts for itself, also where several are of one patient.",
      ...(withoutMean === undefined ? [] : [`There is no mean of the models: ${withoutMean}.`]),
    ],
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
  { pairs, withoutMean, system }: Comparison,
  { label, split, chooseOn, where, positive, resamples, seed }: EvaluateOptions,
): Promise<Record<string, unknown>> {
  return {
    tool: "roentgen",
    version,
    node: process.version,
    data: { path: data, sha256: await hashOf(data), label, split, chooseOn, where, positive },
    bootstrap: { resamples, seed },
    models: judged.map(
      ({ model, hash, adapter, test, classes, each, within, groups, audit, whole, answered, tied, agreement, mistakes }) => ({
        model,
        hash,
        adapter,
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
        whole,
        answered,
        tied,
        within,
        groups,
        audit: audit && { ...audit, lungsHidden: withoutScores(audit.lungsHidden), borderOnly: withoutScores(audit.borderOnly) },
        agreement: agreement && { ...agreement, films: undefined },
        mistakes: mistakes.map(({ picture: _, heatMap: __, neighbours, ...mistake }) => ({
          ...mistake,
          neighbours: neighbours.map(({ film, truth, distance }) => ({ film, truth, distance })),
        })),
      }),
    ),
    comparisons: pairs,
    withoutMean,
    system: system && systemDocument(system),
  };
}

const withoutScores = ({ scores: _, ...part }: HiddenPart): Omit<HiddenPart, "scores"> => part;

/** Of a file; a folder has none. */
async function hashOf(path: string): Promise<string | undefined> {
  const bytes = await readBytes(path).catch(() => undefined);
  return bytes && sha256(bytes);
}
