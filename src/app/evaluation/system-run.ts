/** Runs of a published system (`train --system`): which films they are of, and how those were chosen. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../../bytes.ts";
import { networkNamed } from "../../models/registry.ts";
import type { System } from "../../systems/system.ts";
import { systemNamed } from "../../systems/systems.ts";
import type { Dataset } from "../../training/dataset.ts";
import { mergeClasses } from "../../training/merge-classes.ts";
import { splitDataset, usualShares } from "../../training/split.ts";
import type { EvaluateOptions } from "../evaluate-options.ts";
import type { TrainOptions } from "../train-options.ts";
import { type FilmOptions, readFilms } from "./films.ts";

export interface SystemRun {
  readonly folder: string;
  /** What `config.json` says of the films. */
  readonly rules: Pick<TrainOptions, "label" | "where" | "classes" | "merge" | "values" | "clinical" | "seed">;
  /** The manifest or folder that it was trained on. */
  readonly data?: string;
  /** Of a cross-validation: each film is judged by the fold that has not seen it. */
  readonly isByFolds: boolean;
  /** Whether it predicts numbers. */
  readonly isRegression: boolean;
}

export interface ChosenRuns {
  readonly system: System;
  readonly runs: readonly SystemRun[];
  /** What they have in common. */
  readonly run: SystemRun;
}

/**
 * The runs that --model names, where --system says of which system they are.
 * @throws InputError for a folder that is none of `train --system`, or of another system, and for runs that were not of the same films.
 */
export async function chosenRuns({ system: name, model = [] }: EvaluateOptions): Promise<ChosenRuns | undefined> {
  if (name === undefined) return undefined;
  const system = systemNamed(name);
  if (model.length === 0) throw new InputError(name, "is judged by the folders of its trainings, name them (--model)");
  const runs = await Promise.all(model.map((folder) => readRun(folder, system)));
  const [first, ...others] = runs;
  const keyOf = ({ rules, isByFolds, isRegression }: SystemRun): string => JSON.stringify([rules, isByFolds, isRegression]);
  const other = others.find((run) => keyOf(run) !== keyOf(first));
  if (other) throw new InputError(other.folder, `has other films, classes or folds than ${first.folder}: they cannot be judged together`);
  return { system, runs, run: first };
}

async function readRun(folder: string, { name }: System): Promise<SystemRun> {
  const said = await documentIn(folder, "system.json");
  if (said.system !== name) throw new InputError(folder, `was trained as ${said.system}, not as ${name}`);
  const config: Partial<TrainOptions> & { readonly data?: string } = await documentIn(folder, "config.json");
  const { arch, data, folds, label, where, classes, merge, values, clinical, seed = 0 } = config;
  return {
    folder,
    rules: { label, where, classes, merge, values, clinical, seed },
    data,
    isByFolds: folds !== undefined,
    isRegression: arch !== undefined && networkNamed(arch).task === "regression",
  };
}

async function documentIn(folder: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(folder, name);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new InputError(folder, `is no folder of train --system: it holds no ${name}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(path, "is not JSON", { cause });
  }
}

/** Where the scores of a cross-validation are, a row a film. */
export const foldScores = ({ folder }: SystemRun): string => join(folder, "tables", "predictions.csv");

/**
 * The films of a manifest as the run took them: the same classes, merged alike. Those of its own manifest are dealt out again as they were,
 * where it names no sets, so that no film it has learnt from is judged.
 * @throws InputError as `readFilms` and `mergeClasses` do.
 */
export async function runFilms(data: string, run: SystemRun, options: FilmOptions): Promise<Dataset> {
  const { classes, merge, seed } = run.rules;
  const read = await readFilms(data, { ...options, classes });
  const films = merge ? mergeClasses(read, merge) : read;
  const isOwn = run.data !== undefined && resolve(data) === resolve(run.data);
  const isDealt = isOwn && !run.isByFolds && films.samples.every(({ split }) => split === undefined);
  return isDealt ? splitDataset(films, { shares: usualShares, seed }) : films;
}
