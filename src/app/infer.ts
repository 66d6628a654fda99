/** Scores of chest films: `npx tsx src/app/infer.ts FILES…` */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Command, Option } from "commander";
import { InputError } from "../bytes.ts";
import type { DecodeOptions, Image } from "../loaders/image.ts";
import { encodePng } from "../loaders/png.ts";
import type { Milliseconds, Model, Prediction } from "../models/model.ts";
import { complain, exitCode, isMain, note, runProgram, wholeNumber, withSharedOptions } from "./command-line.ts";
import { expandInputs } from "./inputs.ts";
import { type ModelOptions, openModel, withModelOptions } from "./models.ts";
import { progressBar } from "./progress.ts";
import { version } from "./version.ts";

interface InferOptions extends ModelOptions, DecodeOptions {
  readonly top?: number;
  readonly json: boolean;
  readonly batch: number;
  readonly out?: string;
}

/** One file's line of the result, as JSON has it. */
interface FileResult {
  readonly file: string;
  readonly predictions?: readonly Prediction[];
  readonly segmentation?: readonly { readonly label: string; readonly share: number; readonly mask?: string }[];
  readonly notes?: readonly string[];
  readonly milliseconds?: Milliseconds;
  readonly error?: string;
}

export const inferCommand = (): Command =>
  withSharedOptions(withModelOptions(new Command("infer")))
    .description("Score chest films with a network. Research use, not for clinical use.")
    .argument("<files...>", "PNG, JPEG, DICOM, TIFF, WebP and BMP files, folders, globs, or - for a list of them on stdin")
    .option("--top <k>", "only the k highest scores", wholeNumber(1))
    .option("--json", "one JSON document on stdout", false)
    .option("--batch <n>", "pictures a run", wholeNumber(1), 1)
    .option("--frame <n>", "which frame of a DICOM file or page of a TIFF, from 1", wholeNumber(1))
    .addOption(
      new Option("--pixels <kind>", "DICOM's stored values, as networks are trained on, or as its look-up tables display them")
        .choices(["stored", "display"])
        .default("stored"),
    )
    .option("--window <n>", "which of a DICOM file's windows, with --pixels display", wholeNumber(1))
    .option("--out <folder>", "where a segmentation model writes its masks, as NAME.mask.png")
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  infer samples/phantom.png                                   labelled probabilities
  infer films/ --json --batch 8 > scores.json                 a folder, for another program
  infer film.dcm --pixels display                             through the window that the film names
  infer film.png --model lungs-unet16 --out masks             lung masks
  infer film.png --arch resnet50 --weights r50.safetensors --labels names.txt --top 5

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU, 4 some inputs failed.`,
    )
    .action(infer);

async function infer(typed: readonly string[], options: InferOptions): Promise<void> {
  const files = await expandInputs(typed);
  const { model, name } = await openModel(options, { decode: { frame: options.frame, pixels: options.pixels, window: options.window } });
  const bar = progressBar(files.length, options);
  const results: FileResult[] = [];
  const report = (result: FileResult): void => {
    bar.increment();
    results.push(result);
    for (const text of result.notes ?? []) note(`${result.file}: ${text}`, options);
    if (result.error !== undefined) complain(new InputError(result.file, result.error));
    else if (!options.json) process.stdout.write(format(result, files.length > 1));
  };
  const { task } = model.description;
  const isSegmentation = task === "segmentation";
  if (options.out !== undefined && !isSegmentation) throw new InputError(name, `is a ${task} model, it has no masks to write (--out)`);
  try {
    for await (const result of isSegmentation ? segmentAll(model, files, options) : scoreAll(model, files, options)) report(result);
  } finally {
    // Also where the GPU fails midway: what was done by then is not lost.
    bar.stop();
    if (options.json) {
      const adapter = { class: model.device.profile.class, description: model.device.profile.description };
      const { arch, classes } = model.description;
      const document = { tool: "roentgen", version, adapter, model: { name, arch, task, classes, precision: options.precision }, results };
      process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    }
  }
  if (results.some(({ error }) => error !== undefined)) process.exitCode = exitCode.someFailed;
  if (results.some(({ error }) => error === undefined)) note("Research use only, not for clinical use.", options);
}

async function* scoreAll(model: Model, files: readonly string[], { batch, top }: InferOptions): AsyncGenerator<FileResult> {
  for await (const outcome of model.predictAll(files, { batch })) {
    const file = files[outcome.index];
    if ("error" in outcome) yield { file, error: problemOf(file, outcome.error) };
    else
      yield {
        file,
        predictions: outcome.result.predictions.slice(0, top),
        notes: outcome.result.notes,
        milliseconds: rounded(outcome.result.milliseconds),
      };
  }
}

async function* segmentAll(model: Model, files: readonly string[], { out }: InferOptions): AsyncGenerator<FileResult> {
  if (out !== undefined) await makeFolder(out);
  for (const file of files) {
    try {
      const { maps, notes, milliseconds } = await model.segment(file);
      const segmentation: { label: string; share: number; mask?: string }[] = [];
      for (const { label, map } of maps) {
        const mask = maskOf(map);
        const share = Array.from(mask.data).filter(Boolean).length / mask.data.length;
        const path = out && (await writeMask(mask, out, file, maps.length > 1 ? label : undefined));
        segmentation.push({ label, share, mask: path });
      }
      yield { file, segmentation, notes, milliseconds: rounded(milliseconds) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      yield { file, error: problemOf(file, error) };
    }
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new InputError(path, "is no folder and cannot be made one", { cause });
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
  try {
    await writeFile(path, encodePng(mask), { flag: "wx" });
  } catch (cause) {
    const exists = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new InputError(path, exists ? "exists already, and nothing is overwritten" : "cannot be written", { cause });
  }
  return path;
}

/** The message without the file's name, which stands beside it. */
const problemOf = (file: string, { message }: Error): string =>
  message.startsWith(`${file}: `) ? message.slice(file.length + 2) : message;

const rounded = ({ decode, preprocess, run }: Milliseconds): Milliseconds => ({
  decode: round(decode),
  preprocess: round(preprocess),
  run: round(run),
});
const round = (value: number): number => Math.round(value * 100) / 100;

function format({ file, predictions = [], segmentation = [] }: FileResult, withName: boolean): string {
  const rows = [
    ...predictions.map(({ label, score, positive }) => [label, `${(score * 100).toFixed(1)} %`, positive ? "positive" : ""]),
    ...segmentation.map(({ label, share, mask }) => [label, `${(share * 100).toFixed(1)} % of the picture`, mask ?? ""]),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value, more]) =>
    `${withName ? "  " : ""}${label.padEnd(width)}  ${value.padStart(7)}  ${more}`.trimEnd(),
  );
  return `${[...(withName ? [file] : []), ...lines].join("\n")}\n`;
}

if (isMain(import.meta.url)) await runProgram(inferCommand());
