/** The folder of a training: what it was set up with, how it went, and the best model with its card. */
import { InputError } from "../bytes.ts";
import { readSafetensors, writeSafetensors } from "../loaders/safetensors.ts";
import { toFloat32 } from "../loaders/stored-tensor.ts";
import type { Tensor } from "../tensor.ts";
import type { Epoch } from "../training/fit.ts";
import { learningCurve } from "../training/learning-curve.ts";
import { type EpochRecord, logLine, readLog } from "../training/log.ts";
import type { Report } from "../training/report.ts";
import { type StoredFiles, usualFiles, writeWhole } from "../training/write-file.ts";
import { modelCard } from "./model-card.ts";

/** What the model's file says of its training beside the configuration. */
export interface Provenance {
  readonly data: string;
  readonly films: number;
  readonly adapter: string;
  /** What trained it, such as "roentgen 0.1.0". */
  readonly tool: string;
}

/** A model's values, and what its file says of them. */
export interface StoredModel {
  readonly values: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TrainFolder {
  readonly path: string;
  readonly files: StoredFiles;
  /** The epochs so far. */
  readonly records: readonly EpochRecord[];
  /** Writes an epoch down, and its model where it is the best. */
  add(epoch: Epoch, provenance: Provenance): Promise<void>;
  /** The best epoch's model, where there has been one. */
  best(): Promise<StoredModel | undefined>;
  /** Puts the test's result into the model and its card; gives the summary of the training. */
  finish(report: Report | undefined): Promise<Record<string, unknown>>;
}

/**
 * Checks that a folder can be filled; one that holds a configuration alone is of a training that did not come to write anything.
 * @throws InputError for one that holds anything else.
 */
export async function checkFree(path: string, files = usualFiles()): Promise<void> {
  const held = await files.list(path);
  if (held.some((name) => name !== "config.json"))
    throw new InputError(path, "is not empty, and nothing is overwritten; take another folder, or go on with --resume");
}

/** A new folder, or that of a training that goes on; its name is that of the model. */
export async function openFolder(
  path: string,
  name: string,
  config: Readonly<Record<string, unknown>>,
  files = usualFiles(),
): Promise<TrainFolder> {
  await files.makeFolder(path);
  const write = (file: string, text: string) => writeWhole(`${path}/${file}`, new TextEncoder().encode(text), files);
  await write("config.json", `${JSON.stringify(config, undefined, 2)}\n`);
  const records = await logIn(path, files);
  const best = async (): Promise<StoredModel | undefined> => {
    const file = `${path}/model.safetensors`;
    if (!(await files.list(path)).includes("model.safetensors")) return undefined;
    const { tensors, metadata } = readSafetensors(await files.read(file), file);
    return { metadata, values: new Map([...tensors].map(([key, stored]) => [key, { shape: stored.shape, data: toFloat32(stored) }])) };
  };
  return {
    path,
    files,
    records,
    async add({ values, checkpoint: { metadata }, ...record }, provenance) {
      // An epoch that was written down, and its checkpoint not, comes again.
      records.splice(0, Number.POSITIVE_INFINITY, ...records.filter(({ epoch }) => epoch < record.epoch), record);
      await write("log.jsonl", records.map(logLine).join(""));
      await write("curve.svg", learningCurve(records, name));
      if (!record.isBest) return;
      const { data, tool, ...others } = provenance;
      const training = { ...config, ...others, data, epoch: record.epoch, val: record.val, tool };
      await writeModel(path, values, { ...metadata, training: JSON.stringify(training) }, files);
    },
    best,
    async finish(report) {
      const model = await best();
      const summary = { epochs: records.length, best: records.findLast(({ isBest }) => isBest), test: report };
      if (!model) return summary;
      const metadata = { ...model.metadata, ...(report && { test: JSON.stringify(report) }) };
      await writeModel(path, model.values, metadata, files);
      await write(`${name}.md`, modelCard(name, metadata, model.values, records, report));
      return { model: `${path}/model.safetensors`, ...summary };
    },
  };
}

/** Writes `model.safetensors` into a folder. */
export const writeModel = (
  path: string,
  values: StoredModel["values"],
  metadata: StoredModel["metadata"],
  files = usualFiles(),
): Promise<void> => writeWhole(`${path}/model.safetensors`, writeSafetensors(values, { dtype: "F32", metadata }), files);

/** The epochs that a training has written down. */
export async function logIn(path: string, files: StoredFiles): Promise<EpochRecord[]> {
  const file = `${path}/log.jsonl`;
  return (await files.list(path)).includes("log.jsonl") ? readLog(new TextDecoder().decode(await files.read(file)), file) : [];
}
