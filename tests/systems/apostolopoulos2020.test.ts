/** The tables of Apostolopoulos 2020 give the figures that the paper prints for its counts, and strategies are compared film by film. */
import { describe, expect, test } from "vitest";
import { apostolopoulos2020 } from "../../src/systems/apostolopoulos2020.ts";
import type { Results } from "../../src/systems/system.ts";
import { filmsOf } from "./films.ts";

const classes = ["covid", "rest"];
const covid = [0.8, 0.2];
const rest = [0.3, 0.7];

/** 443 of 455 films of COVID-19 found, 20 of 3,450 others taken for it. */
const paper: Results = {
  test: filmsOf("pooled folds", classes, [
    { films: 443, label: 0, probabilities: covid },
    { films: 12, label: 0, probabilities: rest },
    { films: 20, label: 1, probabilities: covid },
    { films: 3430, label: 1, probabilities: rest },
  ]),
};
const fold = (number: number, places: readonly number[]) => ({
  fold: number,
  epochs: 3,
  bestEpoch: 2,
  places,
  loss: 0,
  outputs: [],
  metrics: {},
});
const all = [...paper.test.films.keys()];

test("COVID-19 against the rest: accuracy 99.18 %, sensitivity 97.36 %, specificity 99.42 %, pooled", () => {
  const { summary } = apostolopoulos2020.tables(paper);
  const pooled = summary.map(({ measure, pooled: value }) => [measure, (100 * Number(value)).toFixed(2)]);
  expect(pooled).toEqual([
    ["accuracy", "99.18"],
    ["covid_accuracy", "99.18"],
    ["covid_sensitivity", "97.36"],
    ["covid_specificity", "99.42"],
  ]);
  expect(summary[2]).toMatchObject({ films: 3905, pooled_interval: "Wilson", folds: 0, mean_of_folds: "" });
  expect(Number(summary[2].pooled_lower)).toBeCloseTo(0.954472, 6);
});

test("each fold has its row, and their mean and deviation stand beside the pooled figure", () => {
  // Even and odd films: 222 and 221 of the 443, 6 and 6 of the 12.
  const folds = [0, 1].map((half) =>
    fold(
      half,
      all.filter((place) => place % 2 === half),
    ),
  );
  const { summary, folds: rows } = apostolopoulos2020.tables({ ...paper, folds });
  const sensitivities = [222 / 228, 221 / 227];
  expect(rows.map(({ fold: name }) => name)).toEqual([0, 1, "pooled"]);
  expect(rows.slice(0, 2).map(({ covid_sensitivity: value }) => value)).toEqual(sensitivities);
  const [a, b] = sensitivities;
  expect(summary[2].mean_of_folds).toBeCloseTo((a + b) / 2, 12);
  expect(summary[2].deviation_of_folds).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12);
});

test("confusion matrix and classes come by name", () => {
  const { confusion, classes: rows } = apostolopoulos2020.tables(paper);
  expect(confusion).toEqual([
    { truth: "covid", taken_for_covid: 443, taken_for_rest: 12 },
    { truth: "rest", taken_for_covid: 20, taken_for_rest: 3430 },
  ]);
  expect(rows[0]).toMatchObject({ class: "covid", films: 455, recall: 443 / 455, precision: 443 / 463 });
  expect(Number(rows[0].f1)).toBeCloseTo(0.965142, 6);
});

test("strategies are compared by McNemar's test on the same films", () => {
  const scratch: Results = {
    test: { ...paper.test, films: paper.test.films.map((film, i) => (i < 10 ? { ...film, probabilities: rest } : film)) },
  };
  const { strategies, mcnemar } = apostolopoulos2020.comparison({ features: paper, scratch });
  expect(strategies.map(({ strategy }) => strategy)).toEqual(["features", "scratch"]);
  expect(mcnemar[0]).toMatchObject({ first: "features", second: "scratch", question: "all classes", only_first: 10, only_second: 0 });
  expect(mcnemar[0].exact_p).toBeCloseTo(2 ** -9, 12);
  const other = { test: { ...paper.test, films: paper.test.films.slice(1) } };
  expect(() => apostolopoulos2020.comparison({ features: paper, other })).toThrow(
    "comparison: features and other were not judged on the same films",
  );
});

test("films of a training without COVID-19 cannot be reported", () => {
  const others = { ...paper.test, classes: ["tuberculosis", "rest"] };
  expect(() => apostolopoulos2020.tables({ test: others })).toThrow("covid: is no class of this training, there are tuberculosis, rest");
});

describe("the plan", () => {
  const plan = (variant: string) => apostolopoulos2020.plan({ member: "seven", variant, quick: false });

  test("has the same data and folds for every strategy", () => {
    const plans = Object.keys(apostolopoulos2020.variants).map(plan);
    const shared = plans.map(({ arch, size, resize, epochs, batch, folds, classes: names, augment }) => ({
      ...{ arch, size, resize, epochs, batch, folds, augment },
      classes: names?.length,
    }));
    const expected = {
      arch: "mobilenet_v2",
      size: 200,
      resize: "letterbox",
      epochs: 100,
      batch: 32,
      folds: 10,
      augment: "apostolopoulos",
      classes: 7,
    };
    expect(shared).toEqual([expected, expected, expected]);
    expect(plans.map(({ start, lr, freeze }) => [start, lr, freeze])).toEqual([
      ["random", 1e-3, "none"],
      ["ImageNet", 1e-3, "trunk"],
      ["ImageNet", 1e-4, "features\\.(\\d|1[0-3])\\."],
    ]);
  });

  test("of two outputs merges the others", () => {
    const { merge, classes: names } = apostolopoulos2020.plan({ member: "two", variant: "scratch", quick: false });
    expect([merge, names]).toEqual([{ covid: ["covid"], rest: ["*"] }, undefined]);
  });
});
