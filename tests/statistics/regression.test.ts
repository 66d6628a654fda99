/** Regression: errors, correlations, concordance and limits of agreement, against SciPy's and what is published. */
import { describe, expect, test } from "vitest";
import { blandAltman } from "../../src/statistics/bland-altman.ts";
import { concordance } from "../../src/statistics/concordance.ts";
import { correlationTable, holm, pearson, spearman } from "../../src/statistics/correlation.ts";
import { defined } from "../../src/statistics/not-defined.ts";
import { regressionErrors } from "../../src/statistics/regression.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { xorshift } from "../xorshift.ts";
import { expectClose, expectNear, golden, oracle } from "./data.ts";

const { truth, predicted } = golden.regression;

test("the error of logarithms is scikit-learn's, and is not defined below −1", () => {
  expectNear(regressionErrors(predicted, truth).rmsle, oracle.rmsle);
  expect(regressionErrors([0, -1], [1, 1]).rmsle).toEqual({ notDefined: "case 1 has a value of −1 or below" });
});

test("R² is 0 for the mean, negative for worse, and not defined where the truth does not vary", () => {
  expect(regressionErrors([2, 2, 2], [1, 2, 3]).r2).toBe(0);
  expect(regressionErrors([3, 2, 1], [1, 2, 3]).r2).toBe(-3);
  expect(regressionErrors([3, 2, 1], [2, 2, 2]).r2).toEqual({ notDefined: "the true values do not vary" });
  expect(regressionErrors([3, 1], [1, 2])).toMatchObject({ bias: 0.5, mae: 1.5, mse: 2.5, rmse: Math.sqrt(2.5) });
});

describe("correlation", () => {
  test("Fisher's interval is SciPy's", () => {
    const { lower, upper, method } = defined("", pearson(truth, predicted).interval);
    expectNear(lower, oracle.pearsonInterval[0]);
    expectNear(upper, oracle.pearsonInterval[1]);
    expect(method).toBe("Pearson, Fisher");
  });

  test("a perfect one has p = 0 and no interval", () => {
    expect(pearson([1, 2, 3, 4], [2, 4, 6, 8])).toMatchObject({ value: 1, p: 0, interval: { notDefined: "the correlation is perfect" } });
    expect(spearman([1, 2, 3, 4], [8, 4, 2, 1]).value).toBe(-1);
  });

  test("of what does not vary, or of two cases, there is none", () => {
    expect(pearson([1, 1, 1], [1, 2, 3])).toMatchObject({
      value: { notDefined: "the first does not vary" },
      p: { notDefined: "the first does not vary" },
    });
    expect(spearman([1, 2, 3], [0.1, 0.1, 0.1]).value).toEqual({ notDefined: "the second does not vary" });
    expect(pearson([1, 2], [1, 2]).value).toEqual({ notDefined: "3 cases at least are needed" });
  });

  test("Holm's correction is statsmodels'", () => {
    for (const [i, adjusted] of holm(oracle.holm.p).entries()) expectNear(adjusted, oracle.holm.adjusted[i]);
  });

  test("a table has every pair, with p-values for their number", () => {
    const noise = truth.map((_: number, i: number) => (i * 37) % 11);
    const rows = correlationTable({ area: predicted, still: truth.map(() => 1) }, { protein: truth, noise });
    expect(rows.map(({ first, second }) => `${first} ${second}`)).toEqual(["area protein", "area noise", "still protein", "still noise"]);
    expectClose(rows[0].adjustedP, 2 * golden.regression.pearson[1], 1e-11);
    expect(rows[1].adjustedP).toBe(rows[1].p);
    expect(rows[2].adjustedP).toEqual({ notDefined: "the first does not vary" });
  });
});

describe("concordance", () => {
  test("is 1 for equals, and less for a shift that correlation does not see", () => {
    expect(concordance([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])).toEqual({ value: 1, interval: { notDefined: "the agreement is perfect" } });
    // s² = 2 each and a shift of 1: 4 / (2 + 2 + 1).
    expectNear(concordance([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]).value, 0.8, 1e-15);
  });

  test("its interval holds the true value in about 95 of 100 samples", () => {
    const draw = xorshift(3);
    const normal = () => Array.from({ length: 12 }, () => draw(100_000) / 100_000).reduce((sum, value) => sum + value, -6);
    // x = t + e, y = t + 0.5 + e' with unit t and e of deviation 0.5: 2 / (1.25 + 1.25 + 0.25).
    const expected = 2 / 2.75;
    const rounds = 400;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const t = Array.from({ length: 60 }, normal);
      const { lower, upper } = defined(
        "",
        concordance(
          t.map((value) => value + normal() / 2),
          t.map((value) => value + 0.5 + normal() / 2),
        ).interval,
      );
      if (lower <= expected && expected <= upper) held++;
    }
    // Four deviations of a share of 400.
    expect(Math.abs(held / rounds - 0.95)).toBeLessThan(0.044);
  });
});

describe("Bland and Altman", () => {
  // Peak expiratory flow by a large and a mini meter: Bland and Altman 1986, table 1.
  const large = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427];
  const mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451];

  test("bias −2.1 (−22.0 to 17.8) and deviation 38.8 l/min, as they print them", () => {
    const { bias, standardDeviation, lowerLimit, upperLimit, points } = blandAltman(large, mini);
    const { lower, upper } = defined("", bias.interval);
    expect([bias.value, standardDeviation, lower, upper].map((value) => Number(value).toFixed(1))).toEqual([
      "-2.1",
      "38.8",
      "-22.0",
      "17.8",
    ]);
    expectNear(Number(upperLimit.value) - Number(lowerLimit.value), 2 * 1.959963984540054 * standardDeviation);
    expect(points[0]).toEqual([503, -18]);
  });

  test("limits hold the share of differences that they are for, and their intervals are wider than the bias's", () => {
    const { bias, upperLimit } = blandAltman(large, mini, { coverage: 0.8 });
    expectNear(Number(upperLimit.value) - Number(bias.value), 1.2815515655446004 * 38.765127, 1e-6);
    const width = (of: typeof bias) => {
      const { lower, upper } = defined("", of.interval);
      return upper - lower;
    };
    expect(width(upperLimit)).toBeGreaterThan(width(bias));
  });

  test("a bias that grows with the value is a trend", () => {
    expect(blandAltman([1, 2, 3, 4, 6], [1, 1.9, 2.7, 3.5, 5]).trend.value).toBeGreaterThan(0.9);
  });
});

test.each<[string, () => unknown, string]>([
  ["a NaN prediction", () => regressionErrors([1, Number.NaN], [1, 2]), "regression: the prediction of case 1 is NaN, no finite number"],
  ["lists of different lengths", () => pearson([1, 2, 3], [1, 2]), "Pearson: there must be as many second values as cases, got 2 and 3"],
  ["no cases", () => regressionErrors([], []), "regression: there are no cases"],
  ["two cases", () => blandAltman([1, 2], [1, 2]), "Bland–Altman: 3 cases at least are needed, got 2"],
  ["p above 1", () => holm([0.1, 2]), "Holm: a p-value must be from 0 to 1, got 2"],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
