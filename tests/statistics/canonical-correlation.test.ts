/** Canonical correlations are statsmodels', and their weighted sums correlate as they say. */
import { describe, expect, test } from "vitest";
import { canonicalCorrelation } from "../../src/statistics/canonical-correlation.ts";
import { pearson } from "../../src/statistics/correlation.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { expectClose, expectNear, golden, oracle } from "./data.ts";

const truth: number[] = golden.regression.truth;
const predicted: number[] = golden.regression.predicted;
const first = { truth, square: truth.map((value) => value ** 2), noise: truth.map((_, i) => (i * 37) % 11) };
const second = { predicted, wave: truth.map((_, i) => (i * 17) % 13) };
const pairs = canonicalCorrelation(first, second);

test("correlations, Λ and p", () => {
  expect(pairs.length).toBe(2);
  for (const [k, { correlation, wilks, p }] of pairs.entries()) {
    expectNear(correlation, oracle.canonical.correlations[k]);
    expectNear(wilks, oracle.canonical.wilks[k]);
    expectClose(p, oracle.canonical.p[k], 1e-8);
  }
});

/** A weighted sum of columns, case by case. */
const sums = (columns: Readonly<Record<string, readonly number[]>>, weights: Readonly<Record<string, number>>) =>
  truth.map((_, i) => Object.entries(columns).reduce((sum, [name, values]) => sum + weights[name] * values[i], 0));

describe("weights", () => {
  const x = pairs.map((pair) => sums(first, pair.first));
  const y = pairs.map((pair) => sums(second, pair.second));

  test("make sums that correlate by the canonical correlation, and with no other pair's", () => {
    for (const k of [0, 1]) expectNear(pearson(x[k], y[k]).value, pairs[k].correlation, 1e-12);
    for (const [a, b] of [
      [x[0], x[1]],
      [y[0], y[1]],
      [x[0], y[1]],
      [x[1], y[0]],
    ])
      expectNear(pearson(a, b).value, 0, 1e-12);
  });

  test("make sums of variance 1", () => {
    for (const sum of [...x, ...y]) {
      const mean = sum.reduce((total, value) => total + value, 0) / 60;
      expectNear(sum.reduce((total, value) => total + (value - mean) ** 2, 0) / 59, 1, 1e-12);
    }
  });
});

test("one measurement each is Pearson's correlation with its p", () => {
  const [{ correlation, p }] = canonicalCorrelation({ truth }, { predicted });
  const { value, p: expected } = pearson(truth, predicted);
  expectNear(correlation, Number(value), 1e-12);
  expectClose(p, Number(expected), 1e-9);
});

test.each<[string, () => unknown, string]>([
  [
    "a measurement that follows from another",
    () => canonicalCorrelation({ truth, twice: truth.map((v) => 2 * v + 1) }, { predicted }),
    "twice does not vary",
  ],
  [
    "few cases",
    () => canonicalCorrelation({ a: [1, 2, 3] }, { b: [1, 3, 2] }),
    "more than 3 cases are needed for 1 and 1 measurements, got 3",
  ],
  ["columns of different lengths", () => canonicalCorrelation({ a: [1, 2, 3], b: [1] }, { c: [1, 2, 3] }), "b has 1 values, a has 3"],
  ["a NaN", () => canonicalCorrelation({ a: [1, 2, Number.NaN] }, { c: [1, 2, 3] }), "the a of case 2 is NaN"],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
