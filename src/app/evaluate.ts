/** Judging classifiers on films with known classes: `npx tsx src/app/evaluate.ts MANIFEST --model NAME` */
import { Command } from "commander";
import { InputError } from "../bytes.ts";
import { type Device, requestDevice } from "../gpu/device.ts";
import { loadModel } from "../models/model.ts";
import { defaultModel } from "../models/shipped.ts";
import type { Dataset, Sample } from "../training/dataset.ts";
import { complain, exitCode, isMain, note, runProgram, withSharedOptions } from "./command-line.ts";
import { type EvaluateOptions, withEvaluateOptions } from "./evaluate-options.ts";
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
  for await (const { name, scores, ...about } of scoresOfEach(dataset, [...test, ...validation], options)) {
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
  if (report !== undefined) await writeReport(report, judged, tables, document, { title: data, dataset, source, label });
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
  readonly scores: Scores;
  readonly hash?: string;
  readonly modelThresholds?: Readonly<Record<string, number>>;
}

/** The scores of each model, or of each table, one after the other. */
async function* scoresOfEach(dataset: Dataset, films: readonly Sample[], options: EvaluateOptions): AsyncGenerator<ModelScores> {
  if (options.scores) {
    for (const path of options.scores) yield { name: path, scores: await readScores(path, films) };
    return;
  }
  const device = await requestDevice({ adapter: options.adapter });
  try {
    for (const name of options.model ?? [defaultModel]) yield await scoresOf(name, device, dataset, films, options);
  } finally {
    device.destroy();
  }
}

async function scoresOf(
  name: string,
  device: Device,
  dataset: Dataset,
  films: readonly Sample[],
  options: EvaluateOptions,
): Promise<ModelScores> {
  using model = await loadModel(sourceOf(name), { device, precision: options.precision });
  note(`${name} (${model.description.arch}), ${films.length} films of ${dataset.name} on ${device.profile.description}`, options);
  const bar = progressBar(films.length, options);
  try {
    const scores = await scoreFilms(model, films, { batch: options.batch, onFilm: () => bar.increment() });
    return { name, scores, hash: await model.hash(), modelThresholds: model.description.thresholds };
  } finally {
    bar.stop();
  }
}

if (isMain(import.meta.url)) await runProgram(evaluateCommand());
