/** Cross-validation: a training a fold, each judged on films that neither it nor the choice of its best epoch has seen. */
import { InputError } from "../bytes.ts";
import { keyed } from "../imaging/draws.ts";
import { hashOfText } from "../models/initial.ts";
import { meanOf, varianceOf } from "../statistics/mean.ts";
import { notDefined, type Statistic } from "../statistics/not-defined.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { openBatches } from "./batches.ts";
import { type Checkpoint, type Json, readCheckpoint } from "./checkpoint.ts";
import { type Dataset, subset } from "./dataset.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { type Epoch, type FitOptions, fit } from "./fit.ts";
import { metricsOf } from "./metrics.ts";
import { lossFor } from "./objective.ts";
import { type DealOptions, kFold, splitDataset } from "./split.ts";
import type { BatchLoss } from "./train-epoch.ts";
import { type Trainee, traineeFrom } from "./trainee.ts";
import { makeFolder, writeWhole } from "./write-file.ts";

export interface FoldSetsOptions extends DealOptions {
  readonly folds: number;
  /** The part of the other folds that chooses the best epoch; 0.1 by default. */
  readonly val?: number;
}

/** The sets of one fold, which share no patient. */
export interface FoldSets {
  /** From 0. */
  readonly fold: number;
  readonly train: Dataset;
  readonly val: Dataset;
  readonly test: Dataset;
  /** The places in the whole dataset of the films in `test`. */
  readonly places: Int32Array;
}

/**
 * Folds by patient, each with its share of every class. The same seed gives the same folds whatever is trained on them, so that two
 * trainings can be compared film by film.
 * @throws RangeError for fewer than two folds, or more than there are patients.
 * @throws InputError where a fold has no film that its best epoch could be chosen by.
 */
export function foldSets(dataset: Dataset, { folds, val = 0.1, ...options }: FoldSetsOptions): FoldSets[] {
  const foldOf = kFold(dataset, folds, options);
  const all = [...dataset.samples.keys()];
  return Array.from({ length: folds }, (_, fold) => {
    const places = all.filter((i) => foldOf[i] === fold);
    const others = all.filter((i) => foldOf[i] !== fold);
    const inOthers = new Map(others.map((place, i) => [place, i]));
    const joined = options.joined?.flatMap(([a, b]) => {
      const pair = [inOthers.get(a), inOthers.get(b)];
      return pair[0] === undefined || pair[1] === undefined ? [] : [[pair[0], pair[1]] as const];
    });
    const { samples } = splitDataset(subset(dataset, others, `without fold ${fold}`), {
      ...options,
      joined,
      seed: keyed(options.seed, fold),
      shares: { train: 1 - val, val },
    });
    if (!samples.some(({ split }) => split === "val"))
      throw new InputError(
        dataset.name,
        `is too small for ${folds} folds, fold ${fold} has no film that its best epoch could be chosen by`,
      );
    const part = (set: string) =>
      subset(
        dataset,
        others.filter((_, i) => samples[i].split === set),
        `fold ${fold}, ${set}`,
      );
    return {
      fold,
      train: part("train"),
      val: part("val"),
      test: subset(dataset, places, `fold ${fold}, test`),
      places: Int32Array.from(places),
    };
  });
}

/** What the best epoch of a fold's training made of the films that were held out. */
export interface FoldResult {
  readonly fold: number;
  /** How many there were, and the best, from 0. */
  readonly epochs: number;
  readonly bestEpoch: number;
  /** The places in the whole dataset of the films that were held out, and the network's raw outputs for them. */
  readonly places: readonly number[];
  readonly loss: number;
  readonly outputs: readonly (readonly number[])[];
  readonly metrics: Readonly<Record<string, number>>;
}

