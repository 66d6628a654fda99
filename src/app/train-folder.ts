/** The folder of a training: what it was set up with, how it went, and the best model with its card. */
import { appendFile, readdir, readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { InputError, readBytes } from "../bytes.ts";
import { readSafetensors, writeSafetensors } from "../loaders/safetensors.ts";
import { toFloat32 } from "../loaders/stored-tensor.ts";
import type { Tensor } from "../tensor.ts";
import type { Epoch } from "../training/fit.ts";
import { learningCurve } from "../training/learning-curve.ts";
import { type EpochRecord, logLine, readLog } from "../training/log.ts";
import type { Report } from "../training/report.ts";
import { makeFolder, writeWhole } from "../training/write-file.ts";
import { modelCard } from "./model-card.ts";
import { version } from "./version.ts";

/** What the model's file says of its training beside the configuration. */
export interface Provenance {
  readonly data: string;
  readonly films: number;
  readonly adapter: string;
}

export interface TrainFolder {
  readonly path: string;
  /** Writes an epoch down, and its model where it is the best. */
  add(epoch: Epoch, provenance: Provenance): Promise<void>;
  /** Puts the test's result into the model and its card; gives the summary of the training. */
  finish(report: Report | undefined): Promise<Record<string, unknown>>;
}

/**
 * Checks that a folder can be filled; one that holds a configuration alone is of a training that did not come to write anything.
 * @throws InputError for one that holds anything else.
 */
export async function checkFree(path: string): Promise<void> {
  const held = await readdir(path).catch(() => []);
  if (held.some((name) => name !== "config.json"))
    throw new InputError(path, "is not empty, and nothing is overwritten; take another folder, or go on with --resume");
}

/** A new folder, or that of a training that goes on. */
export async function openFolder(path: string, config: Readonly<Record<string, unknown>>): Promise<TrainFolder> {
  await makeFolder(path);
  const held = await readdir(path);
  const write = (name: string, text: string) => writeWhole(`${path}/${name}`, new TextEncoder().encode(text));
  await write("config.json", `${JSON.stringify(config, undefined, 2)}\n`);
  const records = held.includes("log.jsonl") ? readLog(await readFile(`${path}/log.jsonl`, "utf8"), `${path}/log.jsonl`) : [];
  const name = basename(resolve(path));
  const draw = () => write("curve.svg", learningCurve(records, name));
  return {
    path,
    async add({ values, checkpoint: { metadata }, ...record }, provenance) {
      // An epoch that was written down, and its checkpoint not, comes again.
      records.splice(0, Number.POSITIVE_INFINITY, ...records.filter(({ epoch }) => epoch < record.epoch), record);
      await appendFile(`${path}/log.jsonl`, logLine(record));
      await draw();
      if (!record.isBest) return;
      const training = {
        ...config,
        ...provenance,
        data: provenance.data,
        epoch: record.epoch,
        val: record.val,
        tool: `roentgen ${version}`,
      };
      await writeModel(path, values, { ...metadata, training: JSON.stringify(training) });
    },
    async finish(report) {
      const best = await bestModel(path);
      const summary = { epochs: records.length, best: bestOf(records), test: report };
      if (!best) return summary;
      const metadata = { ...best.metadata, ...(report && { test: JSON.stringify(report) }) };
      await writeModel(path, best.values, metadata);
      await write(`${name}.md`, modelCard(name, metadata, best.values, records, report));
      return { model: `${path}/model.safetensors`, ...summary };
    },
  };
}

const bestOf = (records: readonly EpochRecord[]): EpochRecord | undefined => records.findLast(({ isBest }) => isBest);

/** Writes `model.safetensors` into a folder. */
export const writeModel = (path: string, values: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>>): Promise<void> =>
  writeWhole(`${path}/model.safetensors`, writeSafetensors(values, { dtype: "F32", metadata }));

/** The best epoch's model, where there has been one. */
export async function bestModel(
  path: string,
): Promise<{ readonly values: ReadonlyMap<string, Tensor>; readonly metadata: Readonly<Record<string, string>> } | undefined> {
  const file = `${path}/model.safetensors`;
  if (!(await readdir(path)).includes("model.safetensors")) return undefined;
  const { tensors, metadata } = readSafetensors(await readBytes(file), file);
  return { metadata, values: new Map([...tensors].map(([name, stored]) => [name, { shape: stored.shape, data: toFloat32(stored) }])) };
}
