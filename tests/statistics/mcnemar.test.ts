/** McNemar's tests are statsmodels', and the interval of a paired difference holds it. */
import { expect, test } from "vitest";
import { mcnemar, rightAnswers } from "../../src/statistics/mcnemar.ts";
import { defined } from "../../src/statistics/not-defined.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { xorshift } from "../xorshift.ts";
import { expectClose, oracle } from "./data.ts";

/** Two lists of answers with these counts of both, first alone, second alone, and neither right. */
const answers = (both: number, first: number, second: number, neither: number) =>
  [
    [...Array(both + first).fill(1), ...Array(second + neither).fill(0)],
    [...Array(both).fill(1), ...Array(first).fill(0), ...Array(second).fill(1), ...Array(neither).fill(0)],
  ] as const;

test.each(oracle.mcnemar as number[][])("%i against %i", (b, c, exact, chiSquared, corrected) => {
  const found = mcnemar(...answers(10, b, c, 4));
  expect([found.onlyFirst, found.onlySecond, found.both, found.neither]).toEqual([b, c, 10, 4]);
  expectClose(found.exactP, exact, 1e-10);
  // statsmodels takes (|b − c| − 1)² where b = c too; ours is corrected to 0 and not beyond.
  expectClose(found.correctedChiSquared, b === c ? 0 : chiSquared, 1e-12);
  expectClose(found.correctedP, b === c ? 1 : corrected, 1e-9);
});

test.each(oracle.midP as number[][])("mid-p of %i against %i", (b, c, expected) => {
  expectClose(mcnemar(...answers(0, b, c, 0)).midP, expected, 1e-10);
});

test("two that are never right apart have no p", () => {
  const { exactP, difference } = mcnemar(...answers(9, 0, 0, 3));
  expect(exactP).toEqual({ notDefined: "the two are never right apart" });
  expect(difference.value).toBe(0);
});

test("the interval holds the true difference in about 95 of 100 samples, and is as good for few cases", () => {
  const draw = xorshift(21);
  const rounds = 1000;
  let held = 0;
  for (let round = 0; round < rounds; round++) {
    // Of 10: both right 5, first alone 3, second alone 1, neither 1. The difference is 0.2.
    const kinds = Array.from({ length: 40 }, () => draw(10));
    const { interval } = mcnemar(
      kinds.map((kind) => (kind < 8 ? 1 : 0)),
      kinds.map((kind) => (kind < 5 || kind === 8 ? 1 : 0)),
    ).difference;
    const { lower, upper } = defined("", interval);
    if (lower <= 0.2 && 0.2 <= upper) held++;
  }
  // The method is a little wide: Newcombe finds a mean coverage of 0.96; four deviations of a share of 1000 are 0.028.
  expect(held / rounds).toBeGreaterThan(0.95 - 0.028);
  expect(held / rounds).toBeLessThan(0.97 + 0.028);
});

test("right answers", () => {
  expect([...rightAnswers([0, 1, 2], [0, 2, 2])]).toEqual([1, 0, 1]);
});

test.each<[string, () => unknown, string]>([
  ["lists of different lengths", () => mcnemar([1], [1, 0]), "McNemar: there must be as many second answers as cases, got 2 and 1"],
  ["something else than 0 and 1", () => mcnemar([0.5], [1]), "McNemar: the label of case 0 must be 0 or 1, got 0.5"],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
