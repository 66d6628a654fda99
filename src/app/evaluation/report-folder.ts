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
import { version } from "../version.ts";
import { writeTables } from "../write-tables.ts";
import type { Chart } from "./chart.ts";
import { chartDrawer } from "./chart-png.ts";
import { columnValue } from "./films.ts";
import { binarySet, type Judgement } from "./judge.ts";
import { reportPage } from "./page.ts";
import { type ModelCharts, type ReportCharts, reportCharts } from "./report-charts.ts";
import type { JudgedModel, Section } from "./result.ts";
import { scoreColumn } from "./scores.ts";
import type { SystemOutput } from "./system-tables.ts";
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
  readonly split: string;
  readonly chooseOn: string;
  readonly resamples: number;
  readonly seed: number;
  /** What the models' system puts out by its own rules. */
  readonly system?: SystemOutput;
}

/**
 * Writes `report.html`, `report.md`, `report.json`, for each model `NAME.images.csv`, `NAME.thresholds.csv` and its charts, and for several the
 * charts that compare them; each chart as SVG and PNG.
 * @returns what has to be told of it, such as why there are no PNGs.
 */
export async function writeReport(
  path: string,
  judged: readonly JudgedModel[],
  sections: readonly Section[],
  document: Readonly<Record<string, unknown>>,
  context: ReportContext,
): Promise<string[]> {
  await makeFolder(path);
  const write = (name: string, content: string | Uint8Array) => writeNew(`${path}/${name}`, content);
  const draw = await chartDrawer();
  const writeCharts = async (of: string, charts: readonly Chart[]): Promise<void> => {
    for (const { name, svg } of charts) {
      await write(`${chartFile(of, name)}.svg`, svg);
      if (typeof draw !== "string") await write(`${chartFile(of, name)}.png`, draw(svg));
    }
  };
  const { dataset, label, source, system } = context;
  const { models, comparison } = await reportCharts(judged, (film) => columnValue(dataset, film, label, label), source);
  const names = fileNames(judged.map(({ model }) => model));
  for (const [i, model] of judged.entries()) {
    await write(`${names[i]}.images.csv`, imagesCsv(model, context));
    await write(`${names[i]}.thresholds.csv`, thresholdsCsv(model));
    await writeCharts(names[i], [...models[i].overview, ...models[i].classes.flatMap(({ charts }) => charts)]);
  }
  await writeCharts("comparison", comparison);
  if (system) await writeSystemTables(path, system);
  await write("report.json", `${JSON.stringify(document, undefined, 2)}\n`);
  await write("report.md", markdown(sections, models, names, context.title));
  await write("report.html", htmlOf(judged, sections, { models, comparison }, document, context));
  return typeof draw === "string" ? [draw] : [];
}

/** A chart's file without its ending. */
const chartFile = (of: string, chart: string): string => `${of}.${chart.replace(/[^\w.-]+/g, "-")}`;

function htmlOf(
  judged: readonly JudgedModel[],
  sections: readonly Section[],
  { models, comparison }: ReportCharts,
  document: Readonly<Record<string, unknown>>,
  { title, split, chooseOn, resamples, seed }: ReportContext,
): string {
  const { sha256 } = document.data as { readonly sha256?: string };
  const facts: [name: string, value: string][] = [
    ["data", title],
    ...(sha256 === undefined ? [] : [["SHA-256 of its table", sha256] satisfies [string, string]]),
    ["films", `judged on ${split}, thresholds chosen on ${chooseOn}`],
    ...judged.flatMap(({ model, hash, adapter, agreement }): [string, string][] =>
      agreement ? [] : [[model, hash === undefined ? "a table of scores" : `SHA-256 ${hash}, on ${adapter}`]],
    ),
    ["bootstrap", `${resamples} resamples, seed ${seed}`],
    ["computed with", `roentgen ${version}, Node ${process.version}`],
  ];
  const pages = judged.map(({ mistakes, card }, i) => ({ section: sections[i], charts: models[i], mistakes, card }));
  const rest = sections.slice(judged.length).map((section, i) => ({ section, charts: i === 0 ? comparison : [] }));
  return reportPage({ title: `Evaluation on ${basename(title)}`, facts }, pages, rest);
}

/** Writes the tables of a system: of each model into the folder `NAME.SYSTEM`, what compares them into `comparison.SYSTEM`. */
export async function writeSystemTables(path: string, { system, models, comparison }: SystemOutput): Promise<void> {
  const names = fileNames(Object.keys(models));
  for (const [i, tables] of Object.values(models).entries()) await writeTables(`${path}/${names[i]}.${system.name}`, tables);
  if (comparison) await writeTables(`${path}/comparison.${system.name}`, comparison);
}

/** A file name for each model: its own name without folders and ending, numbered where two are alike. */
function fileNames(models: readonly string[]): string[] {
  const names: string[] = [];
  for (const model of models) {
    const name = basename(model)
      .replace(/\.(safetensors|onnx|pth?|bin|h5|keras|csv)$/, "")
      .replace(/[^\w.-]+/g, "-");
    let own = name;
    for (let n = 2; names.includes(own); n++) own = `${name}-${n}`;
    names.push(own);
  }
  return names;
}

function markdown(sections: readonly Section[], models: readonly ModelCharts[], names: readonly string[], title: string): string {
  const charts = (i: number) =>
    (models[i]?.overview ?? []).flatMap(({ name, caption }) => [`![${caption}](${chartFile(names[i], name)}.svg)`, ""]);
  return [
    `# Evaluation on ${title}`,
    "",
    "**Research and demonstration only: not a medical device, not for clinical use.**",
    "",
    ...sections.flatMap(({ title: heading, tables }, i) => [`## ${heading}`, "", ...charts(i), ...tables.map(tableMarkdown)]),
  ].join("\n");
}

/** A row a film: what it is, what it is taken for, every score, where it comes from, and of a mean the members' mutual information. */
function imagesCsv({ test, agreement }: JudgedModel, { dataset, source, label }: ReportContext): string {
  const { films, labels, classes, scores } = test;
  const predicted = predictedClasses(scores, classes.length);
  return writeCsv({
    columns: [
      "file",
      "truth",
      "predicted",
      "mistake",
      ...classes.map(scoreColumn),
      source,
      "patient",
      ...(agreement ? ["disagreement"] : []),
    ],
    rows: films.map((film, n) => [
      film.name,
      film.label === undefined ? "" : dataset.classes[film.label],
      // A model of one class has no highest score to go by.
      ...(classes.length > 1 ? [classes[predicted[n]], predicted[n] === labels[n] ? "0" : "1"] : ["", ""]),
      ...classes.map((_, c) => String(scores[n * classes.length + c])),
      columnValue(dataset, film, source, label),
      film.patient ?? film.group ?? "",
      ...(agreement ? [String(agreement.films[n].mutualInformation)] : []),
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
