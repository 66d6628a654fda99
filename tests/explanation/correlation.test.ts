/** Correlations of maps. */
import { expect, test } from "vitest";
import { correlation, rankCorrelation } from "../../src/explanation/correlation.ts";

const a = [2, 7, 1, 8, 2, 8, 1, 8];
const b = [3, 1, 4, 1, 5, 9, 2, 6];

// By the formulas in Python, as scipy.stats.pearsonr and spearmanr have them.
test("Pearson's and Spearman's, with ties", () => {
  expect(correlation(a, b)).toBeCloseTo(0.20965531907301213, 12);
  expect(rankCorrelation(a, b)).toBeCloseTo(0.19885368120992464, 12);
});

test("ranks do not see a scale", () => {
  expect(
    rankCorrelation(
      a,
      a.map((value) => value ** 5 - 3),
    ),
  ).toBeCloseTo(1, 12);
  expect(
    rankCorrelation(
      a,
      a.map((value) => -value),
    ),
  ).toBeCloseTo(-1, 12);
});

test("what is constant goes with nothing", () => {
  expect(
    correlation(
      a,
      a.map(() => 4),
    ),
  ).toBe(0);
  expect(
    rankCorrelation(
      a.map(() => 4),
      a,
    ),
  ).toBe(0);
});

test("ranks of many values are those of their order", () => {
  const values = Float32Array.from({ length: 50_000 }, (_, i) => ((i * 7919) % 50_000) - 10);
  expect(
    rankCorrelation(
      values,
      values.map((value) => Math.fround(Math.exp(value / 1e4))),
    ),
  ).toBeCloseTo(1, 6);
});
