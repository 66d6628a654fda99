/** Training learns, gives the same bits for the same seed, goes on where it was stopped as if it had not been, and says what went wrong. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DeviceError } from "../../src/gpu/device-error.ts";
import { WeightsError } from "../../src/loaders/names.ts";
import type { Tensor } from "../../src/tensor.ts";
import { readCheckpoint } from "../../src/training/checkpoint.ts";
import { type Dataset, samplesIn } from "../../src/training/dataset.ts";
import { type Epoch, type FitOptions, fit } from "../../src/training/fit.ts";
import { readManifest } from "../../src/training/manifest.ts";
import { lossFor } from "../../src/training/objective.ts";
import { compileStep } from "../../src/training/step-program.ts";
import { newTrainee, type Trainee } from "../../src/training/trainee.ts";
import type { FileSystem } from "../../src/training/write-file.ts";
import { device } from "../device.ts";
import { phantomFiles } from "./phantoms.ts";

const { folder, manifest } = phantomFiles({ train: 14, val: 6, test: 0 });
afterAll(() => rmSync(folder, { recursive: true }));

let films: Dataset;
let masks: Dataset;
let shared: Pick<FitOptions, "device" | "val" | "batch" | "workers" | "lr" | "seed">;
beforeAll(async () => {
  films = await readManifest(manifest);
  masks = await readManifest(manifest, { mask: "mask" });
  shared = { device: await device(), val: samplesIn(films, "val"), batch: 4, workers: 0, lr: 2e-3, seed: 5 };
});

/** A small network with batch norms and dropout; films shrink to 32 pixels. */
const classifier = (seed = 1): Promise<Trainee> =>
  newTrainee({ arch: "mobilenet_v2", classes: ["normal", "opaque"], size: 32, options: { widthMultiplier: 0.25 }, seed });

async function epochsOf(trainee: Trainee, options: Partial<FitOptions> & Pick<FitOptions, "epochs">, train?: Dataset): Promise<Epoch[]> {
  const epochs: Epoch[] = [];
  // biome-ignore lint/suspicious/noFocusedTests: it trains
  for await (const epoch of fit(trainee, train ?? samplesIn(films, "train"), { ...shared, ...options })) epochs.push(epoch);
  return epochs;
}

/** What two trainings must agree in to the bit: what the network and the optimizer hold, and what was measured. */
const bitsOf = ({ checkpoint, epoch, steps, lr, train, val, isBest }: Epoch) => ({
  values: [...checkpoint.values].map(([name, { data }]) => [
    name,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"),
  ]),
  record: { epoch, steps, lr, train, val, isBest },
});

/** The same films, and a signal that comes when one of them is read. */
function stopsAt(dataset: Dataset, place: number): { readonly stopping: Dataset; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const samples = dataset.samples.map((sample, i) => {
    if (i !== place) return sample;
    const picture = new Blob([readFileSync(String(sample.picture))]);
    const read = picture.arrayBuffer.bind(picture);
    return {
      ...sample,
      picture: Object.assign(picture, {
        arrayBuffer: () => {
          controller.abort();
          return read();
        },
      }),
    };
  });
  return { stopping: { ...dataset, samples }, signal: controller.signal };
}

/** Whether the values with these names are the same. */
const sameValues = (a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>, names: (name: string) => boolean): boolean =>
  [...a].filter(([name]) => names(name)).every(([name, { data }]) => String(data) === String(b.get(name)?.data));