export interface FoldOptions extends Omit<FitOptions, "val" | "resume" | "folder" | "seed">, FoldSetsOptions {
  /** Where every fold has a folder `fold-K` with its checkpoints and, when it is done, `result.json` (Node). What is there is gone on from. */
  readonly folder?: string;
  readonly onEpoch?: (fold: number, epoch: Epoch) => void | Promise<void>;
  /** The loss of every batch, some at a time. */
  readonly onFoldLosses?: (fold: number, losses: readonly BatchLoss[]) => void;
}

/**
 * Trains fold after fold, each on a network of its own. With a folder, folds that are done are read, and the one that was stopped goes on,
 * on the same adapter to the same bits as if it had not been. Ends early where the signal says so.
 * @param newTrainee - the network at its start, of a fold and the films it learns from.
 * @throws InputError for a folder of another cross-validation, and what `fit` throws.
 * @throws RangeError for folds that cannot be made.
 */
export async function* trainFolds(
  dataset: Dataset,
  newTrainee: (fold: number, train: Dataset) => Promise<Trainee>,
  { folds, val, stratum, joined, folder, onEpoch, onFoldLosses, ...options }: FoldOptions,
): AsyncGenerator<FoldResult, void, undefined> {
  const { seed, epochs, batch, signal } = options;
  const setup = {
    folds,
    seed,
    epochs,
    batch,
    films: dataset.samples.length,
    names: hashOfText(dataset.samples.map(({ name }) => name).join("\n")),
  };
  for (const sets of foldSets(dataset, { folds, val, seed, stratum, joined })) {
    const own = folder === undefined ? undefined : `${folder}/fold-${sets.fold}`;
    const done = own === undefined ? undefined : await readResult(`${own}/result.json`, setup);
    if (done) {
      yield done;
      continue;
    }
    if (own !== undefined) await makeFolder(own);
    const onLosses = onFoldLosses && ((losses: readonly BatchLoss[]) => onFoldLosses(sets.fold, losses));
    const trained = await trainFold(sets, await newTrainee(sets.fold, sets.train), { ...options, folder: own, onEpoch, onLosses });
    if (signal?.aborted || !trained) return;
    const { places } = sets;
    const { trainee, bestEpoch, epochs: count } = trained;
    const { loss, rows } = await evaluateOn(sets.test, trainee, options);
    const metrics = metricsOf(trainee.description, sets.test, { loss, rows });
    const result: FoldResult = { fold: sets.fold, epochs: count, bestEpoch, places: [...places], loss, outputs: rowsOf(rows), metrics };
    if (own !== undefined) await writeWhole(`${own}/result.json`, new TextEncoder().encode(`${JSON.stringify({ setup, result })}\n`));
    yield result;
  }
}

/** The best epoch's network, from the epochs of this run or the checkpoints of an earlier one; nothing where training was stopped. */
async function trainFold(
  { fold, train, val }: FoldSets,
  trainee: Trainee,
  { folder, onEpoch, ...options }: Omit<FitOptions, "val" | "resume"> & Pick<FoldOptions, "onEpoch">,
): Promise<{ readonly trainee: Trainee; readonly bestEpoch: number; readonly epochs: number } | undefined> {
  const resume = folder === undefined ? undefined : await readIfThere(`${folder}/last.safetensors`);
  let best = folder === undefined || !resume ? undefined : await readIfThere(`${folder}/best.safetensors`);
  let last = resume;
  for await (const epoch of fit(trainee, train, { ...options, val, folder, resume })) {
    last = epoch.checkpoint;
    if (epoch.isBest) best = epoch.checkpoint;
    await onEpoch?.(fold, epoch);
  }
  if (options.signal?.aborted || !best || !last) return undefined;
  return { trainee: evaluatedTrainee(trainee, best), bestEpoch: numberOf(best, "epoch") - 1, epochs: numberOf(last, "epoch") };
}

/** The network as its epoch was evaluated: averages of the weights in their place where there are some. */
function evaluatedTrainee({ weights }: Trainee, { values, metadata }: Checkpoint): Trainee {
  const own = weights.values.flatMap(({ attrs: { name } }) => {
    const value = values.get(`average.${name}`) ?? values.get(name);
    return value ? [[name, value] as const] : [];
  });
  return traineeFrom(metadata, new Map(own), "checkpoint");
}

