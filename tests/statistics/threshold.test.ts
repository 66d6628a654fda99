/** Thresholds are chosen by their rule on one set, and cannot be judged on it. */
import { describe, expect, test } from "vitest";
import { defined } from "../../src/statistics/not-defined.ts";
import type { ScoredSet } from "../../src/statistics/scored-set.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { applyThreshold, chooseThreshold, fixedThreshold, type Threshold, type ThresholdRule } from "../../src/statistics/threshold.ts";
import { evenThresholds, thresholdTable } from "../../src/statistics/threshold-table.ts";
import { golden } from "./data.ts";

const half = golden.label.length / 2;
const set = (name: string, from: number): ScoredSet => ({
  name,
  scores: golden.score.slice(from, from + half),
  labels: golden.label.slice(from, from + half),
});
const validation = set("validation", 0);
const testing = set("test", half);
const chosen = (rule: ThresholdRule, on: ScoredSet = validation): Threshold => defined("threshold", chooseThreshold(on, rule));

/** What each distinct score of the validation set gives as a threshold. */
const table = thresholdTable(
  validation.scores,
  validation.labels,
  [...new Set(Array.from(validation.scores))].sort((a, b) => b - a),
);

describe("the rules", () => {
  test("youden and f1 are as high as at any score", () => {
    const at = (rule: ThresholdRule) => table.find(({ threshold }) => threshold === chosen(rule).value);
    expect(at("youden")?.youden).toBe(Math.max(...table.map(({ youden }) => Number(youden))));
    expect(at("f1")?.f1).toBe(Math.max(...table.map(({ f1 }) => Number(f1))));
  });

  test("sensitivity ≥ 0.9 is the highest threshold that reaches it", () => {
    const { value, rule } = chosen({ sensitivity: 0.9 });
    expect(rule).toBe("sensitivity ≥ 0.9");
    expect(table.filter(({ sensitivity }) => Number(sensitivity.value) >= 0.9)[0].threshold).toBe(value);
  });

  test("specificity ≥ 0.9 and ppv ≥ 0.9 are the lowest that reach them", () => {
    expect(table.filter(({ specificity }) => Number(specificity.value) >= 0.9).at(-1)?.threshold).toBe(chosen({ specificity: 0.9 }).value);
    expect(table.filter(({ ppv }) => Number(ppv.value) >= 0.9).at(-1)?.threshold).toBe(chosen({ ppv: 0.9 }).value);
  });

  test("of equal merit the highest threshold is taken", () => {
    const scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0];
    // J is 0.2 at 0.9, falls, and is highest, 0.4, at 0.4; with the other labels it is 0.2 at 0.9, 0.5 and 0.1.
    const labels = [1, 0, 0, 1, 1, 1, 0, 0, 1, 0];
    expect(chosen("youden", { name: "validation", scores, labels }).value).toBe(0.4);
    const even = [1, 0, 0, 1, 1, 0, 0, 1, 1, 0];
    expect(chosen("youden", { name: "validation", scores, labels: even }).value).toBe(0.9);
  });

  test("what no score reaches is not defined", () => {
    const labels = Array.from(validation.labels);
    // The highest score is a negative case's.
    const scores = Array.from(validation.scores, (score, i) => (i === labels.indexOf(0) ? 1 : score));
    expect(chooseThreshold({ name: "validation", scores, labels }, { specificity: 1 })).toEqual({
      notDefined: "no score as threshold reaches specificity ≥ 1",
    });
  });

  test("few positives, one class or one score choose nothing", () => {
    const on = (scores: number[], labels: number[]) => chooseThreshold({ name: "validation", scores, labels }, "youden");
    expect(on([0.1, 0.2, 0.9], [0, 0, 1])).toEqual({ notDefined: "5 positive and 5 negative cases are needed, there are 1 and 2" });
    expect(on([0.1, 0.2, 0.9], [0, 0, 0])).toEqual({ notDefined: "no positive cases" });
    expect(on([0.2, 0.2, 0.2], [0, 1, 0])).toEqual({ notDefined: "all scores are equal" });
  });
});

