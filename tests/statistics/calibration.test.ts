/** Calibration: measured as it is defined, mended as scikit-learn and statsmodels do, and never judged where it was fitted. */
import { describe, expect, test } from "vitest";
import { brierDecomposition, brierScore, logLoss } from "../../src/statistics/brier.ts";
import {
  type Calibration,
  calibrated,
  calibratedScores,
  calibrationLine,
  classTemperature,
  fitIsotonic,
  fitPlatt,
  fitTemperature,
} from "../../src/statistics/calibration.ts";
import { defined } from "../../src/statistics/not-defined.ts";
import { calibrationError, reliabilityTable, topLabels } from "../../src/statistics/reliability.ts";
import type { ScoredSet } from "../../src/statistics/scored-set.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { uniform } from "../uniform.ts";
import { expectClose, expectNear, golden, oracle } from "./data.ts";

const { label, score, score2 } = golden;
const validation: ScoredSet = { name: "validation", scores: score2, labels: label };
const fits = { temperature: fitTemperature, platt: fitPlatt, isotonic: fitIsotonic };

describe("reliability", () => {
  test.each(["width", "mass"] as const)("bins of equal %s hold every case once, within their ends", (binning) => {
    const rows = reliabilityTable(score, label, { bins: 7, binning });
    expect(rows.reduce((sum, { cases }) => sum + cases, 0)).toBe(240);
    expect([rows[0].lower, rows[rows.length - 1].upper]).toEqual([0, 1]);
    for (const [k, { lower, upper, meanProbability }] of rows.entries()) {
      if (k > 0) expect(lower).toBe(rows[k - 1].upper);
      if (meanProbability !== null) expect(meanProbability >= lower && meanProbability <= upper).toBe(true);
    }
  });

  test("bins of equal mass hold 24 of 240 different scores each", () => {
    expect(reliabilityTable(score2, label, { binning: "mass" }).map(({ cases }) => cases)).toEqual(Array(10).fill(24));
  });

  test("equal scores stay in one bin of equal mass", () => {
    const rows = reliabilityTable([0.2, 0.2, 0.2, 0.2, 0.2, 0.9], [0, 1, 0, 0, 0, 1], { bins: 3, binning: "mass" });
    expect(rows.map(({ lower, upper, cases }) => [lower, upper, cases])).toEqual([
      [0, 0.9, 5],
      [0.9, 1, 1],
    ]);
  });

  test("a score on an edge is in the bin above, 1 in the last", () => {
    const rows = reliabilityTable([0.3, 0.7, 0.6, 1], [0, 1, 0, 1]);
    expect(rows.flatMap(({ cases }, k) => (cases > 0 ? [k] : []))).toEqual([3, 6, 7, 9]);
    expect(rows[0]).toMatchObject({ meanProbability: null, observed: { value: { notDefined: "no cases in the bin" } } });
  });

  test("errors of two bins by hand", () => {
    // Said 0.2 on average and happens in 1 of 2; said 0.8 and happens in 2 of 2.
    const [p, y] = [
      [0.1, 0.3, 0.7, 0.9],
      [0, 1, 1, 1],
    ];
    const { expected, maximum, method } = calibrationError(p, y, { bins: 2 });
    expectNear(expected, (0.3 + 0.2) / 2, 1e-15);
    expectNear(maximum, 0.3, 1e-15);
    expect(method).toBe("2 bins of equal width");
  });

  test("probabilities that are right have no more error than chance gives", () => {
    const [p, y] = [Array.from({ length: 4000 }, (_, i) => uniform(1, i)), Array.from({ length: 4000 }, (_, i) => uniform(2, i))];
    const happened = y.map((value, i) => (value < p[i] ? 1 : 0));
    // 400 cases a bin: the mean of |error| is below √(2/π) · 0.5 / √400 = 0.02.
    expect(calibrationError(p, happened).expected).toBeLessThan(0.02);
    const { slope, intercept } = calibrationLine(p, happened);
    const [ofSlope, ofIntercept] = [slope, intercept].map(({ interval }) => defined("", interval));
    expect(ofSlope.lower < 1 && 1 < ofSlope.upper && ofIntercept.lower < 0 && 0 < ofIntercept.upper).toBe(true);
  });

  test("the highest of each row, and whether it is right", () => {
    expect(topLabels([0.7, 0.3, 0.4, 0.6], [0, 0], 2)).toEqual({ probabilities: Float64Array.of(0.7, 0.6), labels: Uint8Array.of(1, 0) });
  });
});

describe("Brier", () => {
  test.each([{ bins: 10 }, { bins: 4, binning: "mass" as const }, { bins: 1 }])("its parts over %j sum to it", (options) => {
    const { brier, reliability, resolution, uncertainty, withinBinVariance, withinBinCovariance } = brierDecomposition(
      score2,
      label,
      options,
    );
    expectNear(reliability - resolution + uncertainty + withinBinVariance - withinBinCovariance, brier, 1e-14);
    expectNear(brier, brierScore(score2, label), 1e-15);
  });

  test("saying the prevalence has no skill, and being right has all", () => {
    const rate = 87 / 240;
    expectNear(brierDecomposition(Array(240).fill(rate), label).skill, 0, 1e-14);
    expect(brierDecomposition(label, label).skill).toBe(1);
    expect(brierDecomposition([0.1, 0.2], [0, 0]).skill).toEqual({ notDefined: "cases of one class" });
  });

  test("log loss of a certain mistake is not defined", () => {
    expect(logLoss([0.5, 0], [1, 1])).toEqual({ notDefined: "case 1 is positive with probability 0" });
    expectNear(logLoss([0.5, 0], [1, 0]), Math.LN2 / 2, 1e-15);
  });
});

