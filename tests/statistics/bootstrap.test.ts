/** Bootstrap intervals are SciPy's for the same resamples, hold patients together, and say where they cannot be. */
import { describe, expect, test } from "vitest";
import { bootstrap, bootstrapEach } from "../../src/statistics/bootstrap.ts";
import { meanOf } from "../../src/statistics/mean.ts";
import { defined, notDefined } from "../../src/statistics/not-defined.ts";
import { averagePrecision } from "../../src/statistics/precision-recall.ts";
import { rocAreaEstimate } from "../../src/statistics/roc-area.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { expectNear, golden, oracle } from "./data.ts";

const { truth, predicted } = golden.regression;
const squares: number[] = truth.map((value: number, i: number) => (predicted[i] - value) ** 2);
const meanSquare = (places: Int32Array) => meanOf(Array.from(places, (i) => squares[i]));

describe.each(["percentile", "BCa"] as const)("%s", (method) => {
  test("of the same resamples is SciPy's", () => {
    const { interval } = bootstrap(60, meanSquare, { method, resamples: 500, seed: 7, level: 0.9 });
    const { lower, upper, ...rest } = defined("bootstrap", interval);
    expectNear(lower, oracle.bootstrap[method][0]);
    expectNear(upper, oracle.bootstrap[method][1]);
    expect(rest).toEqual({ level: 0.9, method: `${method} bootstrap of 500 resamples, seed 7` });
  });

  test("is the same for the same seed, and another for another", () => {
    const of = (seed: number) => bootstrap(60, meanSquare, { method, resamples: 200, seed });
    expect(of(3)).toEqual(of(3));
    expect(of(3).interval).not.toMatchObject({ lower: defined("", of(4).interval).lower });
  });
});

test("patients are drawn whole: with every film ten times the interval stays as it is", () => {
  const width = (cases: number, clusters?: number[]) => {
    const { lower, upper } = defined(
      "",
      bootstrap(cases, (places) => meanOf(Array.from(places, (i) => squares[i % 60])), { clusters }).interval,
    );
    return upper - lower;
  };
  const patients = Array.from({ length: 600 }, (_, i) => i % 60);
  // The same 60 draws a resample, in the same order.
  expectNear(width(600, patients), width(60), 1e-12);
  expect(width(600) / width(60)).toBeLessThan(0.4);
});

test("strata keep their sizes in every resample", () => {
  const labels = [1, 1, 1, ...Array(17).fill(0)];
  const seen = new Set<number>();
  bootstrap(
    20,
    (places) => {
      seen.add(places.filter((i) => labels[i] === 1).length);
      return 0;
    },
    { strata: labels },
  );
  expect([...seen]).toEqual([3]);
});

test("several statistics are of the same resamples", () => {
  const { one, two } = bootstrapEach(60, (places) => ({ one: meanSquare(places), two: 2 * meanSquare(places) }), { resamples: 200 });
  expectNear(defined("", two.interval).lower, 2 * defined("", one.interval).lower, 1e-12);
});

test("BCa of an average precision lies within [0, 1] around its value", () => {
  const { label, score } = golden;
  const at = (values: readonly number[], places: Int32Array) => Array.from(places, (i) => values[i]);
  const { value, interval } = bootstrap(240, (places) => averagePrecision(at(score, places), at(label, places)), {
    method: "BCa",
    resamples: 300,
  });
  const { lower, upper } = defined("", interval);
  expect(lower).toBeGreaterThan(0.85);
  expect(lower).toBeLessThan(Number(value));
  expect(upper).toBeGreaterThan(Number(value));
  expect(upper).toBeLessThan(1);
});

test("the bootstrap of an area is about as wide as DeLong's interval", () => {
  const { label, score2 } = golden;
  const at = (values: readonly number[], places: Int32Array) => Array.from(places, (i) => values[i]);
  const found = bootstrap(240, (places) => rocAreaEstimate(at(score2, places), at(label, places)).value, { resamples: 1000 });
  const [ours, delong] = [found.interval, rocAreaEstimate(score2, label).interval].map((interval) => defined("", interval));
  // An end of 1000 resamples strays by about √(0.025 · 0.975 / 1000) / 0.058 = 0.085 deviations, of 1.96: three times that twice.
  expect(Math.abs((ours.upper - ours.lower) / (delong.upper - delong.lower) - 1)).toBeLessThan(0.2);
});

describe("where there is no interval", () => {
  test.each([
    ["one patient", 6, () => 1, { clusters: Array(6).fill("a") }, "two clusters at least are needed"],
    ["the same value in every resample", 6, () => 1, {}, "every resample gives 1"],
    ["no value", 6, () => notDefined("no positive cases"), {}, "no positive cases"],
  ])("%s", (_, cases, statistic, options, reason) => {
    expect(bootstrap(cases, statistic, options).interval).toEqual({ notDefined: reason });
  });

  test("resamples without a value are counted, and too many of them leave none", () => {
    const once = (place: number) => (places: Int32Array) => (places.includes(place) ? meanOf(places) : notDefined("it is not there"));
    // A case is missing from (1 − 1/n)ⁿ, about 37%, of all resamples.
    const { interval, undefinedResamples } = bootstrap(50, once(0));
    expect(undefinedResamples / 2000).toBeCloseTo(0.37, 1);
    expect(interval).toEqual({ notDefined: `${undefinedResamples} of 2000 resamples have no value` });
  });

  test("BCa where a patient decides whether there is a value", () => {
    const labels = [1, 1, 1, 1, ...Array(20).fill(0)];
    const share = (places: Int32Array) => (places.some((i) => labels[i] === 1) ? meanOf(places) : notDefined("no positive cases"));
    const clusters = labels.map((label, i) => (label ? "all positives" : i % 3));
    const found = bootstrap(24, share, { method: "BCa", clusters, resamples: 100 });
    expect(found.interval).toMatchObject({ notDefined: expect.stringMatching(/resamples have no value|no positive cases/) });
  });
});

test.each<[string, () => unknown, string]>([
  ["few resamples", () => bootstrap(5, () => 1, { resamples: 20 }), "bootstrap: 100 resamples at least are needed, got 20"],
  ["clusters that do not fit", () => bootstrap(5, () => 1, { clusters: [1, 2] }), "there must be as many clusters as cases, got 2 and 5"],
  ["a case without a cluster", () => bootstrap(2, () => 1, { clusters: ["a", ""] }), "bootstrap: case 1 has no cluster"],
  [
    "a patient with both labels in strata by label",
    () => bootstrap(3, () => 1, { clusters: [1, 1, 2], strata: [0, 1, 1] }),
    "bootstrap: case 0 has a cluster of two strata",
  ],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
