/** The folder of an evaluation: tables of images and thresholds for programs, and the report for people. */
import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { InputError } from "../../bytes.ts";
import { writeCsv } from "../../loaders/csv.ts";
import { predictedClasses } from "../../statistics/confusion.ts";
import { isDefined } from "../../statistics/not-defined.ts";
import { thresholdTable } from "../../statistics/threshold-table.ts";
import type { Dataset } from "../../training/dataset.ts";
import { makeFolder } from "../../training/write-file.ts";
import { writeNew } from "../output-files.ts";
import { columnValue } from "./films.ts";
import { mistakesOf } from "./gallery.ts";
import { binarySet, type Judgement, type ScoredFilms } from "./judge.ts";
import { type ModelPage, modelCharts, reportPage } from "./page.ts";
import type { JudgedModel, Section } from "./result.ts";
import { scoreColumn } from "./scores.ts";
import { tableMarkdown } from "./table.ts";

/** @throws InputError for a folder that holds anything. */
export async function checkReportFolder(path: string): Promise<void> {
  if ((await readdir(path).catch(() => [])).length > 0)
    throw new InputError(path, "is not empty, and nothing is overwritten; take another folder");
}

export interface ReportContext {
  readonly title: string;
  readonly dataset: Dataset;
  readonly source: string;
  readonly label: string;
  /** Whether small pictures of films are in the page. */
  readonly gallery: boolean;
}

/** Writes `report.html`, `report.md`, `report.json`, and for each model `NAME.images.csv`, `NAME.thresholds.csv` and its charts. */
export async function writeReport(
  path: string,
  judged: readonly JudgedModel[],
  sections: readonly Section[],
  document: Readonly<Record<string, unknown>>,
  context: ReportContext,
): Promise<void> {
  await makeFolder(path);
  const write = (name: string, text: string) => writeNew(`${path}/${name}`, text);
  await write("report.json", `${JSON.stringify(document, undefined, 2)}\n`);
  await write("report.md", markdown(sections, context.title));
  const pages: ModelPage[] = [];
  for (const [name, model] of fileNames(judged)) {
    await write(`${name}.images.csv`, imagesCsv(model.test, context));
    await write(`${name}.thresholds.csv`, thresholdsCsv(model));
    const { films } = model.test;
    const classOf = (place: number) => columnValue(context.dataset, films[place], context.label, context.label);
    const charts = await modelCharts(model, classOf);
    for (const chart of charts) await write(`${name}.${chart.name.replace(/[^\w.-]+/g, "-")}.svg`, chart.svg);
    const mistakes = context.gallery ? await mistakesOf(model, classOf) : [];
    pages.push({ section: sections[pages.length], charts, mistakes, card: model.card });
  }
  const facts = [
    ["data", context.title],
    ...judged.map(({ model, hash }) => [model, hash ? `SHA-256 ${hash}` : "a table of scores"]),
  ] as const;
  const { sha256: dataHash } = document.data as { readonly sha256?: string };
  const all = [...facts, ...(dataHash ? [["SHA-256 of the data's table", dataHash] as const] : [])] as (readonly [string, string])[];
  await write(
    "report.html",
    reportPage({ title: `Evaluation on ${basename(context.title)}`, facts: all }, pages, sections.slice(pages.length)),
  );
}

/** A file name for each model: its own name without folders and ending, numbered where two are alike. */
export function fileNames(judged: readonly JudgedModel[]): Map<string, JudgedModel> {
  const names = new Map<string, JudgedModel>();
  for (const model of judged) {
    const name = basename(model.model)
      .replace(/\.(safetensors|onnx|pth?|bin|h5|keras|csv)$/, "")
      .replace(/[^\w.-]+/g, "-");
    let own = name;
    for (let n = 2; names.has(own); n++) own = `${name}-${n}`;
    names.set(own, model);
  }
  return names;
}

const markdown = (sections: readonly Section[], title: string): string =>
  [
    `# Evaluation on ${title}`,
    "",
    "**Research and demonstration only: not a medical device, not for clinical use.**",
    "",
    ...sections.flatMap(({ title: heading, tables }) => [`## ${heading}`, "", ...tables.map(tableMarkdown)]),
  ].join("\n");

/** A row a film: what it is, what it is taken for, every score, and where it comes from. */
function imagesCsv({ films, labels, classes, scores }: ScoredFilms, { dataset, source, label }: ReportContext): string {
  const predicted = predictedClasses(scores, classes.length);
  return writeCsv({
    columns: ["file", "truth", "predicted", "mistake", ...classes.map(scoreColumn), source, "patient"],
    rows: films.map((film, n) => [
      film.name,
      film.label === undefined ? "" : dataset.classes[film.label],
      // A model of one class has no highest score to go by.
      ...(classes.length > 1 ? [classes[predicted[n]], predicted[n] === labels[n] ? "0" : "1"] : ["", ""]),
      ...classes.map((_, c) => String(scores[n * classes.length + c])),
      columnValue(dataset, film, source, label),
      film.patient ?? film.group ?? "",
    ]),
  });
}

/** 201 thresholds in steps of 0.005, as Liang 2021 sweeps them, for each class. */
function thresholdsCsv({ test, each }: Judgement): string {
  const number = (value: unknown): string => (typeof value === "number" ? String(value) : "");
  return writeCsv({
    columns: ["class", "threshold", "TP", "FN", "FP", "TN", "sensitivity", "specificity", "ppv", "npv", "f1", "youden"],
    rows: each.flatMap(({ positive, report }) => {
      if (!isDefined(report.calibration)) return [];
      const { scores, labels } = binarySet(test, positive);
      return thresholdTable(scores, labels).map((row) => [
        positive,
        String(row.threshold),
        ...[row.truePositives, row.falseNegatives, row.falsePositives, row.trueNegatives].map(String),
        ...[row.sensitivity, row.specificity, row.ppv, row.npv].map(({ value }) => number(value)),
        number(row.f1),
        number(row.youden),
      ]);
    }),
  });
}
