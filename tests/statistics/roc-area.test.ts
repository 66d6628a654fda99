/** ROC areas: variances by their definitions, patients with several films, and what cannot be told. */
import { describe, expect, test } from "vitest";
import { defined } from "../../src/statistics/not-defined.ts";
import { compareRocAreas, hanleyMcNeil, rocArea, rocAreaEstimate } from "../../src/statistics/roc-area.ts";
import { xorshift } from "../xorshift.ts";
import { expectClose, expectNear, golden, oracle } from "./data.ts";

const { label, score, score2 } = golden;
const ofThree = label.map((_: number, i: number) => `patient ${Math.floor(i / 3)}`);

describe("by cluster", () => {
  test("variances and covariance are Obuchowski's sums", () => {
    const { first, second, covariance, difference } = compareRocAreas(score, score2, label, { clusters: ofThree });
    const expected = oracle.clusteredAreas;
    expectNear(first.value, expected.auc[0]);
    expectClose(Number(first.standardError) ** 2, expected.covariance[0][0]);
    expectClose(Number(second.standardError) ** 2, expected.covariance[1][1]);
    expectClose(covariance, expected.covariance[0][1]);
    const variance = expected.covariance[0][0] + expected.covariance[1][1] - 2 * expected.covariance[0][1];
    const { lower, upper, method } = defined("difference", difference.interval);
    expectClose((upper - lower) / 2 / 1.959963984540054, Math.sqrt(variance));
    expect(method).toBe("DeLong by cluster (Obuchowski)");
  });

  test("a patient a film is DeLong", () => {
    const each = label.map((_: number, i: number) => i);
    expectClose(rocAreaEstimate(score, label, { clusters: each }).standardError, Number(rocAreaEstimate(score, label).standardError));
  });

  test("every film twice leaves the interval almost as wide, and without clusters makes it narrower", () => {
    const twice = (values: readonly number[]) => [...values, ...values];
    const patients = twice(label.map((_: number, i: number) => i));
    const errorOf = (area: { standardError: unknown }) => Number(area.standardError);
    const [once, known, unknown] = [
      rocAreaEstimate(score, label),
      rocAreaEstimate(twice(score), twice(label), { clusters: patients }),
      rocAreaEstimate(twice(score), twice(label)),
    ].map(errorOf);
    expectClose(known, once, 1e-9);
    expectClose(unknown, once / Math.SQRT2, 0.02);
  });

  test("positives of one patient have no variance", () => {
    const patients = label.map((positive: number, i: number) => (positive ? "one" : i));
    const { interval } = rocAreaEstimate(score, label, { clusters: patients });
    expect(interval).toEqual({ notDefined: "positives or negatives are of one cluster" });
  });
});

test("Hanley and McNeil", () => {
  const { standardError, interval } = hanleyMcNeil(score, label);
  expectClose(standardError, oracle.hanleyMcNeil);
  expect(defined("interval", interval).method).toBe("Hanley–McNeil");
});

test("on the logit scale the interval stays inside, and maps back to the plain one where it is narrow", () => {
  const { lower, upper, method } = defined("interval", rocAreaEstimate(score, label, { scale: "logit" }).interval);
  const plain = defined("interval", rocAreaEstimate(score, label).interval);
  expect(method).toBe("DeLong, logit");
  // The two differ by curvature: the square of the reach times half the second derivative of the logistic, under 0.006 here.
  for (const [a, b] of [
    [lower, plain.lower],
    [upper, plain.upper],
  ])
    expect(Math.abs(a - b)).toBeLessThan(0.006);
  expect(upper).toBeLessThan(1);
});

test("the area is that of scores under any rising map, and 1 − area under a falling one", () => {
  const cubed = score.map((value: number) => 7 + value ** 3);
  expectNear(rocArea(cubed, label), golden.roc.auc, 1e-12);
  expectNear(
    rocArea(
      score.map((value: number) => -value),
      label,
    ),
    1 - golden.roc.auc,
    1e-12,
  );
});

test("the interval holds the true area in about 95 of 100 samples", () => {
  const draw = xorshift(11);
  const uniform = () => (draw(1_000_000) + 0.5) / 1_000_000;
  const rounds = 400;
  let held = 0;
  for (let round = 0; round < rounds; round++) {
    const labels = Array.from({ length: 80 }, (_, i) => (i < 30 ? 1 : 0));
    // Positives are the higher of two uniform numbers: the area is 2/3.
    const scores = labels.map((positive) => (positive ? Math.max(uniform(), uniform()) : uniform()));
    const { lower, upper } = defined("interval", rocAreaEstimate(scores, labels).interval);
    if (lower <= 2 / 3 && 2 / 3 <= upper) held++;
  }
  // Four deviations of a binomial share of 400, √(0.95 · 0.05 / 400) = 0.011.
  expect(Math.abs(held / rounds - 0.95)).toBeLessThan(0.044);
});

describe("what cannot be told", () => {
  test.each([
    ["no positives", [0.1, 0.2], [0, 0], "no positive cases"],
    ["no negatives", [0.1, 0.2], [1, 1], "no negative cases"],
    ["one score for all", [0.5, 0.5, 0.5], [0, 1, 1], "all scores are equal"],
  ])("%s: no area", (_, scores, labels, notDefined) => {
    expect(rocArea(scores, labels)).toEqual({ notDefined });
    expect(rocAreaEstimate(scores, labels)).toMatchObject({
      value: { notDefined },
      interval: { notDefined },
      standardError: { notDefined },
    });
    expect(hanleyMcNeil(scores, labels).interval).toEqual({ notDefined });
  });

  test("four positives: an area, but no interval", () => {
    const labels = label.slice(0, 40).map((_: number, i: number) => (i < 4 ? 1 : 0));
    const found = rocAreaEstimate(score2.slice(0, 40), labels);
    expect(found.value).toBeTypeOf("number");
    expect(found.interval).toEqual({ notDefined: "5 positive and 5 negative cases are needed, there are 4 and 36" });
  });

  test("an area of 1: no variance", () => {
    const labels = Array.from({ length: 31 }, (_, i) => (i > 20 ? 1 : 0));
    const found = rocAreaEstimate(
      labels.map((_, i) => i / 7),
      labels,
    );
    expect(found).toMatchObject({ value: 1, interval: { notDefined: "the variance is 0" } });
  });

  test("a score against itself: no test", () => {
    const { difference, z, p } = compareRocAreas(score, score, label);
    expect(difference.value).toBe(0);
    expect([z, p]).toEqual([
      { notDefined: "the two scores order the cases alike" },
      { notDefined: "the two scores order the cases alike" },
    ]);
  });

  test("a constant score against another: the one that has no area is named", () => {
    const { p } = compareRocAreas(
      score,
      score.map(() => 1),
      label,
    );
    expect(p).toEqual({ notDefined: "the second area: all scores are equal" });
  });
});
