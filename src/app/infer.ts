/** Scores of chest films: `npx tsx src/app/infer.ts FILES…` */
import { basename, join } from "node:path";
import { Command, Option } from "commander";
import { InputError } from "../bytes.ts";
import type { Finding } from "../imaging/quality.ts";
import type { Image } from "../loaders/image.ts";
import { encodePng } from "../loaders/png.ts";
import { type Combination, combinations, type Disagreement, type Ensemble, ensemble, type MemberResult } from "../models/ensemble.ts";
import type { Model } from "../models/model.ts";
import type { OutlierScores, Withheld } from "../models/out-of-distribution/detector.ts";
import type { Milliseconds, Prediction } from "../models/result.ts";
import { makeFolder } from "../training/write-file.ts";
import { numbers } from "./arguments.ts";
import { besideValues, type ClinicalOptions, checkOneFilm, withClinicalOption } from "./clinical-option.ts";
import { complain, exitCode, isMain, note, runProgram, wholeNumber, withSharedOptions } from "./command-line.ts";
import { type FilmOptions, readOptionsOf, withFilmOptions } from "./film-options.ts";
import { noteFilm, percent, problemOf, roundedTimes } from "./film-report.ts";
import { expandInputs } from "./inputs.ts";
import { type ModelOptions, openModel, withModelOptions } from "./models.ts";
import { writeNew } from "./output-files.ts";
import { progressBar } from "./progress.ts";
import { scoreText } from "./score-text.ts";
import { version } from "./version.ts";

interface InferOptions extends Omit<ModelOptions, "model">, FilmOptions, ClinicalOptions {
  readonly model?: readonly string[];
  readonly combine?: Combination;
  readonly memberWeights?: readonly number[];
  readonly force: boolean;
  readonly top?: number;
  readonly json: boolean;
  readonly batch: number;
  readonly out?: string;
}

/** One file's line of the result, as JSON has it. */
interface FileResult {
  readonly file: string;
  /** Of an ensemble, each with the deviation of its members' scores. */
  readonly predictions?: readonly (Prediction & { readonly deviation?: number })[];
  /** Why there is no answer. */
  readonly withheld?: Withheld & { readonly member?: string };
  readonly outlierScores?: OutlierScores;
  readonly members?: readonly MemberResult[];
  readonly disagreement?: Disagreement;
  readonly segmentation?: readonly { readonly label: string; readonly share: number; readonly mask?: string }[];
  readonly notes?: readonly string[];
  /** What speaks against the picture as a film. */
  readonly findings?: readonly Finding[];
  readonly milliseconds?: Milliseconds;
  readonly error?: string;
}