describe("a training", () => {
  test("gives the same bits for the same seed, and goes on from a checkpoint to the same bits, also from within an epoch", async () => {
    const out = mkdtempSync(join(folder, "out-"));
    // Everything that has a state: dropout, moving averages, gradients over two batches of which an epoch has three, a schedule.
    const options: Partial<FitOptions> & { epochs: number } = {
      epochs: 2,
      accumulate: 2,
      averageDecay: 0.8,
      schedule: { kind: "one-cycle" },
      sampler: { kind: "balanced" },
      augment: { steps: [{ op: "rotate", degrees: [-10, 10] }] },
      labelSmoothing: 0.1,
      optimizer: { kind: "adamw", maxNorm: 1, lookahead: { every: 3 } },
    };
    const straight = (await epochsOf(await classifier(), options)).map(bitsOf);
    expect(straight).toHaveLength(2);
    expect(straight[0].record.steps).toBe(2);

    const { stopping, signal } = stopsAt(samplesIn(films, "train"), 6);
    const stopped = await epochsOf(await classifier(), { ...options, signal, folder: out }, stopping);
    const last = await readCheckpoint(join(out, "last.safetensors"));
    expect([stopped.length, last.state.epoch]).toEqual([0, 0]);
    // Within the first epoch, and at whichever of its batches within a step.
    expect([1, 2]).toContain(last.state.batch);
    const goneOn = await epochsOf(await classifier(), { ...options, resume: last });
    expect(goneOn.map(bitsOf)).toEqual(straight);

    const [first] = goneOn;
    // Values come from the checkpoint, whatever the network was made with.
    const second = await epochsOf(await classifier(2), { ...options, resume: first.checkpoint });
    expect(second.map(bitsOf)).toEqual(straight.slice(1));
    const other = await epochsOf(await classifier(), { ...options, epochs: 1, seed: 6 });
    expect(bitsOf(other[0]).values).not.toEqual(straight[0].values);
  });

  test("learns to tell the films apart, and stops when it gets no better", async () => {
    const epochs = await epochsOf(await classifier(), { epochs: 10, patience: 5, monitor: "loss", batch: 14 });
    const losses = epochs.map(({ train }) => train.loss);
    expect(Math.min(...losses)).toBeLessThan(0.7 * losses[0]);
    const best = epochs.findLastIndex(({ isBest }) => isBest);
    expect(epochs).toHaveLength(Math.min(10, best + 6));
    expect(Object.keys(epochs[0].val ?? {})).toEqual(["loss", "accuracy", "balancedAccuracy"]);
  });

  test("draws regions, judged by Dice", async () => {
    const trainee = await newTrainee({ arch: "unet", classes: ["lung"], size: 32, options: { width: 2 } });
    const val = samplesIn(masks, "val");
    const epochs = await epochsOf(trainee, { epochs: 3, val, lr: 0.01 }, samplesIn(masks, "train"));
    expect(Object.keys(epochs[0].val ?? {})).toEqual(["loss", "dice"]);
    expect(epochs[2].train.loss).toBeLessThan(epochs[0].train.loss);
  });

  test("gives the same bits where activations are computed again, and holds less at a time", async () => {
    const trainee = await newTrainee({ arch: "unet", classes: ["lung"], size: 32, options: { width: 2 } });
    const options = { batch: 4, loss: lossFor("unet"), optimizer: { kind: "adamw" } } as const;
    const [kept, again] = [
      await compileStep(shared.device, trainee, options),
      await compileStep(shared.device, trainee, { ...options, recompute: true }),
    ];
    const [held, less] = [kept, again].map(({ program }) => program.plan.liveBytes);
    kept.destroy();
    again.destroy();
    expect(less).toBeLessThan(0.75 * held);
    const val = samplesIn(masks, "val");
    const bits = async (recompute: boolean) =>
      (await epochsOf(trainee, { epochs: 1, val, recompute }, samplesIn(masks, "train"))).map(bitsOf);
    expect(await bits(true)).toEqual(await bits(false));
  });

  test("leaves what is frozen as it is, and moves its statistics only where they may drift", async () => {
    const trainee = await classifier();
    const start = new Map(trainee.weights.values.flatMap(({ attrs }) => (attrs.tensor ? [[attrs.name, attrs.tensor] as const] : [])));
    const isStatistic = (name: string) => /running_/.test(name);
    const isTrunk = (name: string) => !name.startsWith("classifier.") && !isStatistic(name);
    const [fixed] = await epochsOf(trainee, { epochs: 1, freeze: "trunk" });
    expect(sameValues(start, fixed.values, isTrunk)).toBe(true);
    expect(sameValues(start, fixed.values, isStatistic)).toBe(true);
    expect(sameValues(start, fixed.values, (name) => name === "classifier.1.weight")).toBe(false);
    const [lower] = await epochsOf(trainee, { epochs: 1, freeze: "lower" });
    const isLast = (name: string) => /^features\.1[78]\./.test(name);
    expect(sameValues(start, lower.values, (name) => isTrunk(name) && !isLast(name))).toBe(true);
    expect(
      ["features.17.conv.0.0.weight", "features.18.0.weight"].map((name) => sameValues(start, lower.values, (own) => own === name)),
    ).toEqual([false, false]);
    const [drift] = await epochsOf(trainee, { epochs: 1, freeze: "features", frozenNorms: "drift" });
    expect(sameValues(start, drift.values, isTrunk)).toBe(true);
    expect(sameValues(start, drift.values, (name) => name === "features.0.1.running_mean")).toBe(false);
    await expect(epochsOf(trainee, { epochs: 1, freeze: "" })).rejects.toThrow(
      "training: all values are frozen, there is nothing to train",
    );
    await expect(epochsOf(trainee, { epochs: 1, freeze: "(" })).rejects.toThrow(
      "freeze: must be none, trunk, lower or a regular expression, got (",
    );
  });
});

