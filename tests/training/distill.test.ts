/** A student learns what its teacher says of each film, whatever order films come in, and the classes as far as alpha leaves them. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dataset, samplesIn } from "../../src/training/dataset.ts";
import { type Teaching, taughtFilms, taughtLoss, teacherLogits } from "../../src/training/distill.ts";
import { type Epoch, type FitOptions, fit } from "../../src/training/fit.ts";
import { crossEntropy } from "../../src/training/losses.ts";
import { readManifest } from "../../src/training/manifest.ts";
import { newTrainee, type Trainee } from "../../src/training/trainee.ts";
import { device } from "../device.ts";
import { phantomFiles } from "./phantoms.ts";

const { folder, manifest } = phantomFiles({ train: 8, val: 4, test: 0 });
afterAll(() => rmSync(folder, { recursive: true }));

let films: Dataset;
let train: Dataset;
beforeAll(async () => {
  films = await readManifest(manifest);
  train = samplesIn(films, "train");
});

const student = (): Promise<Trainee> =>
  newTrainee({ arch: "mobilenet_v2", classes: ["normal", "opaque"], size: 32, options: { widthMultiplier: 0.25 }, seed: 1 });

async function epochsOf(options: Partial<FitOptions>): Promise<Epoch[]> {
  const shared = { device: await device(), batch: 4, workers: 0, lr: 2e-3, seed: 2, epochs: 1 };
  const epochs: Epoch[] = [];
  // biome-ignore lint/suspicious/noFocusedTests: it trains
  for await (const epoch of fit(await student(), train, { ...shared, ...options })) epochs.push(epoch);
  return epochs;
}

test("with the teacher's part alone the student learns what the teacher says of each film, though the classes say otherwise", async () => {
  // Normal films are called opaque, and opaque ones normal. All films are one batch, in another order every epoch.
  const logits = new Map(train.samples.map(({ name, label = 0 }) => [name, label === 0 ? [-4, 4] : [4, -4]]));
  const epochs = await epochsOf({ teacher: { logits, alpha: 1 }, batch: 8, epochs: 12 });
  const losses = epochs.map(({ train: { loss } }) => loss);
  // Who knows nothing of a film loses ln 2 on it, half of them right or not.
  expect(Math.min(...losses)).toBeLessThan(0.7 * Math.LN2);
});

test("without a part of the teacher it is the plain training", async () => {
  const logits = new Map(train.samples.map(({ name }) => [name, [1, 2]]));
  const val = samplesIn(films, "val");
  const [plain] = await epochsOf({ val });
  const [taught] = await epochsOf({ val, teacher: { logits, alpha: 0 } });
  // Sums with zeros may be rounded in another order, and a step of Adam makes more of it.
  expect(taught.train.loss).toBeCloseTo(plain.train.loss, 3);
  // Validation is judged by the classes alone.
  expect(Math.abs((taught.val?.loss ?? 0) - (plain.val?.loss ?? 1))).toBeLessThan(0.05);
});

test("a teacher's logits come by the film's name, as its network gives them", async () => {
  const teacher = await student();
  const all = await teacherLogits(await device(), teacher, train, { batch: 3, workers: 0 });
  const [third] = await teacherLogits(await device(), teacher, { ...train, samples: train.samples.slice(2, 3) }, { workers: 0 });
  expect([all.size, third[0]]).toEqual([8, "2.png"]);
  // Another batch size may choose other kernels.
  for (const [c, value] of (all.get("2.png") ?? []).entries()) expect(third[1][c]).toBeCloseTo(value, 4);
});

test("a teacher of films is not shown what was made of them for its student", async () => {
  const samples = train.samples.slice(0, 2);
  const [first, second] = samples;
  // Each has the other's picture made for it.
  const made = {
    ...train,
    samples: [
      { ...first, seen: second.picture },
      { ...second, seen: first.picture },
    ],
  };
  const teacher = await student();
  const plain = await teacherLogits(await device(), teacher, { ...train, samples }, { workers: 0 });
  expect(await teacherLogits(await device(), teacher, made, { workers: 0 })).toEqual(plain);
});

describe("what does not fit is an error", () => {
  const teaching = (logits: readonly (readonly [string, readonly number[]])[]): Teaching => ({ logits: new Map(logits), alpha: 0.5 });

  test("a film that the teacher has not seen, and a teacher of other classes", () => {
    expect(() => taughtFilms(train, teaching([]))).toThrow("the teacher says nothing of 0.png");
    expect(() => taughtFilms(train, teaching(train.samples.map(({ name }) => [name, [1, 2, 3]])))).toThrow(
      "the teacher has 3 classes, the films 2",
    );
  });

  test("an alpha or a temperature out of range", () => {
    expect(() => taughtLoss(crossEntropy, { ...teaching([]), alpha: 1.5 })).toThrow("distillation: alpha must be from 0 to 1, got 1.5");
    expect(() => taughtLoss(crossEntropy, { ...teaching([]), temperature: 0 })).toThrow(
      "distillation: the temperature must be positive, got 0",
    );
  });
});
