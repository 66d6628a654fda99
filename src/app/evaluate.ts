/** Judging classifiers on films with known classes: `npx tsx src/app/evaluate.ts MANIFEST --model NAME` */
import { Command } from "commander";
import { InputError } from "../bytes.ts";
import { isDefined } from "../statistics/not-defined.ts";
import type { Tables } from "../systems/table.ts";
import type { Dataset, Sample } from "../training/dataset.ts";
import { complain, exitCode, isMain, note, runProgram, withSharedOptions } from "./command-line.ts";
import { type EvaluateOptions, withEvaluateOptions } from "./evaluate-options.ts";
import { type ComparedPair, comparePair, comparePairs } from "./evaluation/compare.ts";
import { filmsIn, readFilms } from "./evaluation/films.ts";
import { judgedMean, judgedModel } from "./evaluation/judged-model.ts";
import { checkReportFolder, writeReport, writeSystemTables } from "./evaluation/report-folder.ts";
import { documentOf, type JudgedModel, type Section, tablesOf } from "./evaluation/result.ts";
import { scoresOfEach } from "./evaluation/score-models.ts";
import type { Scores } from "./evaluation/scores.ts";
import { type ChosenRuns, chosenRuns, foldScores, runFilms } from "./evaluation/system-run.ts";
import { systemDocument, systemOutput, systemSection } from "./evaluation/system-tables.ts";
import { valueTables } from "./evaluation/system-values.ts";
import { tableText } from "./evaluation/table.ts";
import { version } from "./version.ts";

export const evaluateCommand = (): Command =>
  withSharedOptions(withEvaluateOptions(new Command("evaluate")))
    .description("Judge classifiers on films whose classes are known. Research use, not for clinical use.")
    .argument("[manifest|folder]", "a CSV table of films, or a folder with a folder a class; with --system by default the run's own")
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
  evaluate --system minaee2020 --model runs/resnet18,runs/resnet50        trainings of a system, by the rules of its paper

A rule for a threshold is followed on the films of --choose-on and judged on those of --split; a number is taken as it is, and said to be.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU, 4 some films could not be read.`,
    )
    .action(evaluate);

async function evaluate(typed: string | undefined, asked: EvaluateOptions, command: Command): Promise<void> {
  if (asked.report !== undefined) await checkReportFolder(asked.report);
  const chosen = await chosenRuns(asked);
  const data = typed ?? chosen?.run.data;
  if (data === undefined) command.error("error: a manifest or a folder of films is needed");
  if (chosen?.run.isRegression) return evaluateValues(data, chosen, asked);
  const options = chosen ? optionsFor(chosen, asked, command) : asked;
  const { split, source, report } = options;
  const dataset = await (chosen ? runFilms(data, chosen.run, options) : readFilms(data, options));
  // Of a cross-validation every film is a test film, and none is left to choose thresholds on.
  const sets = chosen?.run.isByFolds
    ? { dataset, test: dataset.samples, validation: [] }
    : { dataset, test: filmsIn(dataset, split), validation: validationFilms(dataset, options) };
  const judged: JudgedModel[] = [];
  const scored: Scores[] = [];
  let failures = 0;
  for await (const found of scoresOfEach(sets, options)) {
    const { scores } = found;
    for (const { film, error } of scores.failures) complain(new InputError(film, error.message.replace(`${film}: `, "")));
    failures += scores.failures.length;
    judged.push(await judgedModel(found, sets, options));
    scored.push(scores);
  }
  const pairs: ComparedPair[] = comparePairs(judged);
  const mean = judged.length > 1 ? await judgedMean(judged, scored, sets, options) : undefined;
  if (mean && isDefined(mean)) {
    pairs.push(...judged.map((member) => comparePair(mean, member)));
    judged.push(mean);
  }
  const system = chosen && systemOutput(chosen.system, judged);
  const comparison = { pairs, system, ...(mean && !isDefined(mean) && { withoutMean: mean.notDefined }) };
  const tables = tablesOf(judged, comparison, source);
  const document = await documentOf(data, judged, comparison, options);
  if (report !== undefined)
    for (const told of await writeReport(report, judged, tables, document, { title: data, dataset, ...options, system }))
      note(told, options);
  print(tables, document, options);
  if (failures > 0) process.exitCode = exitCode.someFailed;
}

/** Runs of a member that predicts numbers: the system's tables are all there is. */
async function evaluateValues(data: string, { system, runs }: ChosenRuns, options: EvaluateOptions): Promise<void> {
  const models: Record<string, Tables> = {};
  for (const run of runs) models[run.folder] = await valueTables(system, run, data, options);
  const output = { system, models };
  if (options.report !== undefined) await writeSystemTables(options.report, output);
  print([systemSection(output)], { tool: "roentgen", version, data, system: systemDocument(output) }, options);
}

function print(sections: readonly Section[], document: Readonly<Record<string, unknown>>, options: EvaluateOptions): void {
  process.stdout.write(
    options.json
      ? `${JSON.stringify(document, undefined, 2)}\n`
      : `${sections.map(({ tables }) => tables.map(tableText).join("\n\n")).join("\n\n")}\n`,
  );
  note("Research use only, not for clinical use.", options);
}

/** The options with what the runs' films were chosen by; what is typed wins. */
function optionsFor({ runs, run }: ChosenRuns, asked: EvaluateOptions, command: Command): EvaluateOptions {
  const { label, where, clinical } = run.rules;
  const options = {
    ...asked,
    ...(label !== undefined && command.getOptionValueSource("label") !== "cli" && { label }),
    where: asked.where ?? where,
    clinical: asked.clinical ?? clinical,
  };
  if (!run.isByFolds) return options;
  if (asked.audit) throw new InputError(run.folder, "is a cross-validation: there is no single model to audit");
  return { ...options, model: undefined, scores: runs.map(foldScores), split: "pooled folds" };
}

/** The films that thresholds are chosen on: none where the manifest has no such set, or no rule is to be followed. */
function validationFilms(dataset: Dataset, { split, chooseOn, threshold }: EvaluateOptions): readonly Sample[] {
  if (threshold.every((choice) => typeof choice === "number")) return [];
  if (split === chooseOn)
    throw new InputError(dataset.name, `thresholds chosen on ${chooseOn} cannot be judged on it (--split, --choose-on)`);
  return dataset.samples.filter((sample) => sample.split === chooseOn);
}

if (isMain(import.meta.url)) await runProgram(evaluateCommand());
