/** Training a network on chest films: `npx tsx src/app/train.ts MANIFEST --arch mobilenet_v2 --out DIR` */
import { readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Command } from "commander";
import { InputError } from "../bytes.ts";
import { type Device, requestDevice } from "../gpu/device.ts";
import { networkNamed } from "../models/registry.ts";
import { openBatches } from "../training/batches.ts";
import { type Checkpoint, readCheckpoint } from "../training/checkpoint.ts";
import { readClassFolders } from "../training/class-folders.ts";
import { classCounts, type Dataset, samplesIn } from "../training/dataset.ts";
import { evaluate } from "../training/evaluate.ts";
import { fingerprints } from "../training/fingerprints.ts";
import { fit } from "../training/fit.ts";
import { checkLeaks, type LeakKind } from "../training/leaks.ts";
import { readManifest } from "../training/manifest.ts";
import { balancedWeights, lossFor } from "../training/objective.ts";
import { recipes } from "../training/recipes.ts";
import { type Report, reportOf } from "../training/report.ts";
import { splitDataset } from "../training/split.ts";
import { newTrainee, type Trainee, traineeFrom } from "../training/trainee.ts";
import { isMain, note, runProgram, withSharedOptions } from "./command-line.ts";
import { bestModel, checkFree, openFolder, type TrainFolder } from "./train-folder.ts";
import { configOf, type TrainOptions, takeConfig, withTrainOptions } from "./train-options.ts";
import { trainingBar } from "./training-bar.ts";
import { version } from "./version.ts";

export const trainCommand = (): Command =>
  withSharedOptions(withTrainOptions(new Command("train")))
    .description("Train a network on chest films. Research use, not for clinical use.")
    .argument("[manifest|folder]", "a CSV table of films, or a folder with a folder a class")
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  train films.csv --arch mobilenet_v2 --size 96 --epochs 20 --out runs/first      from random values
  train films/ --init weights/cxr-resnet18.safetensors --arch resnet18 --freeze trunk --out runs/head
  train lungs.csv --arch unet_small --where convention=lung_fields --out runs/lungs
  train --config runs/first/config.json --seed 1 --out runs/second                the same with another seed
  train --resume runs/first                                                       goes on after Ctrl-C

DIR gets model.safetensors (the best epoch, for \`infer --model\`), its card DIR.md, log.jsonl, curve.svg, config.json,
and the checkpoints last.safetensors and best.safetensors. Ctrl-C finishes the batch and saves; a second one does not.
A manifest's column split tells train, val and test; without one films are dealt out by patient, 70, 10 and 20 %.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU.`,
    )
    .action(train);

async function train(typed: string | undefined, given: TrainOptions, command: Command): Promise<void> {
  const configFile = given.resume === undefined ? given.config : `${given.resume}/config.json`;
  const configured = configFile === undefined ? undefined : takeConfig(command, await textOf(configFile), configFile);
  const options: TrainOptions = command.opts();
  const data = typed ?? configured;
  if (data === undefined) command.error("error: a manifest or a folder of films is needed");
  const out = options.resume ?? options.out;
  if (out === undefined) command.error("error: a folder for the results is needed (--out)");
  if (options.resume === undefined) await checkFree(out);
  const resume = options.resume === undefined ? undefined : await readCheckpoint(`${options.resume}/last.safetensors`);

  const films = await readFilms(data, options);
  const sets = { train: samplesIn(films, "train"), val: samplesIn(films, "val"), test: samplesIn(films, "test") };
  for (const part of [sets.train, sets.val]) if (part.samples.length === 0) throw new InputError(part.name, "holds no films");
  const classes = classesOf(films, options);
  const { arch, size, init, seed, width } = options;
  const trainee = await newTrainee({
    arch,
    classes,
    size,
    init: resume ? "random" : init,
    seed,
    options: width === undefined ? {} : { width },
  });
  const device = await requestDevice({ adapter: options.adapter, toggles: "fast" });
  note(`${arch}, ${trainee.description.input.width} px, ${counted(sets)} on ${device.profile.description}`, options);
  const folder = await openFolder(out, configOf(options, resolve(data)));
  await run(device, trainee, sets, { ...options, data }, folder, resume);
  const report = await test(device, sets.test, folder, options);
  const document = { tool: "roentgen", version, out, adapter: device.profile.description, ...(await folder.finish(report)) };
  process.stdout.write(options.json ? `${JSON.stringify(document, undefined, 2)}\n` : reportText(out, report));
  note("Research use only, not for clinical use.", options);
}

type Sets = Readonly<Record<"train" | "val" | "test", Dataset>>;

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new InputError(path, "cannot be read", { cause });
  }
}

