/** What is fitted on films: measures by their definitions, thresholds that keep their rate on films of the same kind. */
import { describe, expect, test } from "vitest";
import { DeviceError } from "../../../src/gpu/device-error.ts";
import { randomNormal } from "../../../src/imaging/noise.ts";
import { measures } from "../../../src/models/out-of-distribution/description.ts";
import { detector, energy, type OutlierScores, withheldBy } from "../../../src/models/out-of-distribution/detector.ts";
import { fitStatistics, fitThresholds, scaled, stageScales } from "../../../src/models/out-of-distribution/fit.ts";
import { type Tensor, tensor } from "../../../src/tensor.ts";

const SIZE = 4;

/** Films of two classes around (3, 0, 0, 0) and (0, 3, 0, 0), wide along the third axis and narrow along the last. */
function films(count: number, seed: number): { features: Tensor; labels: number[] } {
  const labels = Array.from({ length: count }, (_, n) => n % 2);
  const spread = [0.5, 0.5, 4, 0.1];
  const data = Float32Array.from({ length: count * SIZE }, (_, k) => {
    const [n, i] = [Math.floor(k / SIZE), k % SIZE];
    return (i === labels[n] ? 3 : 0) + spread[i] * randomNormal(seed, k);
  });
  return { features: tensor([count, SIZE], data), labels };
}

const rows = ({ shape: [count, size], data }: Tensor): Float32Array[] =>
  Array.from({ length: count }, (_, n) => data.subarray(n * size, (n + 1) * size));

const NO_LOGITS = Float32Array.of(0, 0);
const all = { neighbour: 3, temperature: 1, stages: ["a"], scales: [1] };
const { features, labels } = films(400, 1);
const statistics = fitStatistics(features, labels, 2, { measures, references: 50, seed: 7 });
const judge = detector({ ...all, thresholds: { mahalanobis: 0, knn: 0, energy: 0 } }, statistics);

describe("the Mahalanobis distance", () => {
  test("is that from the nearest class, in units of the spread", () => {
    const at = (...x: number[]) => judge.scores(Float32Array.from(x), NO_LOGITS).mahalanobis ?? Number.NaN;
    // 400 films tell a deviation to a twentieth (1 / √(2 · 400) = 4 %), and means to a twentieth of one.
    expect(Math.abs(at(3, 0, 0, 0))).toBeLessThan(0.4);
    expect(Math.abs(at(0, 3, 0, 0))).toBeLessThan(0.4);
    expect(at(3, 0, 8, 0)).toBeGreaterThan(1.7);
    expect(at(3, 0, 8, 0)).toBeLessThan(2.4);
    // Shrinking widens the narrow axis, whose variance is a hundredth of the mean one, by what is added to all.
    expect(at(3, 0, 0, 4)).toBeGreaterThan(10);
  });
});

describe("the distance of neighbours", () => {
  test("is that of the k-th nearest of the stored films, by angle alone", () => {
    const { references } = statistics;
    if (!references) throw new Error("there are no references");
    expect(references.shape).toEqual([50, SIZE]);
    for (const row of rows(references)) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
    const x = Float32Array.of(1, 2, -1, 0.5);
    const length = Math.hypot(...x);
    const distances = rows(references).map((row) => Math.hypot(...row.map((value, i) => value - x[i] / length)));
    const third = distances.sort((a, b) => a - b)[2];
    expect(judge.scores(x, NO_LOGITS).knn).toBeCloseTo(third, 6);
    expect(
      judge.scores(
        x.map((value) => 100 * value),
        NO_LOGITS,
      ).knn,
    ).toBeCloseTo(third, 6);
  });

  test("of features that are nothing but zeros is 1, not a number divided by zero", () => {
    expect(judge.scores(new Float32Array(SIZE), NO_LOGITS).knn).toBeCloseTo(1, 6);
  });

  test("is of films of every class, as many as there are places for", () => {
    const some = fitStatistics(features, labels, 2, { measures: ["knn"], references: 5, seed: 7 });
    expect(Object.keys(some)).toEqual(["references"]);
    const sides = rows(some.references ?? features).map((row) => row[0] > row[1]);
    expect([sides.length, sides.filter(Boolean).length >= 1, sides.filter(Boolean).length <= 4]).toEqual([5, true, true]);
    expect(fitStatistics(features, labels, 2, { measures: ["knn"], references: 5000, seed: 7 }).references?.shape).toEqual([400, SIZE]);
  });
});

describe("the energy", () => {
  test("is −T ln Σ exp(logit / T), also of logits whose exponentials are too large", () => {
    expect(energy([1, 2, 3], 1)).toBeCloseTo(-Math.log(Math.E + Math.E ** 2 + Math.E ** 3), 12);
    expect(energy([1, 2, 3], 4)).toBeCloseTo(-4 * Math.log(Math.exp(0.25) + Math.exp(0.5) + Math.exp(0.75)), 12);
    expect(energy([5000, 4999], 1)).toBeCloseTo(-5000 - Math.log(1 + Math.exp(-1)), 9);
  });
});

test("features that are no numbers are a failure of the device, not a score", () => {
  expect(() => judge.scores(Float32Array.of(1, Number.NaN, 0, 0), NO_LOGITS)).toThrow(DeviceError);
});