async function evaluateOn(
  films: Dataset,
  trainee: Trainee,
  { device, batch, workers = 1, loss, classWeights, labelSmoothing, gamma }: Omit<FitOptions, "val">,
): Promise<Evaluation> {
  const { arch, input } = trainee.description;
  await using batches = openBatches(films, { input, size: batch, seed: 0, sampler: { kind: "sequential" }, workers });
  const judged = typeof loss === "function" ? loss : lossFor(arch, loss, { classWeights, labelSmoothing, gamma });
  return await evaluate(device, trainee, batches, judged);
}

const rowsOf = ({ shape: [count, outputs], data }: Tensor): number[][] =>
  Array.from({ length: count }, (_, n) => Array.from(data.subarray(n * outputs, (n + 1) * outputs)));

/**
 * The held-out outputs of all folds, in the dataset's order: every film is judged once, by a network that has not seen it.
 * @throws RangeError where a film is in no fold, or in two.
 */
export function pooledFolds({ samples }: Dataset, results: readonly FoldResult[]): Evaluation {
  const rows: (readonly number[] | undefined)[] = samples.map(() => undefined);
  for (const { places, outputs } of results)
    for (const [n, place] of places.entries()) {
      if (rows[place]) throw new RangeError(`folds: ${samples[place].name} is held out twice`);
      rows[place] = outputs[n];
    }
  const known = rows.map((row, place) => {
    if (!row) throw new RangeError(`folds: ${samples[place]?.name} is in no fold, ${results.length} of them are done`);
    return row;
  });
  const loss = results.reduce((sum, { loss: mean, places }) => sum + mean * places.length, 0) / known.length;
  return { loss, rows: tensor([known.length, known[0].length], Float32Array.from(known.flat())) };
}

/** The mean over folds of a number, and its deviation from fold to fold (n − 1). */
export interface FoldSpread {
  readonly mean: number;
  readonly deviation: Statistic;
}

/** Each metric over the folds. */
export function foldSpreads(results: readonly Pick<FoldResult, "metrics">[]): Record<string, FoldSpread> {
  const names = Object.keys(results[0]?.metrics ?? {});
  return Object.fromEntries(names.map((name) => [name, spreadOf(results.map(({ metrics }) => metrics[name]))]));
}

/** The mean of at least one number, and the deviation of two or more. */
export const spreadOf = (values: readonly number[]): FoldSpread => ({
  mean: meanOf(values),
  deviation: values.length > 1 ? Math.sqrt(varianceOf(values)) : notDefined("there is one value only"),
});

async function readIfThere(path: string): Promise<Checkpoint | undefined> {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  const found = await fs?.stat(path).catch(() => undefined);
  return found ? readCheckpoint(path) : undefined;
}

async function readResult(path: string, setup: Readonly<Record<string, Json>>): Promise<FoldResult | undefined> {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  const text = await fs?.readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  let stored: { readonly setup?: Readonly<Record<string, Json>>; readonly result?: FoldResult };
  try {
    stored = JSON.parse(text);
  } catch (cause) {
    throw new InputError(path, "is not JSON", { cause });
  }
  const differing = Object.keys(setup).filter((key) => stored.setup?.[key] !== setup[key]);
  if (differing.length > 0 || !stored.result) {
    const told = differing.map((key) => `${key} ${JSON.stringify(stored.setup?.[key])}, got ${JSON.stringify(setup[key])}`);
    throw new InputError(path, `is of a cross-validation that was set up otherwise: ${told.join("; ")}`);
  }
  return stored.result;
}

/** A number of a checkpoint's course, such as the epochs that are done. */
function numberOf({ state }: Checkpoint, key: string): number {
  const value = state[key];
  if (typeof value !== "number") throw new InputError("checkpoint", `its state has no number ${key}`);
  return value;
}
