/** The ways in which `train` trains: once on sets, by folds, or students by a grid. */
import { basename, join, resolve } from "node:path";
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import type { ValueScaler } from "../models/value-scaler.ts";
import { predictedFilms } from "../systems/predicted-films.ts";
import { scoredFilms } from "../systems/scored-films.ts";
import type { Results } from "../systems/system.ts";
import { type Checkpoint, readCheckpoint } from "../training/checkpoint.ts";
import { type Dataset, subset } from "../training/dataset.ts";
import { reportOf } from "../training/report.ts";
import { newTrainee, type Trainee } from "../training/trainee.ts";
import { clinicalOf, scalerOf, withScaledValues } from "../training/value-scaler.ts";
import { note } from "./command-line.ts";
import { finishing, takeInterrupt } from "./interruption.ts";
import { lossLog } from "./loss-log.ts";
import { type Lungs, openLungs, withLungPictures } from "./lung-pictures.ts";
import { configOf } from "./train-config.ts";
import { trainDistilled } from "./train-distilled.ts";
import { classesOf, readFilms } from "./train-films.ts";
import { openFolder, type TrainFolder } from "./train-folder.ts";
import { crossValidate, samePictures } from "./train-folds.ts";
import { judge } from "./train-judge.ts";
import type { TrainOptions } from "./train-options.ts";
import { type ChosenSystem, writeOutputs, writeSystem } from "./train-system.ts";
import { teachingOf } from "./train-teacher.ts";
import { foldsText, noteStart, reportText } from "./train-text.ts";
import { trainingBar } from "./training-bar.ts";
import { allowedOf, bestTrainee, dealtFilms, runTraining, type Sets, setsOf } from "./training-run.ts";
import { version } from "./version.ts";
import { writeTables } from "./write-tables.ts";

/** What trainings of one run share. */
export interface Shared {
  readonly open: () => Promise<Device>;
  /** The folder of pictures that are made of films beforehand. */
  readonly made: string;
}

export type Training = (
  data: string,
  options: TrainOptions,
  out: string,
  chosen: ChosenSystem | undefined,
  shared: Shared,
) => Promise<Summary>;

/** What is written to stdout, and what a comparison takes. */
export interface Summary {
  readonly text: string;
  readonly results?: Results;
  /** By Ctrl-C. */
  readonly isStopped?: boolean;
  readonly json: Readonly<Record<string, unknown>>;
}

const provenance = (out: string, device: Device) => ({ tool: "roentgen", version, out, adapter: device.profile.description });

/** One training, judged on the films of its set test. */
export const trainOnce: Training = async (data, options, out, chosen, { open, made }) => {
  const resume = options.resume === undefined ? undefined : await readCheckpoint(`${options.resume}/last.safetensors`);
  const films = await dealtFilms(await readFilms(data, options), options);
  await using lungs = await openLungs(options);
  const given = resume ? { ...options, init: "random" } : options;
  const start = await startOf(films, given, { lungs, train: setsOf(films).train });
  const shown = lungs ? await withLungPictures(films, lungs, made, { ...options, size: start.description.input.width }) : films;
  const all = setsOf(shown);
  const scaler = options.scaleValues && options.values ? scalerOf(all.train, options.values) : undefined;
  const scaled = (part: Dataset) => (scaler ? withScaledValues(part, scaler) : part);
  const sets: Sets = { train: scaled(all.train), val: scaled(all.val), test: scaled(all.test) };
  const trainee = withUnits(start, options, scaler);
  noteStart(trainee, options);
  const device = await open();
  note(`${options.arch}, ${trainee.description.input.width} px, ${counted(sets)} on ${device.profile.description}`, options);
  const folder = await openFolder(out, basename(resolve(out)), configOf(options, resolve(data)));
  const isStopped = await run(device, trainee, sets, { ...options, data }, folder, resume);
  const best = await bestTrainee(folder);
  const judged = best && sets.test.samples.length > 0 ? await judge(device, best, sets.test, options) : undefined;
  const report = best && judged && reportOf(best.description, sets.test, judged);
  const summary = await folder.finish(report);
  let results: Results | undefined;
  if (chosen && best && judged) {
    const trained = { device, file: `${out}/model.safetensors`, films: all.test, train: all.train, lungs: lungs?.model };
    const { task, classes } = best.description;
    if (task === "regression")
      await writeOutputs(out, chosen, { ...trained, predicted: predictedFilms("test", classes, all.test, judged, scaler) });
    else {
      const test = scoredFilms("test", all.test, judged);
      const val = scoredFilms("val", all.val, await judge(device, best, all.val, options));
      results = { test, val, threshold: chosen.threshold };
      await writeOutputs(out, chosen, { ...trained, test, results });
    }
  }
  return { text: reportText(out, report), results, isStopped, json: { ...provenance(out, device), ...summary } };
};

/**
 * The network with what its file will say of its numbers: which of their values is 0, which is 1, and in what units they are.
 * @throws InputError for units that are not as many as the numbers.
 */
function withUnits(trainee: Trainee, { values = [], units }: TrainOptions, scaler: ValueScaler | undefined): Trainee {
  if (units && units.length !== values.length)
    throw new InputError("units", `there are ${units.length}, for ${values.length} numbers (--values)`);
  const { description } = trainee;
  const said = { ...(scaler && { valueScaler: JSON.stringify(scaler) }), ...(units && { units: JSON.stringify(units) }) };
  return { ...trainee, description: { ...description, metadata: { ...description.metadata, ...said } } };
}

