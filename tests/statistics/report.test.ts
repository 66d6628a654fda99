/** Reports hold together, survive bad data without a silent number, and refuse to judge what was chosen on them. */
import { describe, expect, test } from "vitest";
import { binaryReport } from "../../src/statistics/binary-report.ts";
import { multiclassReport } from "../../src/statistics/multiclass-report.ts";
import { defined } from "../../src/statistics/not-defined.ts";
import { regressionReport } from "../../src/statistics/regression-report.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { chooseThreshold, fixedThreshold } from "../../src/statistics/threshold.ts";
import { expectNear, expectNoNaN, golden, oracle } from "./data.ts";

const half = 120;
const { score, label } = golden;
const part = (from: number) => ({ scores: score.slice(from, from + half), labels: label.slice(from, from + half) });
const [validation, testing] = [{ name: "validation", ...part(0) }, part(half)];
const resamples = 200;
const patients = testing.labels.map((_: number, i: number) => `patient ${i >> 1}`);

describe("two classes", () => {
  const youden = defined("", chooseThreshold(validation, "youden"));
  const report = binaryReport(testing.scores, testing.labels, {
    clusters: patients,
    thresholds: [youden, fixedThreshold(0.5, "convention")],
    prevalences: [0.01, 0.1],
    resamples,
  });

  test("says what it is of", () => {
    expect(report).toMatchObject({ set: "test", cases: 120, clusters: 60, notes: [] });
    expect(report.positives + report.negatives).toBe(120);
    expect(binaryReport(testing.scores, testing.labels, { resamples }).notes).toEqual(["every case counts as a patient of its own"]);
  });

  test("every interval names its method", () => {
    expect(defined("", report.rocArea.interval).method).toBe("DeLong by cluster (Obuchowski)");
    expect(defined("", report.averagePrecision.interval).method).toBe("percentile bootstrap of 200 resamples by cluster, seed 1");
    const [{ bootstrapped, indices, predictiveValues }] = report.thresholds;
    expect(defined("", bootstrapped.f1.interval).method).toBe("percentile bootstrap of 200 resamples by cluster, seed 1");
    expect(defined("", indices.sensitivity.interval).method).toBe("Wilson");
    expect(defined("", predictiveValues[0].ppv.interval).method).toBe("logit (Mercaldo)");
  });

  test("bootstrapped values are those of the indices", () => {
    for (const { bootstrapped, indices } of report.thresholds) {
      expect(bootstrapped.sensitivity.value).toBe(indices.sensitivity.value);
      expect(bootstrapped.kappa.value).toBe(indices.kappa);
    }
  });

  test("holds no NaN, and goes through JSON but for the first, infinite thresholds of curves", () => {
    expectNoNaN(report);
    expect(JSON.stringify(report).match(/null/g)?.length).toBe(
      2 + defined("", report.calibration).reliability.filter(({ cases }) => cases === 0).length,
    );
  });

  test("a threshold that was chosen on it: an error", () => {
    expect(() => binaryReport(validation.scores, validation.labels, { thresholds: [youden] })).toThrow("has the same scores and labels");
    expect(() => binaryReport(testing.scores, testing.labels, { name: "validation", thresholds: [youden] })).toThrow(
      "must be applied to another one",
    );
  });

  const thresholds = [fixedThreshold(0.5, "convention")];
  test.each<[string, number[], number[], string[]]>([
    ["no positives", [0.1, 0.6, 0.3, 0.2], [0, 0, 0, 0], ["0 and 4"]],
    ["no negatives", [0.1, 0.6, 0.3, 0.2], [1, 1, 1, 1], ["4 and 0"]],
    ["four positives", testing.scores, testing.labels.map((_: number, i: number) => (i < 4 ? 1 : 0)), ["4 and 116"]],
    ["one score for all", Array(20).fill(0.5), Array.from({ length: 20 }, (_, i) => i % 2), []],
    ["all right", Array.from({ length: 20 }, (_, i) => (i % 2 ? 0.9 : 0.1)), Array.from({ length: 20 }, (_, i) => i % 2), []],
    [
      "logits",
      [-3, 4, 2, -1, 5, 1, 2, -4, -3, -2],
      [0, 1, 1, 0, 1, 1, 0, 0, 0, 1],
      ["calibration is not defined: the score of case 0 is -3"],
    ],
  ])("%s: every number is one or says why not", (_, scores, labels, notes) => {
    const found = binaryReport(scores, labels, { thresholds, prevalences: [0.1], resamples: 100, clusters: labels.map((_, i) => i) });
    expectNoNaN(found);
    for (const note of notes) expect(found.notes.join("\n")).toContain(note);
    if (labels.includes(0) !== labels.includes(1)) {
      expect(found.rocArea.value).toHaveProperty("notDefined");
      expect(found.averagePrecision.value).toHaveProperty("notDefined");
      expect(found.decisionCurve).toEqual({ notDefined: "cases of one class" });
    }
  });

  test.each<[string, ArrayLike<number>, ArrayLike<number>, string]>([
    ["a NaN score", [0.1, Number.NaN], [0, 1], "report: the score of case 1 is NaN, no finite number"],
    ["an infinite score", [0.1, Infinity], [0, 1], "report: the score of case 1 is Infinity, no finite number"],
    ["a missing label", [0.1, 0.2], [0, undefined as never], "report: case 1 has no label"],
    ["a missing label as NaN", [0.1, 0.2], [0, Number.NaN], "report: case 1 has no label"],
    ["a label of 2", [0.1, 0.2], [0, 2], "report: the label of case 1 must be 0 or 1, got 2"],
    ["fewer labels", [0.1, 0.2], [0], "report: there must be as many scores as cases, got 2 and 1"],
    ["nothing", [], [], "report: there are no cases"],
  ])("%s: an error", (_, scores, labels, message) => {
    const attempt = () => binaryReport(scores, labels);
    expect(attempt).toThrow(StatisticsError);
    expect(attempt).toThrow(message);
  });
});