describe("what goes wrong", () => {
  test("a loss that is no number stops with the batch and a weight named, and changes no checkpoint", async () => {
    const out = mkdtempSync(join(folder, "out-"));
    const ended = epochsOf(await classifier(), { epochs: 9, lr: 1e30, optimizer: { kind: "sgd" }, folder: out });
    await expect(ended).rejects.toThrow(
      /^training: the loss of epoch \d, batch \d is not finite \(NaN\), and so is the gradient of features\.0\.0\.weight; the learning rate was 1\.00e\+30$/,
    );
  });

  test("a disk that is full keeps the last checkpoint that was written", async () => {
    const out = mkdtempSync(join(folder, "out-"));
    await epochsOf(await classifier(), { epochs: 1, folder: out });
    const before = readFileSync(join(out, "last.safetensors"));
    const files: FileSystem = {
      write: async () => {
        throw new Error("ENOSPC: no space left on device, write");
      },
      rename: async () => {},
      remove: async () => {},
    };
    const resume = await readCheckpoint(join(out, "last.safetensors"));
    const ended = epochsOf(await classifier(), { epochs: 2, folder: out, files, resume });
    await expect(ended).rejects.toThrow(/(last|best)\.safetensors: cannot be written \(ENOSPC: no space left on device, write\)$/);
    expect(readFileSync(join(out, "last.safetensors")).equals(before)).toBe(true);
  });

  test("a checkpoint of another network, of other classes or of another set-up is refused", async () => {
    const [{ checkpoint }] = await epochsOf(await classifier(), { epochs: 1 });
    const other = await newTrainee({ arch: "mobilenet_v2", classes: ["a", "b"], size: 32, options: { widthMultiplier: 0.25 } });
    await expect(epochsOf(other, { epochs: 2, resume: checkpoint })).rejects.toThrow(
      'checkpoint: is of mobilenet_v2 for ["normal","opaque"], got mobilenet_v2 for ["a","b"]',
    );
    const squeezenet = await newTrainee({ arch: "squeezenet1_1", classes: ["normal", "opaque"], size: 32 });
    await expect(epochsOf(squeezenet, { epochs: 2, resume: checkpoint })).rejects.toThrow("checkpoint: is of mobilenet_v2 for");
    await expect(epochsOf(await classifier(), { epochs: 2, resume: checkpoint, batch: 2, seed: 6 })).rejects.toThrow(
      "checkpoint: is of a training that was set up otherwise: seed 5, got 6; batch 4, got 2",
    );
    await expect(epochsOf(await classifier(), { epochs: 2, resume: checkpoint, averageDecay: 0.9 })).rejects.toThrow(WeightsError);
  });

  test("a batch that does not fit says the largest that does", async () => {
    const gpu = await device();
    // The largest value of the network has 16 × 16 pixels and 48 channels; there is room for that of 21 films.
    const small = { ...gpu, profile: { ...gpu.profile, maxBindingBytes: 21 * 16 * 16 * 48 * 4 } };
    const ended = compileStep(small, await classifier(), { batch: 24, loss: lossFor("mobilenet_v2"), optimizer: { kind: "adamw" } });
    await expect(ended).rejects.toThrow(DeviceError);
    await expect(ended).rejects.toThrow(/a batch of 24 does not fit, the largest that does is 21 \(/);
  });

  test("a metric that there is not, a loss of another task, more films a batch than there are", async () => {
    const trainee = await classifier();
    await expect(epochsOf(trainee, { epochs: 1, monitor: "dice" })).rejects.toThrow(
      "monitor: there is no dice, there are loss, accuracy, balancedAccuracy",
    );
    await expect(epochsOf(trainee, { epochs: 1, loss: "dice" })).rejects.toThrow(
      "mobilenet_v2: is for classification, its losses are cross-entropy, focal, circle, got dice",
    );
    await expect(epochsOf(trainee, { epochs: 1, batch: 32 })).rejects.toThrow(/has 14 samples, no batch of 32 can be made$/);
  });
});
