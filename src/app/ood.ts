/** Teaching a model which pictures it can judge: `npx tsx src/app/ood.ts MANIFEST --model FILE --out FILE` */
import { basename } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { InputError, type Source } from "../bytes.ts";
import { requestDevice } from "../gpu/device.ts";
import { readSafetensors, writeSafetensors } from "../loaders/safetensors.ts";
import type { StoredTensor } from "../loaders/stored-tensor.ts";
import { readWeights } from "../loaders/weights-file.ts";
import { describeWeights } from "../models/describe.ts";
import type { ModelDescription } from "../models/description.ts";
import { type Measure, measures, OOD_PREFIX, type OutOfDistribution } from "../models/out-of-distribution/description.ts";
import { isOfDetector, type OutlierScores, readDetector, type Statistics } from "../models/out-of-distribution/detector.ts";
import { stageSizes } from "../models/out-of-distribution/features.ts";
import { allowedRejections, fitStatistics, fitThresholds, scaled, stageScales } from "../models/out-of-distribution/fit.ts";
import { outputsOf } from "../models/outputs.ts";
import { networkNamed } from "../models/registry.ts";
import { type LoadedWeights, toTensors, weightsFrom } from "../models/weights.ts";
import type { Tensor } from "../tensor.ts";
import { type Dataset, samplesIn } from "../training/dataset.ts";
import { type FeatureReader, type FeatureRows, openFeatureReader } from "../training/feature-rows.ts";
import { readManifest } from "../training/manifest.ts";
import { writeWhole } from "../training/write-file.ts";
import { condition, list, numberWithin } from "./arguments.ts";
import { isMain, note, runProgram, type SharedOptions, wholeNumber, withSharedOptions } from "./command-line.ts";
import { sourceOf } from "./models.ts";
import { cardWith, oodSection } from "./ood-card.ts";
import { measureOod, type OodReport } from "./ood-report.ts";
import { outlierPictures } from "./outlier-pictures.ts";
import { isThere } from "./output-files.ts";
import { progressBar } from "./progress.ts";
import { version } from "./version.ts";

interface OodOptions extends SharedOptions {
  readonly model: string;
  readonly out: string;
  readonly reject: number;
  readonly label: string;
  readonly where?: Readonly<Record<string, readonly string[]>>;
  readonly stages?: readonly string[];
  readonly measures: readonly Measure[];
  readonly references: number;
  readonly neighbour: number;
  readonly temperature: number;
  readonly outliers?: string;
  readonly draw: number;
  readonly batch: number;
  readonly workers: number;
  readonly force: boolean;
  readonly json: boolean;
}