export const inferCommand = (): Command =>
  withSharedOptions(withClinicalOption(withFilmOptions(withModelOptions(new Command("infer"), { several: true }))))
    .description("Score chest films with a network. Research use, not for clinical use.")
    .argument("<files...>", "PNG, JPEG, DICOM, TIFF, WebP and BMP files, folders, globs, or - for a list of them on stdin")
    .option("--top <k>", "only the k highest scores", wholeNumber(1))
    .option("--json", "one JSON document on stdout", false)
    .option("--batch <n>", "pictures a run", wholeNumber(1), 1)
    .addOption(new Option("--combine <rule>", "how several models answer together; by default by the mean").choices(combinations))
    .option("--member-weights <a,b,…>", "how much each model counts, for --combine weighted", numbers)
    .option("--force", "also answer where a film is unlike those that the model was fitted on", false)
    .option("--out <folder>", "where a segmentation model writes its masks, as NAME.mask.png")
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  infer samples/phantom.png                                   labelled probabilities
  infer films/ --json --batch 8 > scores.json                 a folder, for another program
  infer film.dcm --pixels display                             through the window that the film names
  infer photo.jpg --arch resnet50 --weights r50.pth --checks off   what is no chest film, by a network for it
  infer film.png --model lungs-unet16 --out masks             lung masks
  infer film.png --arch resnet50 --weights r50.safetensors --labels names.txt --top 5
  infer film.png --model cxr-resnet18 --model cxr-mobilenet-v2   both, and how far they disagree

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU, 4 some inputs failed or got no answer.`,
    )
    .action(infer);

async function infer(typed: readonly string[], options: InferOptions, command: Command): Promise<void> {
  const { model: names = [], weights, combine, memberWeights } = options;
  if (names.length < 2 && (combine !== undefined || memberWeights !== undefined))
    command.error("error: --combine and --member-weights are for several models (--model, repeated)");
  const files = await expandInputs(typed);
  checkOneFilm(files, options);
  const opened = await openAll(names.length > 0 && weights === undefined ? names : [undefined], options);
  const [{ model, name }] = opened;
  const together = opened.length > 1 ? ensembleOf(opened, options) : undefined;
  const bar = progressBar(files.length, options);
  const results: FileResult[] = [];
  const report = (result: FileResult): void => {
    bar.increment();
    results.push(result);
    noteFilm(result, options);
    if (result.error !== undefined) complain(new InputError(result.file, result.error));
    else if (!options.json) process.stdout.write(format(result, files.length > 1));
  };
  const { task } = model.description;
  const isSegmentation = task === "segmentation";
  if (task === "regression" && options.top !== undefined)
    throw new InputError(name, "predicts values, none of which is higher than another (--top)");
  if (options.out !== undefined && !isSegmentation) throw new InputError(name, `is a ${task} model, it has no masks to write (--out)`);
  try {
    const all = together
      ? judgeAll(together, files, options)
      : isSegmentation
        ? segmentAll(model, files, options)
        : scoreAll(model, files, options);
    for await (const result of all) report(result);
  } finally {
    // Also where the GPU fails midway: what was done by then is not lost.
    bar.stop();
    if (options.json) {
      const adapter = { class: model.device.profile.class, description: model.device.profile.description };
      const described = opened.map(({ name, model: { description } }) => {
        const { arch, task, classes } = description;
        return { name, arch, task, classes, precision: options.precision };
      });
      const ran = together ? { models: described, combine: together.combine, weights: together.weights } : { model: described[0] };
      process.stdout.write(`${JSON.stringify({ tool: "roentgen", version, adapter, ...ran, results }, undefined, 2)}\n`);
    }
  }
  if (results.some(({ error, withheld }) => error !== undefined || withheld !== undefined)) process.exitCode = exitCode.someFailed;
  if (results.some(({ error }) => error === undefined)) note("Research use only, not for clinical use.", options);
}

/** A model as it is opened, and what it is called. */
type Opened = Awaited<ReturnType<typeof openModel>>;

/** The models of these names, or the default one, on one device. */
async function openAll(names: readonly (string | undefined)[], { model: _, ...options }: InferOptions): Promise<Opened[]> {
  const decode = readOptionsOf(options);
  const opened: Opened[] = [];
  for (const model of names)
    opened.push(await openModel({ ...options, model }, { decode, answerAll: options.force, device: opened[0]?.model.device }));
  return opened;
}

function ensembleOf(opened: readonly Opened[], options: InferOptions): Ensemble {
  const { combine = options.memberWeights ? "weighted" : "mean", memberWeights: weights } = options;
  return ensemble(
    opened.map(({ model }) => model),
    { combine, weights, names: opened.map(({ name }) => name), decode: readOptionsOf(options) },
  );
}

async function* scoreAll(model: Model, files: readonly string[], options: InferOptions): AsyncGenerator<FileResult> {
  const { batch, top } = options;
  const pictures = files.map((file) => besideValues(file, options));
  for await (const outcome of model.predictAll(pictures, { batch })) {
    const file = files[outcome.index];
    if ("error" in outcome) yield { file, error: problemOf(file, outcome.error) };
    else {
      const { predictions, withheld, outlierScores, notes, findings, milliseconds } = outcome.result;
      const answer = withheld ? { withheld } : { predictions: predictions.slice(0, top) };
      yield { file, ...answer, outlierScores, notes, findings, milliseconds: roundedTimes(milliseconds) };
    }
  }
}

async function* judgeAll(models: Ensemble, files: readonly string[], options: InferOptions): AsyncGenerator<FileResult> {
  const { batch, top } = options;
  const pictures = files.map((file) => besideValues(file, options));
  for await (const outcome of models.predictAll(pictures, { batch })) {
    const file = files[outcome.index];
    if ("error" in outcome) yield { file, error: problemOf(file, outcome.error) };
    else {
      const { predictions, withheld, members, disagreement, notes, findings, milliseconds } = outcome.result;
      const answer = withheld ? { withheld } : { predictions: predictions.slice(0, top), disagreement };
      yield { file, ...answer, members, notes, findings, milliseconds: roundedTimes(milliseconds) };
    }
  }
}

async function* segmentAll(model: Model, files: readonly string[], { out, clinical }: InferOptions): AsyncGenerator<FileResult> {
  if (clinical) throw new InputError(model.description.arch, "segments films alone (--clinical)");
  if (out !== undefined) await makeFolder(out);
  for (const file of files) {
    try {
      const { maps, notes, findings, milliseconds } = await model.segment(file);
      const segmentation: { label: string; share: number; mask?: string }[] = [];
      for (const { label, map } of maps) {
        const mask = maskOf(map);
        const share = Array.from(mask.data).filter(Boolean).length / mask.data.length;
        const path = out && (await writeMask(mask, out, file, maps.length > 1 ? label : undefined));
        segmentation.push({ label, share, mask: path });
      }
      yield { file, segmentation, notes, findings, milliseconds: roundedTimes(milliseconds) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      yield { file, error: problemOf(file, error) };
    }
  }
}

/** White where the probability is above one half. */
const maskOf = ({ width, height, data }: Image): Image => ({
  width,
  height,
  channels: 1,
  bitDepth: 8,
  data: Uint8Array.from(data, (probability) => (probability > 32767.5 ? 255 : 0)),
});

/** @throws InputError where there is such a file already. */
async function writeMask(mask: Image, folder: string, file: string, label: string | undefined): Promise<string> {
  const path = join(folder, `${basename(file).replace(/\.[^.]+$/, "")}${label === undefined ? "" : `.${label}`}.mask.png`);
  await writeNew(path, encodePng(mask));
  return path;
}

function format(result: FileResult, withName: boolean): string {
  const { file, withheld, members = [], disagreement } = result;
  const lines = withheld ? [`no answer: ${withheld.member ? `${withheld.member}: ` : ""}${withheld.reason}`] : table(rowsOf(result));
  const own = table(
    members.map(({ name, predictions: [best], withheld }) => [name, best ? scoreText(best) : "", best?.label ?? withheld?.measure ?? ""]),
  );
  const differing = disagreement
    ? [`disagreement ${disagreement.mutualInformation.toFixed(3)} of ${disagreement.entropy.toFixed(3)} nats of uncertainty`]
    : [];
  const text = [...lines, ...(members.length > 0 ? ["", ...own, ...differing] : [])];
  return `${[...(withName ? [file] : []), ...text.map((line) => (withName && line !== "" ? `  ${line}` : line))].join("\n")}\n`;
}

/** Name, number, and what else there is to say. */
type Row = readonly [name: string, value: string, more: string];

function rowsOf({ predictions = [], segmentation = [] }: FileResult): Row[] {
  const more = ({ positive, deviation, unit }: NonNullable<FileResult["predictions"]>[number]): string =>
    deviation === undefined ? (positive ? "positive" : "") : `± ${scoreText({ score: deviation, unit }).replace(/ .*/, "")}`;
  return [
    ...predictions.map((prediction): Row => [prediction.label, scoreText(prediction), more(prediction)]),
    ...segmentation.map(({ label, share, mask }): Row => [label, `${percent(share)} of the picture`, mask ?? ""]),
  ];
}

function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value, more]) => `${name.padEnd(width)}  ${value.padStart(7)}  ${more}`.trimEnd());
}

if (isMain(import.meta.url)) await runProgram(inferCommand());