describe("fits", () => {
  const fitted = (make: (set: ScoredSet) => ReturnType<typeof fitPlatt>, set = validation): Calibration => defined("fit", make(set));

  test("Platt's sigmoid is statsmodels' logistic line to his targets", () => {
    const found = fitted(fitPlatt);
    if (found.kind !== "platt") throw new Error(found.kind);
    expectClose(found.slope, oracle.platt.slope);
    expectClose(found.intercept, oracle.platt.intercept);
  });

  test("isotonic regression is scikit-learn's, with ties", () => {
    const found = calibratedScores(fitted(fitIsotonic, { ...validation, scores: score }), oracle.isotonic.at);
    for (const [i, expected] of oracle.isotonic.probability.entries()) expectNear(found[i], expected);
  });

  test("temperatures of two and of three classes are where SciPy finds the root", () => {
    const found = fitted(fitTemperature);
    if (found.kind !== "temperature") throw new Error(found.kind);
    expectClose(found.temperature, oracle.temperature);
    const { probability, truth } = golden.multiclass;
    expectClose(classTemperature(probability.flat().map(Math.log), truth, 3), oracle.classTemperature);
  });

  test("the calibration line is statsmodels'", () => {
    const { slope, intercept } = calibrationLine(score2, label);
    for (const [estimate, [value, error]] of [
      [slope, oracle.calibrationLine.slope],
      [intercept, oracle.calibrationLine.intercept],
    ]) {
      expectClose(estimate.value, value);
      expectClose((estimate.interval.upper - estimate.interval.lower) / 2 / 1.959963984540054, error, 1e-7);
    }
  });

  test.each(Object.entries(fits))("%s lowers the log loss of where it was fitted, and keeps the order", (_, make) => {
    const found = calibratedScores(fitted(make), score2);
    const kept = Float64Array.from(found, (p) => Math.min(1 - 1e-6, Math.max(1e-6, p)));
    expect(Number(logLoss(kept, label))).toBeLessThan(Number(logLoss(score2, label)));
    const order = score2.map((_: number, i: number) => i).sort((a: number, b: number) => score2[a] - score2[b]);
    expect(order.every((i: number, rank: number) => rank === 0 || found[i] >= found[order[rank - 1]])).toBe(true);
  });

  test.each(Object.entries(fits))("%s may not be judged where it was fitted", (_, make) => {
    const found = fitted(make);
    expect(() => calibrated(found, validation)).toThrow(
      'calibration: it was chosen on set "validation", it must be applied to another one',
    );
    expect(() => calibrated(found, { ...validation, name: "test" })).toThrow("has the same scores and labels");
    const other = { name: "test", scores: score2.slice(0, 50), labels: label.slice(0, 50) };
    expect(calibrated(JSON.parse(JSON.stringify(found)), other)).toEqual({ ...other, scores: calibratedScores(found, other.scores) });
  });

  test.each(Object.entries(fits))("%s needs cases of both classes, five of each, and scores that differ", (_, make) => {
    const on = (scores: number[], labels: number[]) => make({ name: "validation", scores, labels });
    expect(on([0.1, 0.2, 0.3], [0, 0, 0])).toEqual({ notDefined: "no positive cases" });
    expect(on([0.1, 0.2, 0.3], [0, 0, 1])).toEqual({ notDefined: "5 positive and 5 negative cases are needed, there are 1 and 2" });
    expect(on(Array(12).fill(0.3), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1])).toEqual({ notDefined: "all scores are equal" });
  });

  test("no temperature is best for scores without a mistake, nor for scores worse than chance", () => {
    const labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const scores = labels.map((_, i) => 0.05 + i / 10);
    expect(fitTemperature({ name: "v", scores, labels })).toEqual({
      notDefined: "the scores make no mistake, so that no temperature is best",
    });
    expect(fitTemperature({ name: "v", scores: [...scores].reverse(), labels })).toEqual({
      notDefined: "the scores are no better than chance",
    });
    expect(calibrationLine(scores, labels).slope.value).toEqual({ notDefined: "the likelihood has no maximum" });
    // Platt's targets keep the sigmoid finite.
    expect(fitPlatt({ name: "v", scores, labels })).toMatchObject({ kind: "platt" });
  });
});

test.each<[string, () => unknown, string]>([
  ["a score of 1 has no logit", () => fitTemperature({ ...validation, scores: label }), "must be between 0 and 1 to have a logit, got"],
  [
    "a score is no probability",
    () => brierScore([0.2, 1.7], [0, 1]),
    "Brier score: the probability of case 1 must be from 0 to 1, got 1.7",
  ],
  ["no bins", () => calibrationError([0.2], [1], { bins: 0 }), "the number of bins must be whole and positive, got 0"],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
