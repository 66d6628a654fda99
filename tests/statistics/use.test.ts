/** What answers are worth where a test is used: predictive values at a prevalence, net benefit, histograms. */
import { describe, expect, test } from "vitest";
import { decisionCurve } from "../../src/statistics/decision-curve.ts";
import { histogram } from "../../src/statistics/histogram.ts";
import { defined } from "../../src/statistics/not-defined.ts";
import { predictiveValues } from "../../src/statistics/predictive-values.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { xorshift } from "../xorshift.ts";
import { expectNear, golden } from "./data.ts";

const minaee = { truePositives: 98, falseNegatives: 2, falsePositives: 279, trueNegatives: 2721 };

describe("predictive values", () => {
  test("at the prevalence of the cases they are those of the counts", () => {
    const [{ ppv, npv }] = predictiveValues(minaee, [100 / 3100]);
    expectNear(ppv.value, 98 / 377, 1e-14);
    expectNear(npv.value, 2721 / 2723, 1e-14);
  });

  test("a rarer disease makes a positive answer mean less, and a negative one more", () => {
    const found = predictiveValues(minaee, [0.001, 0.01, 0.1, 0.5]);
    expect(found.map(({ prevalence }) => prevalence)).toEqual([0.001, 0.01, 0.1, 0.5]);
    for (let i = 1; i < found.length; i++) {
      expect(found[i].ppv.value).toBeGreaterThan(Number(found[i - 1].ppv.value));
      expect(found[i].npv.value).toBeLessThan(Number(found[i - 1].npv.value));
    }
  });

  test("the interval holds the true value in about 95 of 100 samples", () => {
    const draw = xorshift(17);
    const rounds = 400;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const [truePositives, falsePositives] = [8, 3].map(
        (of10) => Array.from({ length: 100 }, () => draw(10)).filter((value) => value < of10).length,
      );
      const counts = { truePositives, falseNegatives: 100 - truePositives, falsePositives, trueNegatives: 100 - falsePositives };
      const [{ ppv }] = predictiveValues(counts, [0.1]);
      const { lower, upper } = defined("", ppv.interval);
      const expected = 0.08 / (0.08 + 0.27);
      if (lower <= expected && expected <= upper) held++;
    }
    // Four deviations of a share of 400.
    expect(Math.abs(held / rounds - 0.95)).toBeLessThan(0.044);
  });

  test("without mistakes or without positives", () => {
    const [{ ppv, npv }] = predictiveValues({ ...minaee, falsePositives: 0 }, [0.1]);
    expect(ppv).toEqual({ value: 1, interval: { notDefined: "sensitivity or specificity is 0 or 1" } });
    expect(npv.value).toBeTypeOf("number");
    const [none] = predictiveValues({ ...minaee, truePositives: 0, falseNegatives: 0 }, [0.1]);
    expect(none.ppv.value).toEqual({ notDefined: "no positive cases" });
  });
});

describe("decision curve", () => {
  const { score, label } = golden;

  test("by hand: 3 of 4 positives and 1 of 6 negatives from 0.2", () => {
    const [p, y] = [
      [0.9, 0.8, 0.3, 0.1, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1],
      [1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
    ];
    const [point] = decisionCurve(p, y, { thresholds: [0.2] });
    expectNear(point.netBenefit, 3 / 10 - (1 / 10) * (0.2 / 0.8), 1e-15);
    expectNear(point.treatAll, 4 / 10 - (6 / 10) * (0.2 / 0.8), 1e-15);
    expectNear(point.avoidedPer100, (100 * (point.netBenefit - point.treatAll)) / 0.25, 1e-12);
  });

  test("below every probability it is to act on all, above every one on none", () => {
    const curve = decisionCurve(score, label);
    expect(curve.length).toBe(99);
    expectNear(curve[0].netBenefit, curve[0].treatAll, 1e-15);
    expectNear(curve[98].netBenefit, 0, 1e-15);
  });

  test("at another prevalence sensitivity and specificity stay", () => {
    const [own] = decisionCurve(score, label, { thresholds: [0.5] });
    const [same] = decisionCurve(score, label, { thresholds: [0.5], prevalence: 87 / 240 });
    const [rare] = decisionCurve(score, label, { thresholds: [0.5], prevalence: 0.1 });
    expect(same).toEqual(own);
    expectNear(rare.netBenefit, 0.1 * (76 / 87) - 0.9 * (24 / 153), 1e-14);
  });
});

describe("histogram", () => {
  test("counts every value once, with the last edge in the last bin", () => {
    const bins = histogram(golden.score, 30);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(240);
    expect(histogram([0, 0.1, 0.3, 0.7, 1], 10).flatMap(({ count }, k) => Array(count).fill(k))).toEqual([0, 1, 3, 7, 9]);
    expect(histogram([5, 7], 2, [4, 8]).map(({ lower, upper, count }) => [lower, upper, count])).toEqual([
      [4, 6, 1],
      [6, 8, 1],
    ]);
  });
});

test.each<[string, () => unknown, string]>([
  ["a prevalence of 0", () => predictiveValues(minaee, [0]), "predictive values: a prevalence must be between 0 and 1, got 0"],
  [
    "a threshold of 1",
    () => decisionCurve([0.1, 0.2], [0, 1], { thresholds: [1] }),
    "decision curve: a threshold must be between 0 and 1, got 1",
  ],
  ["one class", () => decisionCurve([0.1, 0.2], [1, 1]), "decision curve: cases of both classes are needed"],
  ["logits", () => decisionCurve([0.1, 2], [1, 0]), "decision curve: the probability of case 1 must be from 0 to 1, got 2"],
  ["a value out of range", () => histogram([0.5, 1.2]), "histogram: the value of case 1 must be from 0 to 1, got 1.2"],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
