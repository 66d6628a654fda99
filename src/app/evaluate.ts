/** Judging classifiers on films with known classes: `npx tsx src/app/evaluate.ts MANIFEST --model NAME` */
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { InputError } from "../bytes.ts";
import { type Device, requestDevice } from "../gpu/device.ts";
import { loadModel } from "../models/model.ts";
import { defaultModel, shippedModel } from "../models/shipped.ts";
import type { Dataset, Sample } from "../training/dataset.ts";
import { complain, exitCode, isMain, note, runProgram, withSharedOptions } from "./command-line.ts";
import { type EvaluateOptions, withEvaluateOptions } from "./evaluate-options.ts";
import { type Audit, audit, shown } from "./evaluation/audit.ts";
import { type ComparedPair, comparePairs } from "./evaluation/compare.ts";
import { columnValue, filmsIn, readFilms } from "./evaluation/films.ts";
import { subgroups, withinSources } from "./evaluation/groups.ts";
import { judge, scoredFilms } from "./evaluation/judge.ts";
import { checkReportFolder, writeReport } from "./evaluation/report-folder.ts";
import { documentOf, type JudgedModel, tablesOf } from "./evaluation/result.ts";
import { readScores, type Scores, scoreFilms } from "./evaluation/scores.ts";
import { tableText } from "./evaluation/table.ts";
import { sourceOf } from "./models.ts";
import { progressBar } from "./progress.ts";
import { version } from "./version.ts";

export const evaluateCommand = (): Command =>
  withSharedOptions(withEvaluateOptions(new Command("evaluate")))
    .description("Judge classifiers on films whose classes are known. Research use, not for clinical use.")
    .argument("<manifest|folder>", "a CSV table of films, or a folder with a folder a class")
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  evaluate films.csv --label label3                                     the default model on the split test
  evaluate films.csv --model a.safetensors,b.safetensors --report out   two models on the same films, with a page
  evaluate films.csv --positive covid --threshold "sensitivity>=0.95,0.5" --prevalence 0.01,0.1
  evaluate films.csv --where source=kermany --by view,label             some of the films, told apart by columns
  evaluate films.csv --label label3 --audit --report out                 how much of the score needs no lungs
  evaluate films.csv --scores out/a.images.csv                          scores that were computed before, by any program

