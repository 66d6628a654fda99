/** Overlap of masks: what empty masks give, and means by patient. */
import { expect, test } from "vitest";
import { defined } from "../../src/statistics/not-defined.ts";
import { overlapOf, overlapSummary } from "../../src/statistics/overlap.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { uniform } from "../uniform.ts";
import { expectNear, expectNoNaN } from "./data.ts";

const masks = (overlap: number, predicted: number, truth: number) =>
  overlapOf(
    Array.from({ length: 40 }, (_, i) => (i < predicted ? 255 : 0)),
    Array.from({ length: 40 }, (_, i) => (i >= predicted - overlap && i < predicted - overlap + truth ? 1 : 0)),
  );

test("three of four and of six pixels", () => {
  expect(masks(3, 4, 6)).toEqual({ both: 3, predicted: 4, truth: 6, dice: 0.6, iou: 3 / 7, precision: 0.75, sensitivity: 0.5 });
});

test("IoU = Dice / (2 − Dice)", () => {
  for (const [overlap, predicted, truth] of [
    [5, 9, 7],
    [1, 20, 3],
    [8, 8, 8],
  ]) {
    const { dice, iou } = masks(overlap, predicted, truth);
    expectNear(iou, Number(dice) / (2 - Number(dice)), 1e-15);
  }
});

test("one empty mask is no overlap, two are not defined", () => {
  expect(masks(0, 0, 5)).toMatchObject({ dice: 0, iou: 0, precision: { notDefined: "the predicted mask is empty" }, sensitivity: 0 });
  expect(masks(0, 5, 0)).toMatchObject({ dice: 0, iou: 0, precision: 0, sensitivity: { notDefined: "the true mask is empty" } });
  expect(masks(0, 0, 0)).toMatchObject({ dice: { notDefined: "both masks are empty" }, iou: { notDefined: "both masks are empty" } });
});

test("means are over pictures, pooled values over pixels, and pictures that are empty twice are left out", () => {
  const found = overlapSummary([masks(3, 4, 6), masks(10, 10, 10), masks(0, 0, 0)]);
  expect([found.pictures, found.bothEmpty]).toEqual([3, 1]);
  expectNear(found.dice.value, 0.8, 1e-15);
  expectNear(found.pooledDice.value, 26 / 30, 1e-15);
  expectNear(found.pooledIou.value, 13 / 17, 1e-15);
  expect(found.diceQuartiles).toEqual([0.6, 0.7, 0.8, 0.9, 1]);
  expectNoNaN(found);
});

test("patients with several alike pictures widen the interval", () => {
  const overlaps = Array.from({ length: 60 }, (_, i) => masks(1 + Math.floor(7 * uniform(4, Math.floor(i / 6))), 8, 8));
  const width = (clusters?: number[]) => {
    const { lower, upper, method } = defined("", overlapSummary(overlaps, { clusters, resamples: 500 }).dice.interval);
    expect(method).toBe(`percentile bootstrap of 500 resamples${clusters ? " by cluster" : ""}, seed 1`);
    return upper - lower;
  };
  const patients = overlaps.map((_, i) => Math.floor(i / 6));
  // Pictures of a patient are equal: six times the cases are none, and the width is √6 = 2.4 of what it seems.
  expect(width(patients) / width()).toBeGreaterThan(1.7);
});

test.each<[string, () => unknown, string]>([
  ["masks of different sizes", () => overlapOf([1, 0], [1]), "overlap: there must be as many predicted pixels as cases, got 2 and 1"],
  ["a NaN pixel", () => overlapOf([1, Number.NaN], [1, 0]), "overlap: pixel 1 is not a number"],
  ["no pictures", () => overlapSummary([]), "overlap: there are no pictures"],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
