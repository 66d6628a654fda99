/** Scores are called by their threshold, not called near it, and never shown where they are no numbers. */
import { describe, expect, test } from "vitest";
import { bytesText, millisecondsText, percentText, valueText, verdictOf, zoneOf } from "../../../src/app/web/score-text.ts";
import { DeviceError } from "../../../src/gpu/device-error.ts";

test.each([
  [0.7, 0.5, "positive"],
  [0.59, 0.5, "not sure"],
  [0.5, 0.5, "not sure"],
  [0.41, 0.5, "not sure"],
  [0.3, 0.5, "negative"],
  [0.2, 0.05, "positive"],
] as const)("%d at a threshold of %d is %s", (score, threshold, verdict) => {
  expect(verdictOf(score, threshold, 0.1)).toBe(verdict);
});

test("without a margin a score at the threshold is positive, as the command line has it", () => {
  expect(verdictOf(0.5, 0.5, 0)).toBe("positive");
});

test("the zone ends where probabilities do", () => {
  expect(zoneOf(0.05, 0.1)).toEqual([0, 0.05 + 0.1]);
  expect(zoneOf(0.95, 0.1)).toEqual([0.95 - 0.1, 1]);
});

test.each([
  [0, "0.0 %"],
  [0.0004, "< 0.1 %"],
  [0.1234, "12.3 %"],
  [0.99961, "> 99.9 %"],
  [1, "100.0 %"],
])("%d is written %s", (score, text) => {
  expect(percentText(score)).toBe(text);
});

describe.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%d", (score) => {
  test.each([
    ["verdict", () => verdictOf(score, 0.5, 0.1)],
    ["percent", () => percentText(score)],
    ["value", () => valueText(score)],
  ])("is a failure of the device, and no %s", (_, show) => {
    expect(show).toThrow(DeviceError);
    expect(show).toThrow(/score that is not a number/);
  });
});

test("sizes and times have units that fit", () => {
  expect([512, 4_551, 4_551_544].map(bytesText)).toEqual(["512 B", "5 kB", "4.6 MB"]);
  expect([1.234, 123.4, 12_345].map(millisecondsText)).toEqual(["1.2 ms", "123 ms", "12.3 s"]);
});