/** The films with their sets, which share no patient, no file and no picture. */
async function readFilms(data: string, { arch, label, classes, mask, values, where, allow = [], seed }: TrainOptions): Promise<Dataset> {
  const { task } = networkNamed(arch);
  const found = await stat(data).catch(() => undefined);
  const films = found?.isDirectory()
    ? await readClassFolders(data, { classes })
    : await readManifest(data, {
        where,
        ...(task === "classification" && { label, classes, leaveOutOthers: true }),
        ...(task === "segmentation" && { mask }),
        ...(task === "regression" && { values }),
      });
  const allowed = leakKinds.filter((kind) => allow.includes(kind) || allow.includes("all"));
  const prints = allowed.length < leakKinds.length ? await fingerprints(films.samples) : undefined;
  const shares = { train: 0.7, val: 0.1, test: 0.2 };
  const split = films.samples.some(({ split }) => split !== undefined) ? films : splitDataset(films, { shares, seed });
  checkLeaks(split, { fingerprints: prints, allow: allowed });
  return split;
}

const leakKinds: readonly LeakKind[] = ["patient", "group", "bytes", "picture"];

function classesOf({ name, classes }: Dataset, { arch, values, classes: given }: TrainOptions): readonly string[] {
  const { task } = networkNamed(arch);
  if (task === "segmentation") return given ?? ["lung"];
  if (task === "classification") return classes;
  if (values === undefined) throw new InputError(name, `${arch} predicts numbers, say in which columns they are (--values)`);
  return values;
}

const counted = (sets: Sets): string =>
  Object.entries(sets)
    .map(([set, { samples }]) => `${samples.length} ${set}`)
    .join(", ");

/** Trains, and keeps the folder up to date. */
async function run(
  device: Device,
  trainee: Trainee,
  sets: Sets,
  options: TrainOptions & { readonly data: string },
  folder: TrainFolder,
  resume: Checkpoint | undefined,
): Promise<void> {
  const { optimizer, momentum, weightDecay, maxNorm, classWeights, sampler, augment, ema } = options;
  const stop = new AbortController();
  const onInterrupt = () => {
    note("finishing the batch, then saving; once more to leave at once", options);
    stop.abort();
  };
  process.once("SIGINT", onInterrupt);
  const bar = trainingBar(options);
  try {
    for await (const epoch of fit(trainee, sets.train, {
      ...options,
      device,
      resume,
      val: sets.val,
      folder: folder.path,
      optimizer: { kind: optimizer, momentum, weightDecay, maxNorm },
      classWeights: classWeights === "balanced" ? balancedWeights(classCounts(sets.train)) : undefined,
      sampler: { kind: sampler },
      augment: augment === "none" ? undefined : recipes[augment],
      averageDecay: ema,
      signal: stop.signal,
      onProgress: bar.update,
    })) {
      await folder.add(epoch, {
        data: basename(options.data),
        films: sets.train.samples.length,
        adapter: device.profile.description,
      });
      bar.epoch(epoch);
    }
  } finally {
    bar.stop();
    process.removeListener("SIGINT", onInterrupt);
  }
  if (stop.signal.aborted) note(`stopped; --resume ${folder.path} goes on`, options);
}

/** What the best epoch makes of the test films, where there are any. */
async function test(
  device: Device,
  films: Dataset,
  folder: TrainFolder,
  { batch, workers, arch }: TrainOptions,
): Promise<Report | undefined> {
  const best = await bestModel(folder.path);
  if (!best || films.samples.length === 0) return undefined;
  const trainee = traineeFrom(best.metadata, best.values, "model.safetensors");
  await using batches = openBatches(films, {
    input: trainee.description.input,
    size: batch,
    seed: 0,
    sampler: { kind: "sequential" },
    workers,
  });
  return reportOf(trainee.description, films, await evaluate(device, trainee, batches, lossFor(arch)));
}

function reportText(out: string, report: Report | undefined): string {
  if (!report) return `${out}\n`;
  const lines = Object.entries(report.metrics).map(([name, value]) => `test ${name} ${value.toFixed(4)}`);
  const parts = report.parts.map(({ name, films, classes, balancedAccuracy, dice }) =>
    balancedAccuracy === undefined
      ? `${name} (${films}): dice ${dice?.toFixed(4)}`
      : `${name}, ${classes?.join("/")} (${films}): balanced accuracy ${balancedAccuracy.toFixed(4)}`,
  );
  return `${[out, `test films ${report.films}`, ...lines, ...parts].join("\n")}\n`;
}

if (isMain(import.meta.url)) await runProgram(trainCommand());
