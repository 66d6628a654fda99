/** Liang 2021: the gate counts runs, thresholds are swept in 201 steps, and indicators come back in their units. */
import { describe, expect, test } from "vitest";
import { input } from "../../src/kernels/op.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";
import { liang2021 } from "../../src/systems/liang2021.ts";
import { type DistillationRun, distillationGrid, distillationTables, pairOf } from "../../src/systems/liang2021-distillation.ts";
import { controlGate, lateFusion } from "../../src/systems/liang2021-gate.ts";
import { lesionsIn } from "../../src/systems/liang2021-lesions.ts";
import { predictedFilms } from "../../src/systems/predicted-films.ts";
import { sizeOf, tensor } from "../../src/tensor.ts";
import { filmsOf } from "./films.ts";

describe("the control gate", () => {
  test("passes a case after three positives in a row, at the picture that makes them three", () => {
    expect(controlGate([0.9, 0.2, 0.6, 0.5, 0.7, 0.9])).toEqual({ passes: true, decidedAt: 4, longestRun: 4 });
    expect(controlGate([0.9, 0.9, 0.4, 0.9, 0.9])).toEqual({ passes: false, decidedAt: undefined, longestRun: 2 });
  });

  test("takes another threshold and another run", () => {
    expect(controlGate([0.3, 0.4], { threshold: 0.3, run: 2 }).passes).toBe(true);
    expect(controlGate([], { run: 1 }).passes).toBe(false);
    expect(() => controlGate([0.3], { run: 0 })).toThrow("gate: the run must be a count of at least 1, got 0");
    expect(() => controlGate([Number.NaN])).toThrow("gate: a probability must be from 0 to 1, got NaN");
  });
});

describe("the second stage", () => {
  test("takes the mean of what the modalities say, and of those that are there", () => {
    expect(
      lateFusion([
        [0.2, 0.8],
        [0.4, 0.6],
      ]),
    ).toEqual([(0.2 + 0.4) / 2, (0.8 + 0.6) / 2]);
    expect(lateFusion([[0.2, 0.8], undefined])).toEqual([0.2, 0.8]);
    const [, covid] = lateFusion(
      [
        [1, 0],
        [0, 1],
      ],
      { weights: [1, 3] },
    );
    expect(covid).toBe(0.75);
  });

  test("needs a modality, one set of classes, and a weight each", () => {
    expect(() => lateFusion([undefined, undefined])).toThrow("fusion: no modality that counts is there");
    expect(() => lateFusion([[1], [0, 1]])).toThrow("fusion: the modalities have different classes");
    expect(() => lateFusion([[1, 0]], { weights: [1, 2] })).toThrow("fusion: 1 weights of 0 or more are needed, got 1, 2");
  });
});

test("the tables have 201 thresholds, a row a class, and a gate's decision a patient", () => {
  const test = filmsOf(
    "test",
    ["other", "covid"],
    [
      { films: 40, label: 0, probabilities: [0.9, 0.1] },
      { films: 9, label: 1, probabilities: [0.2, 0.8] },
      { films: 1, label: 1, probabilities: [0.7, 0.3] },
    ],
  );
  const twoPatients = { ...test, films: test.films.map((film, i) => ({ ...film, patient: i < 40 ? "a" : "b" })) };
  const tables = liang2021.tables({ test: twoPatients });
  expect([tables.thresholds.length, tables.thresholds[1].threshold]).toEqual([201, 0.005]);
  expect(tables.thresholds[100]).toEqual({ threshold: 0.5, sensitivity: 0.9, specificity: 1, precision: 1, recall: 0.9 });
  expect(tables.classes.map(({ class: name, sensitivity }) => [name, sensitivity])).toEqual([
    ["other", 1],
    ["covid", 0.9],
  ]);
  expect(tables.gate).toEqual([
    { case: "a", films: 40, threshold: 0.5, truth: "other", longest_run: 0, decided_at: "", passes: 0 },
    { case: "b", films: 10, threshold: 0.5, truth: "covid", longest_run: 9, decided_at: 2, passes: 1 },
  ]);
  const [accuracy, sensitivity] = tables.overall;
  expect(accuracy).toMatchObject({ index: "accuracy", threshold: 0.5, value: 0.98 });
  expect(String(accuracy.value_interval)).toContain("bootstrap");
  expect(sensitivity).toMatchObject({ index: "sensitivity", value: 0.9 });
  const asked = liang2021.tables({ test: twoPatients, threshold: 0.25 });
  expect(asked.predictions.filter(({ positive }) => positive === 1)).toHaveLength(10);
  expect(asked.gate[1]).toMatchObject({ threshold: 0.25, longest_run: 10 });
});

test("indicators are predicted in their units, and judged one by one", () => {
  const names = ["crp", "procalcitonin"];
  const truth = [4, 24, 54, 104].map((crp, i) => [crp, 0.1 + 0.05 * i]);
  const samples = truth.map((values, i) => ({ name: `${i}.png`, picture: `${i}.png`, patient: `p${i}`, values }));
  const scaler = { lowest: [4, 0.1], highest: [104, 0.3] };
  const scaled = truth.flatMap((values) => values.map((value, i) => (value - scaler.lowest[i]) / (scaler.highest[i] - scaler.lowest[i])));
  const films = predictedFilms(
    "test",
    names,
    { name: "films", classes: [], samples },
    { rows: tensor([4, 2], Float32Array.from(scaled)) },
    scaler,
  );
  const { predictions, indicators } = liang2021.valueTables?.(films) ?? {};
  expect(predictions.map(({ scaled_crp: value }) => Number(value).toFixed(6))).toEqual(["0.000000", "0.200000", "0.500000", "1.000000"]);
  // Scaled values pass through float32, whose relative error is 2⁻²⁴.
  for (const row of predictions) expect(Math.abs(Number(row.predicted_crp) - Number(row.crp))).toBeLessThan(100 * 2 ** -23);
  expect(indicators.map(({ indicator, films: count }) => [indicator, count])).toEqual([
    ["crp", 4],
    ["procalcitonin", 4],
  ]);
  expect(Number(indicators[0].r2)).toBeGreaterThan(1 - 1e-9);
  expect(() => predictedFilms("test", ["crp"], { name: "films", classes: [], samples }, { rows: tensor([4, 1]) })).toThrow(
    "films: 0.png has 2 values, 1 are predicted",
  );
});