describe("three classes", () => {
  const { truth, probability } = golden.multiclass;
  const rows: number[] = probability.flat();

  test("agrees with scikit-learn and holds no NaN", () => {
    const report = multiclassReport(rows, truth, ["a", "b", "c"], {
      resamples: 100,
      clusters: truth.map((_: number, i: number) => i % 50),
    });
    expectNear(report.logLoss, oracle.multiclass.logLoss);
    expectNear(report.brier, oracle.multiclass.brier);
    expectNear(report.bootstrapped.macroF1.value, golden.multiclass.macroF1);
    expect([report.cases, report.clusters, report.predicted.length]).toEqual([240, 50, 240]);
    expectNoNaN(report);
  });

  test("cases of one class leave a report that says what is missing", () => {
    const report = multiclassReport(rows.slice(0, 30), Array(10).fill(0), ["a", "b", "c"], { resamples: 100 });
    expect(report.indices.balancedAccuracy).toEqual({ notDefined: "cases of fewer than two classes" });
    expect(report.areas.macro).toEqual({ notDefined: "no cases of class 1" });
    expectNoNaN(report);
  });

  test.each<[string, number[], number[], string]>([
    ["rows that do not sum to 1", [0.5, 0.6], [0], "report: the probabilities of case 0 must sum to 1, got 1.1"],
    ["logits", [-1, 2], [0], "report: the probability of case 0 must be from 0 to 1, got -1"],
    ["a label that is no class", [0.5, 0.5], [2], "report: the label of case 0 must be a class from 0 to 1, got 2"],
  ])("%s: an error", (_, probabilities, labels, message) => {
    expect(() => multiclassReport(probabilities, labels, ["a", "b"])).toThrow(message);
  });
});

test("a regression", () => {
  const { truth, predicted, r2 } = golden.regression;
  const report = regressionReport(predicted, truth, { resamples });
  expectNear(report.bootstrapped.r2.value, r2);
  expectNear(report.agreement.bias.value, report.bias, 1e-15);
  expectNoNaN(report);
  const flat = regressionReport(predicted, Array(60).fill(2), { resamples: 100 });
  expect(flat.r2).toEqual({ notDefined: "the true values do not vary" });
  expectNoNaN(flat);
});