A rule for a threshold is followed on the films of --choose-on and judged on those of --split; a number is taken as it is, and said to be.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU, 4 some films could not be read.`,
    )
    .action(evaluate);

async function evaluate(data: string, options: EvaluateOptions): Promise<void> {
  const { label, split, chooseOn, source, report } = options;
  if (report !== undefined) await checkReportFolder(report);
  const dataset = await readFilms(data, options);
  const test = filmsIn(dataset, split);
  const validation = validationFilms(dataset, options);
  const valueIn = (column: string) => (films: readonly Sample[]) => (place: number) => columnValue(dataset, films[place], column, label);

  const judged: JudgedModel[] = [];
  let failures = 0;
  for await (const { name, scores, ...about } of scoresOfEach(dataset, test, validation, options)) {
    for (const { film, error } of scores.failures) complain(new InputError(film, error.message.replace(`${film}: `, "")));
    failures += scores.failures.length;
    const ofTest = scoredFilms(dataset, split, test, { ...scores, rows: scores.rows.slice(0, test.length) }, label);
    const rest = { ...scores, rows: scores.rows.slice(test.length) };
    const ofValidation = rest.rows.some(Boolean) ? scoredFilms(dataset, chooseOn, validation, rest, label) : undefined;
    const judgement = judge(name, ofTest, ofValidation, {
      ...options,
      thresholds: options.threshold,
      prevalences: options.prevalence,
      ...about,
    });
    const { films } = judgement.test;
    judged.push({
      ...judgement,
      hash: about.hash,
      card: about.card,
      audit: about.audit,
      whole: shown(judgement.test, options),
      within: withinSources(judgement.test, valueIn(source)(films), options),
      groups: judgement.each.flatMap(({ positive, report: { thresholds } }) =>
        options.by.map((column) => {
          const threshold = thresholds[0]?.threshold.value;
          return { positive, column, threshold, found: subgroups(judgement.test, positive, threshold, column, valueIn(column)(films)) };
        }),
      ),
    });
  }
  const pairs: ComparedPair[] = comparePairs(judged);
  const tables = tablesOf(judged, pairs, source);
  const document = await documentOf(data, judged, pairs, options);
  if (report !== undefined)
    await writeReport(report, judged, tables, document, { title: data, dataset, source, label, gallery: options.gallery });
  process.stdout.write(
    options.json
      ? `${JSON.stringify(document, undefined, 2)}\n`
      : `${tables.map(({ tables: own }) => own.map(tableText).join("\n\n")).join("\n\n")}\n`,
  );
  if (failures > 0) process.exitCode = exitCode.someFailed;
  note("Research use only, not for clinical use.", options);
}

/** The films that thresholds are chosen on: none where the manifest has no such set, or no rule is to be followed. */
function validationFilms(dataset: Dataset, { split, chooseOn, threshold }: EvaluateOptions): readonly Sample[] {
  if (threshold.every((choice) => typeof choice === "number")) return [];
  if (split === chooseOn)
    throw new InputError(dataset.name, `thresholds chosen on ${chooseOn} cannot be judged on it (--split, --choose-on)`);
  return dataset.samples.filter((sample) => sample.split === chooseOn);
}

interface ModelScores {
  readonly name: string;
  /** Of the test films, and then of those that thresholds are chosen on. */
  readonly scores: Scores;
  readonly hash?: string;
  readonly modelThresholds?: Readonly<Record<string, number>>;
  readonly card?: string;
  readonly audit?: Audit;
}

/** The scores of each model, or of each table, one after the other. */
async function* scoresOfEach(
  dataset: Dataset,
  test: readonly Sample[],
  validation: readonly Sample[],
  options: EvaluateOptions,
): AsyncGenerator<ModelScores> {
  if (options.scores) {
    for (const path of options.scores) yield { name: path, scores: await readScores(path, [...test, ...validation]) };
    return;
  }
  const device = await requestDevice({ adapter: options.adapter });
  try {
    for (const name of options.model ?? [defaultModel]) yield await scoresOf(name, device, dataset, test, validation, options);
  } finally {
    device.destroy();
  }
}

async function scoresOf(
  name: string,
  device: Device,
  dataset: Dataset,
  test: readonly Sample[],
  validation: readonly Sample[],
  options: EvaluateOptions,
): Promise<ModelScores> {
  const { batch, precision, split, label, source } = options;
  using model = await loadModel(sourceOf(name), { device, precision });
  const films = [...test, ...validation];
  note(`${name} (${model.description.arch}), ${films.length} films of ${dataset.name} on ${device.profile.description}`, options);
  const bar = progressBar(films.length + (options.audit ? 2 * test.length : 0), options);
  const onFilm = () => bar.increment();
  try {
    const scores = await scoreFilms(model, films, { batch, onFilm });
    const about = { name, scores, hash: await model.hash(), modelThresholds: model.description.thresholds, card: await cardOf(name) };
    if (!options.audit) return about;
    using segmenter = await loadModel(shippedModel("lungs-unet16"), { device, precision });
    const train = dataset.samples.filter((sample) => sample.split === "train");
    const scored = scoredFilms(dataset, split, test, { ...scores, rows: scores.rows.slice(0, test.length) }, label);
    const sourceIn = (film: Sample) => columnValue(dataset, film, source, label);
    return {
      ...about,
      audit: await audit(model, dataset, scored, { ...options, segmenter, labelColumn: label, source: sourceIn, train, onFilm }),
    };
  } finally {
    bar.stop();
  }
}

/** The card beside a model's file, where there is one: NAME.md beside NAME.safetensors, FOLDER.md in the folder of a training. */
async function cardOf(name: string): Promise<string | undefined> {
  const source = sourceOf(name);
  const path = source instanceof URL ? fileURLToPath(source) : String(source);
  const folder = basename(dirname(resolve(path)));
  const candidates = [path.replace(/\.[^.]+$/, ".md"), join(dirname(path), `${folder}.md`)];
  for (const candidate of candidates) {
    const text = await readFile(candidate, "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

if (isMain(import.meta.url)) await runProgram(evaluateCommand());
