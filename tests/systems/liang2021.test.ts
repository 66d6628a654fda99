/** Liang 2021: the gate counts runs, thresholds are swept in 201 steps, and indicators come back in their units. */
import { describe, expect, test } from "vitest";
import { phantom } from "../../src/imaging/phantom.ts";
import { input } from "../../src/kernels/op.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";
import { controlGate, distillationGrid, liang2021, pseudoColoured } from "../../src/systems/liang2021.ts";
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
    { case: "a", films: 40, truth: "other", longest_run: 0, decided_at: "", passes: 0 },
    { case: "b", films: 10, truth: "covid", longest_run: 9, decided_at: 2, passes: 1 },
  ]);
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

test("pseudo-colour is jet unless another map is asked for", () => {
  const { image } = phantom({ size: 64 });
  const jet = pseudoColoured(image);
  expect([jet.channels, jet.width]).toEqual([3, 64]);
  expect(pseudoColoured(image, "bone").data).not.toEqual(jet.data);
});

test("the grid of distillation has every alpha with every temperature", () => {
  const grid = distillationGrid();
  expect([grid.length, grid[0], grid[39]]).toEqual([
    40,
    { alpha: 0.99, temperature: 20, reduction: "mean" },
    { alpha: 0.05, temperature: 1.5, reduction: "mean" },
  ]);
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
