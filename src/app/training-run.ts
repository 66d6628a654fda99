/** A training from its films to the folder that holds its model: the same on a command line and in a page. */
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import type { Checkpoint } from "../training/checkpoint.ts";
import { type Dataset, samplesIn } from "../training/dataset.ts";
import { type Fingerprint, fingerprints } from "../training/fingerprints.ts";
import { type FitOptions, fit } from "../training/fit.ts";
import { checkLeaks, type LeakKind } from "../training/leaks.ts";
import type { EpochRecord } from "../training/log.ts";
import { splitDataset, usualShares } from "../training/split.ts";
import { type Trainee, traineeFrom } from "../training/trainee.ts";
import { fitOptionsOf } from "./fit-options.ts";
import type { TrainFolder } from "./train-folder.ts";
import type { TrainOptions } from "./train-options.ts";

export type Sets = Readonly<Record<"train" | "val" | "test", Dataset>>;

const leakKinds: readonly LeakKind[] = ["patient", "group", "bytes", "picture"];

export const allowedOf = ({ allow = [] }: Pick<TrainOptions, "allow">): LeakKind[] =>
  leakKinds.filter((kind) => allow.includes(kind) || allow.includes("all"));

/** Whether films say which set they are in. */
export const haveSets = ({ samples }: Dataset): boolean => samples.some(({ split }) => split !== undefined);

/**
 * The films with their sets, which share no patient, no file and no picture.
 * @throws InputError for a film that cannot be read, and for what two sets share and is not allowed to.
 */
export async function dealtFilms(
  films: Dataset,
  { seed, ...options }: Pick<TrainOptions, "seed" | "allow">,
  read: (films: Dataset) => Promise<readonly Fingerprint[]> = ({ samples }) => fingerprints(samples),
): Promise<Dataset> {
  const allow = allowedOf(options);
  const prints = allow.length < leakKinds.length ? await read(films) : undefined;
  const dealt = haveSets(films) ? films : splitDataset(films, { shares: usualShares, seed });
  checkLeaks(dealt, { fingerprints: prints, allow });
  return dealt;
}

/** @throws InputError where there is nothing to train on, or nothing to tell the best epoch by. */
export function setsOf(films: Dataset): Sets {
  const sets = { train: samplesIn(films, "train"), val: samplesIn(films, "val"), test: samplesIn(films, "test") };
  for (const part of [sets.train, sets.val]) if (part.samples.length === 0) throw new InputError(part.name, "holds no films");
  return sets;
}

export interface TrainingRun extends Pick<FitOptions, "signal" | "onProgress" | "onLosses" | "saveEveryMs" | "teacher"> {
  readonly trainee: Trainee;
  readonly sets: Sets;
  readonly folder: TrainFolder;
  /** What the films are called, and what trains, for the model's file. */
  readonly data: string;
  readonly tool: string;
  readonly resume?: Checkpoint;
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
}

/** Trains, and keeps the folder up to date. */
export async function runTraining(device: Device, options: TrainOptions, run: TrainingRun): Promise<void> {
  const { trainee, sets, folder, data, tool, onEpoch, ...others } = run;
  const provenance = { data, films: sets.train.samples.length, adapter: device.profile.description, tool };
  for await (const epoch of fit(trainee, sets.train, {
    ...fitOptionsOf(device, options, sets.train),
    ...others,
    val: sets.val,
    folder: folder.path,
    files: folder.files,
  })) {
    await folder.add(epoch, provenance);
    await onEpoch?.(epoch);
  }
}

/** The network of the best epoch, where there has been one. */
export async function bestTrainee(folder: TrainFolder): Promise<Trainee | undefined> {
  const best = await folder.best();
  return best && traineeFrom(best.metadata, best.values, "model.safetensors");
}
