/** Training by folds: `fold-K` in the training's folder each, and what all of them make of the films together. */
import { appendFile } from "node:fs/promises";
import type { Device } from "../gpu/device.ts";
import type { ModelDescription } from "../models/description.ts";
import type { Dataset } from "../training/dataset.ts";
import type { Evaluation } from "../training/evaluate.ts";
import { type Fingerprint, fingerprints } from "../training/fingerprints.ts";
import { type FoldResult, foldSpreads, pooledFolds, trainFolds } from "../training/folds.ts";
import type { Pair } from "../training/groups.ts";
import { findLeaks, type LeakKind } from "../training/leaks.ts";
import { logLine } from "../training/log.ts";
import { type Report, reportOf } from "../training/report.ts";
import type { Trainee } from "../training/trainee.ts";
import { writeWhole } from "../training/write-file.ts";
import { note } from "./command-line.ts";
import { fitOptionsOf } from "./fit-options.ts";
import { finishing, takeInterrupt } from "./interruption.ts";
import { type LossLog, lossLog } from "./loss-log.ts";
import { writeModel } from "./train-folder.ts";
import type { TrainOptions } from "./train-options.ts";
import { trainingBar } from "./training-bar.ts";

/** What the folds gave, as `folds.json` has it. */
export interface FoldsReport {
  /** Of all films, each judged by the fold that held it out. */
  readonly pooled: Report;
  readonly spreads: ReturnType<typeof foldSpreads>;
  readonly folds: readonly Omit<FoldResult, "outputs" | "places">[];
}

export interface Validated {
  readonly report: FoldsReport;
  readonly results: readonly FoldResult[];
  readonly pooled: Evaluation;
}

/** Trains every fold that is not done; nothing where it was stopped before the last was. */
export async function crossValidate(
  device: Device,
  newTrainee: (train: Dataset) => Promise<Trainee>,
  films: Dataset,
  out: string,
  options: TrainOptions & { readonly folds: number; readonly joined: readonly Pair[] },
): Promise<Validated | undefined> {
  const interruption = takeInterrupt(finishing, options);
  const bar = trainingBar(options);
  const results: FoldResult[] = [];
  const logs = new Map<number, LossLog>();
  const logOf = (fold: number): LossLog => {
    const log = logs.get(fold) ?? lossLog(`${out}/fold-${fold}/losses.csv`);
    logs.set(fold, log);
    return log;
  };
  let description: ModelDescription | undefined;
  const made = async (_: number, train: Dataset): Promise<Trainee> => {
    const trainee = await newTrainee(train);
    description ??= trainee.description;
    return trainee;
  };
  try {
    for await (const result of trainFolds(films, made, {
      ...fitOptionsOf(device, options, films),
      seed: options.seed,
      folds: options.folds,
      joined: options.joined,
      folder: out,
      signal: interruption.signal,
      onProgress: bar.update,
      onFoldLosses: (fold, losses) => logOf(fold).add(losses),
      onEpoch: async (fold, epoch) => {
        const { values, checkpoint, ...record } = epoch;
        await appendFile(`${out}/fold-${fold}/log.jsonl`, logLine(record));
        await logOf(fold).flush();
        if (epoch.isBest) await writeModel(`${out}/fold-${fold}`, values, checkpoint.metadata);
        bar.epoch(epoch);
      },
    })) {
      results.push(result);
      note(`fold ${result.fold + 1} of ${options.folds}: best epoch ${result.bestEpoch}, ${metricsText(result.metrics)}`, options);
    }
  } finally {
    for (const log of logs.values()) await log.flush();
    bar.stop();
    interruption.end();
  }
  if (results.length < options.folds) {
    note(`stopped; --resume ${out} goes on`, options);
    return undefined;
  }
  const pooled = pooledFolds(films, results);
  const report: FoldsReport = {
    pooled: reportOf(description ?? (await newTrainee(films)).description, films, pooled),
    spreads: foldSpreads(results),
    folds: results.map(({ outputs, places, ...fold }) => fold),
  };
  await writeWhole(`${out}/folds.json`, new TextEncoder().encode(`${JSON.stringify(report, undefined, 2)}\n`));
  return { report, results, pooled };
}

const metricsText = (metrics: Readonly<Record<string, number>>): string =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(", ");

/** Films that are one file or nearly one picture, which come into one fold whoever they show. */
export async function samePictures(films: Dataset, allowed: readonly LeakKind[]): Promise<Pair[]> {
  if (allowed.includes("bytes") && allowed.includes("picture")) return [];
  const prints: Fingerprint[] = await fingerprints(films.samples);
  const apart = { ...films, samples: films.samples.map((sample, i) => ({ ...sample, split: String(i) })) };
  return findLeaks(apart, { fingerprints: prints })
    .filter(({ kind }) => (kind === "bytes" || kind === "picture") && !allowed.includes(kind))
    .map(({ first, second }) => [first, second] as const);
}
