/** Folds share no patient, every film is judged once, and a cross-validation that was stopped ends as if it had not been. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Dataset } from "../../src/training/dataset.ts";
import { type FoldOptions, type FoldResult, foldSets, foldSpreads, pooledFolds, trainFolds } from "../../src/training/folds.ts";
import { readManifest } from "../../src/training/manifest.ts";
import { mergeClasses } from "../../src/training/merge-classes.ts";
import { newTrainee } from "../../src/training/trainee.ts";
import { device } from "../device.ts";
import { phantomFiles } from "./phantoms.ts";

/** Patients with one to three films of one of three classes. */
const many: Dataset = {
  name: "films",
  classes: ["covid", "normal", "pneumonia"],
  samples: Array.from({ length: 120 }, (_, i) => ({
    name: `${i}.png`,
    picture: `${i}.png`,
    patient: `p${Math.floor(i / (1 + (i % 3)))}`,
    label: i % 3,
  })),
};

describe("the sets of folds", () => {
  const sets = foldSets(many, { folds: 5, seed: 3, val: 0.2 });

  test("share no patient within a fold, and hold out every film once", () => {
    for (const { train, val, test: held } of sets) {
      const [a, b, c] = [train, val, held].map(({ samples }) => new Set(samples.map(({ patient }) => patient)));
      expect([...a].filter((patient) => b.has(patient) || c.has(patient))).toEqual([]);
      expect([...b].filter((patient) => c.has(patient))).toEqual([]);
      expect(train.samples.length + val.samples.length + held.samples.length).toBe(120);
      expect(held.samples.length).toBeGreaterThan(0);
    }
    expect(sets.flatMap(({ places }) => [...places]).sort((a, b) => a - b)).toEqual([...many.samples.keys()]);
  });

  test("have every class in its share, within the films of one patient", () => {
    for (const { test: held } of sets)
      for (const label of [0, 1, 2]) {
        const count = held.samples.filter((sample) => sample.label === label).length;
        expect(Math.abs(count - 8)).toBeLessThanOrEqual(3);
      }
  });

  test("are the same for the same seed, and others for another", () => {
    expect(foldSets(many, { folds: 5, seed: 3, val: 0.2 })).toEqual(sets);
    expect(foldSets(many, { folds: 5, seed: 4, val: 0.2 }).map(({ places }) => places)).not.toEqual(sets.map(({ places }) => places));
  });

  test("keep together what is joined, in validation too", () => {
    const alone: Dataset = { ...many, samples: many.samples.map(({ patient, ...sample }) => sample) };
    const joined = Array.from({ length: 60 }, (_, i) => [i, 119 - i] as const);
    for (const { train, val, test: held } of foldSets(alone, { folds: 4, seed: 1, val: 0.3, joined })) {
      const setOf = new Map([train, val, held].flatMap(({ samples }, set) => samples.map(({ name }) => [name, set] as const)));
      expect(joined.filter(([a, b]) => setOf.get(`${a}.png`) !== setOf.get(`${b}.png`))).toEqual([]);
    }
  });

  test("cannot be more than there are patients", () => {
    expect(() => foldSets({ ...many, samples: many.samples.slice(0, 2) }, { folds: 5, seed: 0 })).toThrow(/folds can be made of/);
    expect(() => foldSets({ ...many, samples: many.samples.slice(0, 4) }, { folds: 2, seed: 0 })).toThrow(
      "is too small for 2 folds, fold 0 has no film that its best epoch could be chosen by",
    );
  });
});

describe("a cross-validation", () => {
  const { folder, manifest } = phantomFiles({ train: 12, val: 0, test: 0 });
  afterAll(() => rmSync(folder, { recursive: true }));
  let films: Dataset;
  let options: FoldOptions;
  beforeAll(async () => {
    films = await readManifest(manifest);
    options = { device: await device(), folds: 2, val: 0.34, epochs: 2, batch: 2, workers: 0, seed: 5, lr: 1e-3, averageDecay: 0.5 };
  });
  const trainee = () => newTrainee({ arch: "squeezenet1_1", classes: films.classes, size: 32, seed: 1 });
  const resultsOf = async (more: Partial<FoldOptions> = {}): Promise<FoldResult[]> => {
    const results: FoldResult[] = [];
    for await (const result of trainFolds(films, trainee, { ...options, ...more })) results.push(result);
    return results;
  };

  test("stopped within its second fold goes on to the same bits, and pools what was held out", async () => {
    const straight = await resultsOf();
    expect(straight.map(({ fold, epochs }) => [fold, epochs])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    const out = mkdtempSync(join(folder, "folds-"));
    const stop = new AbortController();
    const stopped = await resultsOf({
      folder: out,
      signal: stop.signal,
      onEpoch: (fold, { epoch }) => {
        if (fold === 1 && epoch === 0) stop.abort();
      },
    });
    expect(stopped).toEqual(straight.slice(0, 1));
    const seen: number[] = [];
    const goneOn = await resultsOf({ folder: out, onEpoch: (fold) => void seen.push(fold) });
    expect(goneOn).toEqual(straight);
    expect(seen).toEqual([1]);
    await expect(resultsOf({ folder: out, seed: 6 })).rejects.toThrow(/set up otherwise: seed 5, got 6/);

    const { rows } = pooledFolds(films, straight);
    expect(rows.shape).toEqual([12, 2]);
    for (const { places, outputs } of straight)
      expect(Array.from(rows.data.subarray(2 * places[0], 2 * places[0] + 2))).toEqual(outputs[0]);
    expect(() => pooledFolds(films, straight.slice(0, 1))).toThrow(/is in no fold, 1 of them are done/);
    const { accuracy } = foldSpreads(straight);
    expect(accuracy.mean).toBeCloseTo((straight[0].metrics.accuracy + straight[1].metrics.accuracy) / 2, 12);
  });
});

describe("merged classes", () => {
  test("come in the order they are named, and films keep what they were", () => {
    const merged = mergeClasses(many, { covid: ["covid"], non: ["*"] });
    expect(merged.classes).toEqual(["covid", "non"]);
    expect(merged.samples.slice(0, 3).map(({ label, tags }) => [label, tags?.group])).toEqual([
      [0, "covid"],
      [1, "normal"],
      [1, "pneumonia"],
    ]);
    expect(mergeClasses(many, { sick: ["covid", "pneumonia"] }).samples).toHaveLength(80);
  });

  test("that do not fit are an error", () => {
    expect(() => mergeClasses(many, { covid: ["corona"] })).toThrow("films: has no class corona to merge, only covid, normal, pneumonia");
    expect(() => mergeClasses(many, { a: ["covid"], b: ["covid"] })).toThrow("films: class covid is merged into two");
    expect(() => mergeClasses(many, { all: ["covid", "normal", "pneumonia"], non: ["*"] })).toThrow("has no picture of non");
  });
});
