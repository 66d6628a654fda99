/** Agreement of readers: statsmodels' kappas, Fleiss's example of 1971, and the table of Shrout and Fleiss 1979. */
import { describe, expect, test } from "vitest";
import { cohenKappa } from "../../src/statistics/cohen-kappa.ts";
import { twoSidedNormal } from "../../src/statistics/distributions.ts";
import { fleissKappa } from "../../src/statistics/fleiss-kappa.ts";
import { intraclassCorrelation } from "../../src/statistics/intraclass-correlation.ts";
import { defined } from "../../src/statistics/not-defined.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { xorshift } from "../xorshift.ts";
import { expectClose, expectNear, golden, oracle } from "./data.ts";

describe("Cohen's kappa", () => {
  test.each(["none", "linear", "quadratic"] as const)("with weights %s is statsmodels'", (weights) => {
    const expected = oracle.kappa[weights];
    const { value, standardError, interval, p } = cohenKappa(golden.multiclass.confusion, { weights });
    expectNear(value, expected.value);
    expectClose(standardError, expected.standardError);
    expectClose(p, twoSidedNormal(expected.z), 1e-7);
    const { lower, upper } = defined("", interval);
    expectNear(lower, expected.lower);
    expectNear(upper, expected.upper);
  });

  test("is 1 for readers who always agree, 0 for what chance gives", () => {
    expect(
      cohenKappa([
        [5, 0],
        [0, 7],
      ]),
    ).toMatchObject({ value: 1, interval: { notDefined: "the variance is 0" } });
    expectNear(
      cohenKappa([
        [4, 8],
        [3, 6],
      ]).value,
      0,
      1e-15,
    );
  });

  test("is not defined where both use one category", () => {
    const reason = { notDefined: "both gave all cases one category" };
    expect(
      cohenKappa([
        [9, 0],
        [0, 0],
      ]),
    ).toMatchObject({ value: reason, interval: reason, p: reason });
  });

  test("has no test where one reader uses one category", () => {
    expect(
      cohenKappa([
        [9, 0],
        [4, 0],
      ]),
    ).toMatchObject({ value: 0, p: { notDefined: "one gave all cases one category" } });
  });
});

/** A list of categories for counts of each. */
const listed = (counts: readonly number[]): number[] => counts.flatMap((count, category) => Array<number>(count).fill(category));

describe("Fleiss's kappa", () => {
  const ratings = (oracle.fleiss.counts as number[][]).map(listed);

  test("of ten subjects by fourteen readers is 0.210", () => {
    const { value } = fleissKappa(ratings, 5);
    expectNear(value, oracle.fleiss.value);
    expect(Number(value).toFixed(3)).toBe("0.210");
  });

  test("its standard error is about the jackknife's", () => {
    const draw = xorshift(5);
    // 200 subjects, of each a truth that three readers in four see.
    const many = Array.from({ length: 200 }, () => {
      const truth = draw(3);
      return Array.from({ length: 4 }, () => (draw(4) > 0 ? truth : draw(3)));
    });
    const all = many.map((_, out) => Number(fleissKappa(many.toSpliced(out, 1), 3).value));
    const mean = all.reduce((sum, value) => sum + value, 0) / 200;
    const jackknife = Math.sqrt((199 / 200) * all.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    const { lower, upper } = defined("", fleissKappa(many, 3).interval);
    expectClose((upper - lower) / 2 / 1.96, jackknife, 0.02);
  });

  test("readers who answer by chance differ from 0 in 5 of 100 samples", () => {
    const draw = xorshift(9);
    const rounds = 400;
    let found = 0;
    for (let round = 0; round < rounds; round++) {
      const { p } = fleissKappa(
        Array.from({ length: 40 }, () => Array.from({ length: 3 }, () => Math.max(0, draw(4) - 1))),
        3,
      );
      if (Number(p) < 0.05) found++;
    }
    // Four deviations of a share of 400.
    expect(Math.abs(found / rounds - 0.05)).toBeLessThan(0.044);
  });

  test("is not defined for one category", () => {
    expect(
      fleissKappa(
        [
          [1, 1],
          [1, 1],
        ],
        3,
      ).value,
    ).toEqual({ notDefined: "all ratings are one category" });
  });
});

describe("intraclass correlation", () => {
  // Six subjects by four judges: Shrout and Fleiss 1979, table 2. Values there; intervals as R's psych::ICC prints them.
  const ratings = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
  ];
  test.each([
    ["one-way", "single", "ICC(1,1)", "0.17", "-0.13 0.72"],
    ["agreement", "single", "ICC(A,1)", "0.29", "0.02 0.76"],
    ["consistency", "single", "ICC(C,1)", "0.71", "0.34 0.95"],
    ["one-way", "average", "ICC(1,4)", "0.44", "-0.88 0.91"],
    ["agreement", "average", "ICC(A,4)", "0.62", "0.07 0.93"],
    ["consistency", "average", "ICC(C,4)", "0.91", "0.68 0.99"],
  ] as const)("%s, %s", (model, unit, name, value, ends) => {
    const found = intraclassCorrelation(ratings, { model, unit });
    const { lower, upper } = defined("", found.interval);
    expect([found.name, Number(found.value).toFixed(2), `${lower.toFixed(2)} ${upper.toFixed(2)}`]).toEqual([name, value, ends]);
  });

  test("a bias of one reader counts for agreement alone", () => {
    const biased = ratings.map(([a, b]) => [a, b + 100]);
    const plain = ratings.map(([a, b]) => [a, b]);
    const of = (rows: number[][], model: "agreement" | "consistency") => Number(intraclassCorrelation(rows, { model }).value);
    expectNear(of(biased, "consistency"), of(plain, "consistency"));
    expect(of(biased, "agreement")).toBeLessThan(0.01);
  });

  test("is not defined where subjects or readers do not differ", () => {
    expect(
      intraclassCorrelation([
        [1, 2],
        [2, 1],
      ]).value,
    ).toEqual({ notDefined: "all subjects have one mean" });
    expect(
      intraclassCorrelation([
        [1, 1],
        [2, 2],
      ]).value,
    ).toEqual({ notDefined: "the readers never differ" });
  });
});

test.each<[string, () => unknown, string]>([
  ["one subject", () => fleissKappa([[1, 2]], 3), "Fleiss's kappa: two subjects and two readers at least are needed, got 1 and 2"],
  [
    "a rating that is missing",
    () => intraclassCorrelation([[1, 2], [1]]),
    "intraclass correlation: subject 1 has 1 ratings, the first has 2",
  ],
  [
    "a rating that is no number",
    () =>
      intraclassCorrelation([
        [1, Number.NaN],
        [1, 2],
      ]),
    "rating 1 of subject 0 is NaN, no finite number",
  ],
  [
    "a category too high",
    () =>
      fleissKappa(
        [
          [1, 3],
          [0, 1],
        ],
        3,
      ),
    "rating 1 of subject 0 must be a category from 0 to 2, got 3",
  ],
  [
    "a table that is no square",
    () =>
      cohenKappa([
        [1, 2, 3],
        [1, 2, 3],
      ]),
    "kappa: a square confusion matrix of two classes or more is needed",
  ],
  [
    "counts that are no counts",
    () =>
      cohenKappa([
        [1, 0.5],
        [1, 2],
      ]),
    "kappa: counts must be whole numbers, got 0.5",
  ],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