describe("the scales of stages", () => {
  test("bring their spread within classes together", () => {
    const scales = stageScales(features, labels, 2, [2, 2]);
    // Within classes the variances are 0.25, 0.25 and 16, 0.01.
    expect(scales[0]).toBeCloseTo(2, 0);
    expect(scales[1]).toBeCloseTo(1 / Math.sqrt(8.005), 1);
    const [first] = rows(scaled(features, scales, [2, 2]));
    expect([...first]).toEqual([...features.data.subarray(0, 4)].map((value, i) => Math.fround(value * Math.fround(scales[i >> 1]))));
  });

  test("are 1 for one stage, whose measures do not depend on it", () => {
    expect(stageScales(features, labels, 2, [SIZE])).toEqual([1]);
  });

  test("and statistics are refused for what does not vary, and for a class without films", () => {
    const still = tensor([4, 2], Float32Array.of(1, 2, 3, 4, 1, 5, 3, 6));
    expect(() => stageScales(still, [0, 1, 0, 1], 2, [1, 1])).toThrow("the features of stage 1 do not vary within classes");
    const options = { measures, references: 5, seed: 0 };
    expect(() => fitStatistics(features, labels, 3, options)).toThrow("class 3 of 3 has no film");
    expect(() => fitStatistics(tensor([2, 2]), [0, 1], 2, options)).toThrow("shrunkCovariance: the vectors do not vary");
  });
});

describe("thresholds", () => {
  const normal = (count: number, seed: number): OutlierScores[] =>
    Array.from({ length: count }, (_, n) => ({ mahalanobis: randomNormal(seed, 2 * n), energy: randomNormal(seed, 2 * n + 1) }));

  test("withhold no more than the rate of the films that fix them, all measures together, and as many as they may", () => {
    const { thresholds, rejected } = fitThresholds(normal(999, 3), 0.05);
    // (r + 1) / 1000 ≤ 0.05
    expect(rejected).toBeLessThanOrEqual(49);
    // Two measures that know nothing of each other give up about half of it each.
    expect(rejected).toBeGreaterThan(44);
    expect(normal(999, 3).filter((scores) => withheldBy(scores, { ...all, thresholds })).length).toBe(rejected);
  });

  test("keep the rate on other films, on the average of many fits", () => {
    let rejected = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { thresholds } = fitThresholds(
        normal(99, 100 + seed).map(({ energy }) => ({ energy })),
        0.1,
      );
      rejected += normal(100, 1000 + seed).filter((scores) => withheldBy(scores, { ...all, thresholds })).length / 100;
    }
    // The mean of 200 rates whose deviation is at most √(0.1 · 0.9 (1/100 + 1/101)) = 0.042 is known to 0.003; three of these.
    expect(Math.abs(rejected / 200 - 0.1)).toBeLessThan(0.009);
  });

  test("need as many films as the rate asks for", () => {
    expect(fitThresholds(normal(99, 1), 0.01).rejected).toBe(0);
    expect(() => fitThresholds(normal(98, 1), 0.01)).toThrow("98 films cannot fix a rate of 0.01, at least 99 are needed");
    for (const rate of [0, 1, Number.NaN])
      expect(() => fitThresholds(normal(99, 1), rate)).toThrow(`the rate of rejection must be between 0 and 1, got ${rate}`);
  });

  test("leave equal values on one side", () => {
    const equal = Array.from({ length: 99 }, (_, n) => ({ knn: n < 50 ? 2 : 1 }));
    expect(fitThresholds(equal, 0.3)).toEqual({ thresholds: { knn: 2 }, rejected: 0 });
  });

  test("withhold what is past one, and what is no number; the reason names measure, value and threshold", () => {
    const description = { ...all, thresholds: { mahalanobis: 10, energy: -2 } };
    expect(withheldBy({ mahalanobis: 10, energy: -2 }, description)).toBeUndefined();
    expect(withheldBy({ mahalanobis: 10.06, energy: -1 }, description)).toEqual({
      reason: "unlike the films that the model was fitted on: Mahalanobis distance of its features 10.06, answered up to 10",
      measure: "mahalanobis",
      score: 10.06,
      threshold: 10,
    });
    expect(withheldBy({ mahalanobis: 1, energy: -1 }, description)).toMatchObject({ measure: "energy", score: -1, threshold: -2 });
    expect(withheldBy({ mahalanobis: Number.NaN, energy: -3 }, description)).toMatchObject({ measure: "mahalanobis" });
  });
});

test("the detector tells far points from films by every measure of features", () => {
  const outside = rows(films(100, 9).features).map((row) => row.map((value, i) => (i === 3 ? value + 3 : value)));
  const inside = rows(films(100, 5).features);
  const best = (measure: "mahalanobis" | "knn") => {
    const [low, high] = [inside, outside].map((part) => part.map((row) => judge.scores(row, NO_LOGITS)[measure] ?? Number.NaN));
    return high.filter((value) => value > Math.max(...low)).length;
  };
  expect(best("mahalanobis")).toBe(100);
  expect(best("knn")).toBeGreaterThan(0);
});