export const oodCommand = (): Command =>
  withSharedOptions(new Command("ood"))
    .description("Fit what tells a model's films from pictures that it cannot judge (out of distribution), and measure it.")
    .argument("<manifest>", "the CSV table of films that the model was trained with, with its columns for the class and the split")
    .requiredOption("--model <name|file>", "the classifier: a shipped model, or a .safetensors file")
    .requiredOption("--out <file>", "the .safetensors file to write; its card is written beside it")
    .option("--reject <share>", "of the validation films that may be withheld, which fixes the thresholds", numberWithin(0, 1), 0.01)
    .option("--label <column>", "the manifest's column with the class", "label")
    .option("--where <column=a,b>", "only rows with one of these texts; may be repeated", condition)
    .option("--stages <a,b,…>", "the network's stages that are looked at; by default its features before the classifier", list)
    .option(`--measures <a,b,…>`, `of ${measures.join(", ")}`, measureList, [...measures])
    .option("--references <n>", "training films whose features are stored", wholeNumber(1), 256)
    .option("--neighbour <k>", "which neighbour's distance knn is", wholeNumber(1), 5)
    .option("--temperature <t>", "of the energy", positive, 1)
    .option("--outliers <folder>", "pictures that are no films, to be measured beside the drawn ones")
    .option("--draw <n>", "drawn outliers of each kind", wholeNumber(1), 40)
    .option("--batch <n>", "pictures a run", wholeNumber(1), 8)
    .option("--workers <n>", "threads that decode films", wholeNumber(0), 1)
    .option("--force", "overwrite", false)
    .option("--json", "what was measured as one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  ood films.csv --model runs/first/model.safetensors --out first.safetensors
  ood films.csv --label label3 --model cxr-resnet18 --stages layer3,avgpool --reject 0.02 --out resnet18.safetensors
  ood films.csv --model first.safetensors --outliers photographs/ --out second.safetensors

Statistics are of the films whose split is train, thresholds of val; rates are measured on test, on drawn pictures that are no films, and on
test films inverted, turned and upside down.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU.`,
    )
    .action(ood);

function positive(text: string): number {
  const value = numberWithin(0, Number.POSITIVE_INFINITY)(text);
  if (value === 0) throw new InvalidArgumentError("a number above 0 is needed.");
  return value;
}

function measureList(text: string): Measure[] {
  const names = list(text);
  const found = measures.filter((measure) => names.includes(measure));
  const unknown = names.filter((name) => !measures.some((measure) => measure === name));
  if (unknown.length > 0 || found.length === 0) throw new InvalidArgumentError(`known are ${measures.join(", ")}.`);
  return found;
}

async function ood(manifest: string, options: OodOptions): Promise<void> {
  const { out, label, where, batch, adapter, force } = options;
  if (!/\.safetensors$/i.test(out)) throw new InputError(out, "must be a .safetensors file, the only kind that holds a detector");
  const card = out.replace(/\.safetensors$/i, ".md");
  for (const path of [out, card])
    if (!force && (await isThere(path))) throw new InputError(path, "exists already, and nothing is overwritten without --force");
  const model = await readModel(options.model);
  const { description } = model;
  const films = await readManifest(manifest, { label, where, classes: description.classes });
  const sets = { train: samplesIn(films, "train"), val: samplesIn(films, "val"), test: samplesIn(films, "test") };
  for (const part of [sets.train, sets.val])
    if (part.samples.length === 0) throw new InputError(part.name, "holds no films; statistics are of those of train, thresholds of val");

  explained(sets.val, () => allowedRejections(sets.val.samples.length, options.reject));
  const stages = options.stages ?? [networkNamed(description.arch).embedding];
  stageSizes(outputsOf(description, model.weights, 1).raw, stages, description.arch);
  const device = await requestDevice({ adapter });
  note(`${options.model}, ${stages.join(", ")} on ${device.profile.description}`, options);
  using reader = await openFeatureReader(device, description, model.weights, stages, batch);
  const fitted = fit(await rowsOf(reader, sets.train, options), sets.train, stages, reader.sizes, options);
  const val = fitted.judge(await rowsOf(reader, sets.val, options));
  const { thresholds, rejected } = explained(sets.val, () => fitThresholds(val, options.reject));
  const outOfDistribution = { ...fitted.description, thresholds };

  const hasTest = sets.test.samples.length > 0;
  const tested = hasTest
    ? { name: "test", part: sets.test, scores: fitted.judge(await rowsOf(reader, sets.test, options)) }
    : { name: "val", part: sets.val, scores: val };
  const outliers: { kind: string; scores: OutlierScores[] }[] = [];
  for await (const { kind, images } of outlierPictures(description, tested.part, options))
    outliers.push({ kind, scores: fitted.judge(await reader.ofImages(images)) });
  device.destroy();
  const report: OodReport = {
    tool: `roentgen ${version}`,
    adapter: device.profile.description,
    data: basename(manifest),
    reject: options.reject,
    films: { train: sets.train.samples.length, val: sets.val.samples.length, rejected },
    ...measureOod(outOfDistribution, tested, outliers),
  };
  const section = oodSection(outOfDistribution, report);
  await writeWhole(out, fileOf(model, { ...outOfDistribution, about: report }, fitted.stored));
  await writeWhole(card, new TextEncoder().encode(await cardWith(section, model.source, basename(card, ".md"))));
  const document = { ...report, tool: "roentgen", version, out, ...outOfDistribution };
  process.stdout.write(options.json ? `${JSON.stringify(document, undefined, 2)}\n` : `${section}\n`);
  note("Research use only, not for clinical use.", options);
}

interface ModelFile {
  readonly source: Source;
  readonly description: ModelDescription;
  readonly metadata: Readonly<Record<string, string>>;
  /** The network's values, as stored. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly weights: LoadedWeights;
}

/**
 * A classifier, without the detector that it may have.
 * @throws InputError for a model that does not classify by softmax.
 * @throws WeightsError for weights that are not its network's.
 */
async function readModel(name: string): Promise<ModelFile> {
  const source = sourceOf(name);
  const read = await readWeights(source);
  const tensors = new Map([...read.tensors].filter(([key]) => !isOfDetector(key)));
  const { outOfDistribution: _, ...own } = read.metadata;
  const { description, metadata } = describeWeights({ ...read, metadata: own, tensors }, name, {});
  if (description.task !== "classification" || description.output !== "softmax")
    throw new InputError(name, `is for ${description.task} by ${description.output}; films are told from others by classes and a softmax`);
  const weights = weightsFrom(toTensors(tensors));
  outputsOf(description, weights, 1);
  weights.verify(name);
  return { source, description, metadata, tensors, weights };
}

async function rowsOf(reader: FeatureReader, part: Dataset, options: OodOptions): Promise<FeatureRows> {
  const bar = progressBar(part.samples.length, options);
  let shown = 0;
  const onProgress = (done: number) => {
    for (; shown < done; shown++) bar.increment();
  };
  try {
    return await reader.ofFilms(part, { workers: options.workers, onProgress });
  } finally {
    bar.stop();
  }
}

interface Fitted {
  readonly description: OutOfDistribution;
  /** The statistics by their names in a file, in half precision where it holds them. */
  readonly stored: ReadonlyMap<string, StoredTensor>;
  judge(rows: FeatureRows): OutlierScores[];
}

/** The statistics of the films of a part, and what judges others by them: as they are stored, so that thresholds belong to what is read back. */
function fit(
  { features }: FeatureRows,
  part: Dataset,
  stages: readonly string[],
  sizes: readonly number[],
  { measures: wanted, references, seed, neighbour, temperature }: OodOptions,
): Fitted {
  const labels = part.samples.map(({ label = 0 }) => label);
  const { classes } = part;
  const scales = explained(part, () => stageScales(features, labels, classes.length, sizes));
  const statistics = explained(part, () =>
    fitStatistics(scaled(features, scales, sizes), labels, classes.length, { measures: wanted, references, seed }),
  );
  const stored = storedStatistics(statistics);
  // Measured are those that have a threshold.
  const thresholds = Object.fromEntries(wanted.map((measure) => [measure, 0]));
  const description = { stages, scales, neighbour, temperature, thresholds };
  const values = new Map([...toTensors(stored)]);
  const { scores } = readDetector(description, values, classes.length, features.shape[1], part.name);
  return {
    description,
    stored,
    judge(rows) {
      const own = scaled(rows.features, scales, sizes);
      return Array.from({ length: own.shape[0] }, (_, n) => scores(rowOf(own, n), rowOf(rows.logits, n)));
    },
  };
}

const rowOf = ({ shape: [, size], data }: Tensor, n: number): Float32Array => data.subarray(n * size, (n + 1) * size);

/** Means as they are; the others, which are many numbers, in half precision. */
function storedStatistics({ means, ...large }: Statistics): Map<string, StoredTensor> {
  const stored = (values: Readonly<Record<string, Tensor | undefined>>, dtype: "F32" | "F16"): (readonly [string, StoredTensor])[] => {
    const present = Object.entries(values).flatMap(([name, value]) => (value ? [[OOD_PREFIX + name, value] as const] : []));
    return [...readSafetensors(writeSafetensors(new Map(present), { dtype }), "statistics").tensors];
  };
  return new Map([...stored({ means }, "F32"), ...stored(large, "F16")]);
}

/** What the films do not allow, under their name. */
function explained<T>({ name }: Dataset, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw cause instanceof RangeError ? new InputError(name, cause.message, { cause }) : cause;
  }
}

function fileOf(
  { tensors, metadata }: ModelFile,
  outOfDistribution: OutOfDistribution,
  statistics: ReadonlyMap<string, StoredTensor>,
): Uint8Array {
  const said = { ...metadata, outOfDistribution: JSON.stringify(outOfDistribution) };
  return writeSafetensors(new Map([...tensors, ...statistics]), { dtype: "F32", metadata: said });
}

if (isMain(import.meta.url)) await runProgram(oodCommand());