/** A student alone and by every pair, from every seed. */
export const trainStudents: Training = async (data, options, out, chosen, { open }) => {
  const { teacher = "", grid = [] } = options;
  const films = await dealtFilms(await readFilms(data, options), options);
  const sets = setsOf(films);
  const device = await open();
  note(`${options.arch} taught by ${teacher}, ${grid.length} pairs, ${counted(sets)} on ${device.profile.description}`, options);
  await openFolder(out, basename(resolve(out)), configOf(options, resolve(data)));
  const start = (arch: string, seed: number) => startOf(films, { ...options, arch, seed }, sets);
  const tables = await trainDistilled(device, sets, start, { ...options, teacher, grid }, out);
  if (chosen) await writeSystem(out, chosen, tables);
  else await writeTables(join(out, "tables"), tables);
  const lines = tables.students.map(
    ({ what, test_accuracy, seeds }) => `${what}: test accuracy ${test_accuracy}, ${seeds} ${seeds === 1 ? "seed" : "seeds"}`,
  );
  return { text: `${[out, ...lines].join("\n")}\n`, json: { ...provenance(out, device), ...tables } };
};

/** A training a fold, each judged on the films that it has not seen. */
export const trainByFolds: Training = async (data, options, out, chosen, { open, made }) => {
  const { folds = 0 } = options;
  if (options.copies) throw new InputError("copies", "are of one set of training films, leave out --folds");
  const films = await readFilms(data, options);
  const joined = await samePictures(films, allowedOf(options));
  await using lungs = await openLungs(options);
  const start = await startOf(films, options, { lungs, train: films });
  const { description } = start;
  const shown = lungs ? await withLungPictures(films, lungs, made, { ...options, size: description.input.width }) : films;
  noteStart(start, options);
  const device = await open();
  note(
    `${options.arch}, ${description.input.width} px, ${films.samples.length} films in ${folds} folds on ${device.profile.description}`,
    options,
  );
  await openFolder(out, basename(resolve(out)), configOf(options, resolve(data)));
  const validated = await crossValidate(device, (train) => startOf(films, options, { lungs, train }), shown, out, {
    ...options,
    folds,
    joined,
  });
  if (!validated) return { text: `${out}\n`, isStopped: true, json: provenance(out, device) };
  const { report, results, pooled } = validated;
  const test = description.task === "classification" ? scoredFilms("pooled folds", films, pooled) : undefined;
  const all = test && { test, folds: results, threshold: chosen?.threshold };
  if (chosen && test) {
    const [{ fold, places }] = results;
    const held = { ...test, set: `fold ${fold}`, films: places.map((place) => test.films[place]) };
    await writeOutputs(out, chosen, {
      device,
      file: `${out}/fold-${fold}/model.safetensors`,
      films: subset(shown, places, `fold ${fold}`),
      train: subset(
        shown,
        [...shown.samples.keys()].filter((place) => !places.includes(place)),
        "other folds",
      ),
      lungs: lungs?.model,
      test: held,
      results: all,
    });
  }
  return { text: foldsText(out, report), results: all, json: { ...provenance(out, device), ...report } };
};

/**
 * The network at its start.
 * @throws InputError where the start sees film and lungs, and nothing is said to find them.
 */
async function startOf(
  films: Dataset,
  options: TrainOptions,
  { lungs, train }: { readonly lungs?: Lungs; readonly train: Dataset },
): Promise<Trainee> {
  const { arch, size, resize, colour, pseudoColour, init, member = "", seed, width } = options;
  const trainee = await newTrainee({
    arch,
    classes: classesOf(films, options),
    size,
    resize,
    colour,
    pseudoColour,
    lungs: lungs?.channel,
    clinical: options.clinical && clinicalOf(train, options.clinical),
    init: init.replaceAll("{member}", member),
    seed,
    options: width === undefined ? {} : { width },
  });
  if (trainee.description.input.lungs && !lungs)
    throw new InputError(init, "sees film and lungs, say who finds them (--lung-model, --lung-masks)");
  return trainee;
}

const counted = (sets: Sets): string =>
  Object.entries(sets)
    .map(([set, { samples }]) => `${samples.length} ${set}`)
    .join(", ");

/** Trains, and keeps the folder up to date; tells whether it was stopped. */
async function run(
  device: Device,
  trainee: Trainee,
  sets: Sets,
  options: TrainOptions & { readonly data: string },
  folder: TrainFolder,
  resume: Checkpoint | undefined,
): Promise<boolean> {
  const interruption = takeInterrupt(finishing, options);
  const bar = trainingBar(options);
  const losses = lossLog(`${folder.path}/losses.csv`);
  try {
    await runTraining(device, options, {
      trainee,
      sets,
      folder,
      data: basename(options.data),
      tool: `roentgen ${version}`,
      resume,
      teacher: await teachingOf(device, sets.train, options),
      signal: interruption.signal,
      onProgress: bar.update,
      onLosses: losses.add,
      async onEpoch(record) {
        await losses.flush();
        bar.epoch(record);
      },
    });
  } finally {
    bar.stop();
    interruption.end();
    await losses.flush();
  }
  if (interruption.signal.aborted) note(`stopped; --resume ${folder.path} goes on`, options);
  return interruption.signal.aborted;
}
