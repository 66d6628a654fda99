/** Intervals of proportions agree with statsmodels', lie within [0, 1], and say what they are. */
import { describe, expect, test } from "vitest";
import { defined } from "../../src/statistics/not-defined.ts";
import { type ProportionMethod, proportion, proportionMethods } from "../../src/statistics/proportion.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { expectNear, oracle } from "./data.ts";

const endsOf = (successes: number, trials: number, method: ProportionMethod, level?: number) =>
  defined(method, proportion(successes, trials, { method, level }).interval);

test.each(oracle.proportions as [ProportionMethod, number, number, number, number, number][])(
  "%s of %i/%i at level %d",
  (method, successes, trials, level, expectedLower, expectedUpper) => {
    const { lower, upper } = endsOf(successes, trials, method, level);
    expectNear(lower, Math.max(0, expectedLower));
    expectNear(upper, Math.min(1, expectedUpper));
  },
);

describe.each(proportionMethods)("%s", (method) => {
  test("of none and of all reaches 0 and 1 and no further", () => {
    const [none, all] = [endsOf(0, 20, method), endsOf(20, 20, method)];
    expect([none.lower, all.upper]).toEqual([0, 1]);
    expectNear(none.upper, 1 - all.lower, 1e-12);
  });

  test("is narrower with more trials and with less confidence", () => {
    const width = (trials: number, level?: number) => {
      const { lower, upper } = endsOf(trials / 4, trials, method, level);
      return upper - lower;
    };
    expect(width(400)).toBeLessThan(width(40));
    expect(width(40, 0.8)).toBeLessThan(width(40));
  });

  test("mirrors itself where successes and failures change places", () => {
    const [a, b] = [endsOf(13, 41, method), endsOf(28, 41, method)];
    expectNear(a.lower, 1 - b.upper, 1e-12);
    expectNear(a.upper, 1 - b.lower, 1e-12);
  });
});

test("Wilson with continuity correction of 81/263 is 0.2535 to 0.3682, as Newcombe 1998 prints it", () => {
  const { lower, upper } = endsOf(81, 263, "Wilson with continuity correction");
  expect([lower.toFixed(4), upper.toFixed(4)]).toEqual(["0.2535", "0.3682"]);
});

test("no trials: not defined, for the reason that is given", () => {
  const none = { notDefined: "no positive cases" };
  expect(proportion(0, 0, {}, "no positive cases")).toEqual({ value: none, interval: none, successes: 0, trials: 0 });
});

test.each<[string, () => unknown, string]>([
  ["more successes than trials", () => proportion(4, 3), "proportion: 0 ≤ successes ≤ trials must be whole numbers, got 4 of 3"],
  ["half a success", () => proportion(0.5, 3), "got 0.5 of 3"],
  ["a level of 95", () => proportion(1, 3, { level: 95 }), "proportion: the level must be between 0 and 1, got 95"],
  [
    "an unknown method",
    () => proportion(1, 3, { method: "wilson" as never }),
    "proportion: there is no method wilson, there are Wald, Wilson",
  ],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