describe("applied", () => {
  test("to another set it counts and tells the intervals", () => {
    const { set: name, predicted, indices } = applyThreshold(chosen("youden"), testing, { method: "Clopper–Pearson" });
    expect(name).toBe("test");
    expect(predicted.length).toBe(half);
    expect(indices.positives + indices.negatives).toBe(half);
    expect(defined("interval", indices.sensitivity.interval).method).toBe("Clopper–Pearson");
  });

  test.each<[string, ScoredSet, string]>([
    ["the set it was chosen on", validation, 'threshold: it was chosen on set "validation", it must be applied to another one'],
    [
      "that set by another name",
      { ...validation, name: "test" },
      'threshold: it was chosen on set "validation", and set "test" has the same scores and labels',
    ],
    [
      "that set in another order",
      { name: "test", scores: Array.from(validation.scores).reverse(), labels: Array.from(validation.labels).reverse() },
      "has the same scores and labels",
    ],
  ])("to %s: an error", (_, other, message) => {
    const attempt = () => applyThreshold(chosen("youden"), other);
    expect(attempt).toThrow(StatisticsError);
    expect(attempt).toThrow(message);
  });

  test("to a set that shares a case or a patient: an error", () => {
    const ids = Array.from({ length: half }, (_, i) => `film ${i}`);
    const patients = Array.from({ length: half }, (_, i) => i >> 1);
    const on = chosen("youden", { ...validation, ids, clusters: patients });
    const others = ids.map((_, i) => `other ${i}`);
    expect(() => applyThreshold(on, { ...testing, ids: [...others.slice(1), "film 7"] })).toThrow('and set "test" has case film 7 of it');
    expect(() => applyThreshold(on, { ...testing, ids: others, clusters: patients.map((p) => p + 59) })).toThrow(
      'and set "test" has cases of the same patient or group, 59',
    );
    expect(() => applyThreshold(on, { ...testing, ids: others, clusters: patients.map((p) => p + 60) })).not.toThrow();
  });

  test("after it was stored and read it still knows where it was chosen", () => {
    const stored: Threshold = JSON.parse(JSON.stringify(chosen("youden")));
    expect(() => applyThreshold(stored, validation)).toThrow("it was chosen on set");
    expect(applyThreshold(stored, testing)).toEqual(applyThreshold(chosen("youden"), testing));
  });

  test("a threshold that was fixed beforehand may be judged on any set", () => {
    const { threshold, indices } = applyThreshold(fixedThreshold(0.2, "Minaee 2020"), validation);
    expect(threshold).toEqual({ value: 0.2, rule: "fixed", chosenOn: { fixed: "Minaee 2020" } });
    expect(indices.truePositives + indices.falsePositives).toBe(Array.from(validation.scores).filter((score) => score >= 0.2).length);
  });
});

test("the table has 201 thresholds, and sensitivity falls along it", () => {
  const rows = thresholdTable(golden.score, golden.label);
  expect([rows.length, rows[0].threshold, rows[1].threshold, rows[200].threshold]).toEqual([201, 0, 0.005, 1]);
  expect(rows.every(({ sensitivity }, i) => i === 0 || Number(sensitivity.value) <= Number(rows[i - 1].sensitivity.value))).toBe(true);
  expect(rows[0].sensitivity.value).toBe(1);
  expect(rows[200].ppv.value).toEqual({ notDefined: "no case is called positive" });
});

test.each<[string, () => unknown, string]>([
  ["a set without a name", () => chooseThreshold({ ...validation, name: "" }, "youden"), "threshold: the set must have a name"],
  ["an unknown rule", () => chooseThreshold(validation, "best" as never), "threshold: there is no rule best"],
  ["a share above 1", () => chooseThreshold(validation, { ppv: 90 }), "threshold: ppv must be above 0 and at most 1, got 90"],
  ["a threshold that is no number", () => fixedThreshold(Number.NaN, "the file"), "threshold: must be a finite number, got NaN"],
  ["steps that miss 1", () => evenThresholds(0.3), "threshold table: 1 must be a multiple of the step, got 0.3"],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