test("lesions are measured where the mask is: their share, how many they are, how dense", () => {
  const film = { width: 4, height: 2, channels: 1, bitDepth: 8, data: Uint8Array.of(51, 51, 0, 0, 0, 0, 0, 255) } as const;
  const mask = { ...film, data: Uint8Array.of(255, 255, 0, 0, 0, 0, 0, 255) };
  expect(lesionsIn(film, mask)).toEqual({ area: 3 / 8, count: 2, density: (51 + 51 + 255) / 3 / 255 });
  expect(lesionsIn(film, { ...mask, data: new Uint8Array(8) })).toEqual({ area: 0, count: 0, density: 0 });
  expect(() => lesionsIn(film, { ...mask, width: 2, height: 4 })).toThrow("lesions: the film is 4 × 2, the mask 2 × 4");
});

test("the grid of distillation has every alpha with every temperature", () => {
  const grid = distillationGrid();
  expect([grid.length, grid[0], grid[39]]).toEqual([
    40,
    { alpha: 0.99, temperature: 20, reduction: "mean" },
    { alpha: 0.05, temperature: 1.5, reduction: "mean" },
  ]);
});

test("a student's trainings are told pair by pair, beside the student alone of the same seed", () => {
  const run = (role: DistillationRun["role"], seed: number, accuracy: number, pair?: string): DistillationRun => ({
    ...{ role, network: role === "teacher" ? "liang_ts1" : "liang_base", seed, epochs: 2, bestEpoch: 1 },
    ...(pair !== undefined && { pair: pairOf(pair) }),
    ...{ val: { accuracy: accuracy / 2 }, test: { accuracy } },
  });
  const { grid, students, runs } = distillationTables([
    run("teacher", 0, 0.9),
    ...[run("alone", 0, 0.5), run("alone", 1, 0.75)],
    ...[run("taught", 0, 0.75, "0.95:6"), run("taught", 1, 0.75, "0.95:6")],
    ...[run("taught", 0, 0.5, "0.5:2"), run("taught", 1, 0.5, "0.5:2")],
  ]);
  expect(runs).toHaveLength(7);
  expect(grid.map(({ alpha, seeds, gain_over_alone: gain, seeds_gaining: gaining }) => [alpha, seeds, gain, gaining])).toEqual([
    [0.95, 2, 0.125, 1],
    [0.5, 2, -0.125, 0],
  ]);
  expect(students.map(({ what, test_accuracy: accuracy }) => [what, accuracy])).toEqual([
    ["teacher", 0.9],
    ["student alone", 0.625],
    ["student taught, alpha 0.95, T 6", 0.75],
  ]);
  expect(() => pairOf("2:4")).toThrow("grid: a pair reads alpha:temperature, alpha from 0 to 1 and the temperature above 0, got 2:4");
});

describe("the plan", () => {
  test("of a classifier has the published numbers", () => {
    expect(liang2021.plan({ member: "base", variant: "published", quick: false })).toMatchObject({
      ...{ arch: "liang_base", size: 512, resize: "stretch", start: "random", epochs: 100, batch: 32, optimizer: "sgd", momentum: 0.9 },
      ...{ weightDecay: 1e-4, lr: 1e-2, schedule: { kind: "step", stepSize: 10, gamma: 0.1 }, classWeights: { covid: 5 }, folds: 5 },
    });
  });

  test("of the regression has the five indicators and its own numbers", () => {
    expect(liang2021.plan({ member: "cnnrf", variant: "published", quick: false })).toMatchObject({
      ...{ arch: "liang_cnnrf", size: 64, loss: "rmse", epochs: 200, batch: 20, schedule: { kind: "step", stepSize: 50, gamma: 0.1 } },
      values: ["white_blood_cells", "lymphocytes", "neutrophils", "c_reactive_protein", "procalcitonin"],
    });
  });

  test("of distillation tries the published grid from random values, without folds", () => {
    const { folds, grid, ...plan } = liang2021.plan({ member: "distillation", variant: "published", quick: false });
    expect(plan).toMatchObject({
      ...{ arch: "liang_base", teacher: "liang_ts1", klReduction: "mean", lr: 1e-1, weightDecay: 5e-4, epochs: 200, batch: 128, seed: 230 },
      ...{ schedule: { kind: "step", stepSize: 150, gamma: 0.1 } },
    });
    expect([folds, grid?.length, grid?.[0]]).toEqual([undefined, 40, "0.99:20"]);
    const quick = liang2021.plan({ member: "distillation", variant: "published", quick: true });
    expect(quick.grid).toEqual(["0.95:6", "0.5:4.5", "0.1:3"]);
  });

  test("names networks with the published numbers of parameters", () => {
    for (const [member, count] of [
      ["base", 6_153_794],
      ["ts4", 9_550_402],
    ] as const) {
      const { arch } = liang2021.plan({ member, variant: "published", quick: false });
      const weights = declaredWeights();
      networkNamed(arch).build(weights, input("pictures", [1, 3, 64, 64]), { classes: 2 });
      expect(weights.trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(count);
    }
  });
});
