/** The tables of Minaee 2020 give the figures that the paper prints for its counts, and thresholds are never chosen on test films. */
import { describe, expect, test } from "vitest";
import { minaee2020 } from "../../src/systems/minaee2020.ts";
import type { Results } from "../../src/systems/system.ts";
import { filmsOf } from "./films.ts";

const classes = ["covid", "non"];
const sure = [0.9, 0.1];
const unsure = [0.25, 0.75];
const clear = [0.05, 0.95];

/** ResNet-18's counts: 98 of 100 films of COVID-19, and 279 false alarms among 3,000 others. */
const resnet18: Results = {
  test: filmsOf("test", classes, [
    { films: 98, label: 0, probabilities: sure },
    { films: 2, label: 0, probabilities: clear },
    { films: 279, label: 1, group: "normal", probabilities: unsure },
    { films: 1421, label: 1, group: "normal", probabilities: clear },
    { films: 1300, label: 1, group: "edema", probabilities: clear },
  ]),
  val: filmsOf("val", classes, [
    { films: 20, label: 0, probabilities: [0.6, 0.4] },
    { films: 40, label: 1, probabilities: clear },
  ]),
};

describe("the threshold table", () => {
  const row = minaee2020.tables(resnet18).thresholds.find(({ threshold }) => threshold === 0.2);

  test("has the counts and Wald's intervals that the paper prints: 98.0 ± 2.7 and 90.7", () => {
    expect(row).toMatchObject({ tp: 98, fn: 2, fp: 279, tn: 2721, sensitivity: 0.98, specificity: 0.907, sensitivity_interval: "Wald" });
    expect(100 * (0.98 - Number(row?.sensitivity_lower))).toBeCloseTo(2.7, 1);
    expect(Number(row?.sensitivity_wilson_lower)).toBeCloseTo(0.929988, 6);
  });

  test("reaches from 0 to 1", () => {
    const thresholds = minaee2020.tables(resnet18).thresholds.map(({ threshold }) => threshold);
    expect([thresholds.length, thresholds[0], thresholds.at(-1)]).toEqual([21, 0, 1]);
  });
});

test("the summary tells what a positive answer means: precision 26 % and kappa 0.38 here, less where the disease is rarer", () => {
  const [fixed, chosen] = minaee2020.tables(resnet18).summary;
  expect(fixed).toMatchObject({ threshold: 0.2, rule: "fixed", cases: 3100, positives: 100 });
  expect([Number(fixed.ppv), Number(fixed.kappa)].map((value) => value.toFixed(6))).toEqual(["0.259947", "0.379249"]);
  expect(Number(fixed["ppv_at_0.01"])).toBeCloseTo((0.98 * 0.01) / (0.98 * 0.01 + 0.093 * 0.99), 12);
  // The threshold of validation films is their lowest score of COVID-19, and makes no false alarm here.
  expect(chosen).toMatchObject({ threshold: 0.6, rule: "sensitivity ≥ 0.98", sensitivity: 0.98, specificity: 1 });
});

test("a threshold is not chosen on the films it is judged on", () => {
  const leaking = { ...resnet18, val: { ...resnet18.test, set: "val" } };
  expect(() => minaee2020.tables(leaking)).toThrow(/was chosen on set "val", and set "test" has/);
});

test("histograms hold COVID-19, normal and other films apart, in 24 bins", () => {
  const { histogram } = minaee2020.tables(resnet18);
  const totals = ["covid", "normal", "other findings"].map((name) => {
    const rows = histogram.filter(({ group }) => group === name);
    return [rows.length, rows.reduce((sum, { count }) => sum + Number(count), 0)];
  });
  expect(totals).toEqual([
    [24, 100],
    [24, 1700],
    [24, 1300],
  ]);
});

test("predictions, confusion matrices and curves are whole", () => {
  const { predictions, confusion, roc, precision_recall: precision } = minaee2020.tables(resnet18);
  expect(predictions[98]).toMatchObject({ truth: "covid", predicted: "non", mistake: 1, p_covid: 0.05, group: "covid" });
  expect(confusion.slice(0, 2)).toEqual([
    { threshold: 0.2, rule: "fixed", truth: "non", taken_for_non: 2721, taken_for_covid: 279 },
    { threshold: 0.2, rule: "fixed", truth: "covid", taken_for_non: 2, taken_for_covid: 98 },
  ]);
  expect([roc.length, precision.length]).toEqual([4, 4]);
});

test("networks are compared on the same films", () => {
  const worse = {
    ...resnet18,
    test: { ...resnet18.test, films: resnet18.test.films.map((film, i) => (i < 30 ? { ...film, probabilities: clear } : film)) },
  };
  const { models } = minaee2020.comparison({ resnet18, squeezenet1_0: worse });
  const areas = models.filter(({ rule }) => rule === "fixed");
  expect(areas.map(({ model }) => model)).toEqual(["resnet18", "squeezenet1_0"]);
  expect(Number(areas[1].roc_area)).toBeLessThan(Number(areas[0].roc_area));
  expect(Number(areas[1].p_of_area_as_first)).toBeLessThan(0.001);
});

describe("the plan", () => {
  const plan = (variant: string, quick = false) => minaee2020.plan({ member: "resnet18", variant, quick });

  test("of the paper: the last layer by Adam at 1e-4, batch norms fixed, the whole film", () => {
    expect(plan("paper")).toMatchObject({
      arch: "resnet18",
      size: 224,
      resize: "stretch",
      start: "ImageNet",
      freeze: "trunk",
      frozenNorms: "fixed",
      epochs: 100,
      batch: 20,
      optimizer: "adam",
      lr: 1e-4,
      monitor: "accuracy",
      augment: "minaee",
    });
  });

  test("of the script: SGD with steps, statistics drift, the middle of the film", () => {
    expect(plan("script")).toMatchObject({
      resize: "shorter side",
      frozenNorms: "drift",
      optimizer: "sgd",
      momentum: 0.9,
      lr: 1e-4,
      schedule: { kind: "step", stepSize: 7, gamma: 0.1 },
    });
  });

  test("in a hurry: the same but for size, epochs, batch and rate", () => {
    const { size, epochs, batch, lr, ...same } = plan("paper");
    const { size: small, epochs: few, batch: little, lr: high, ...quick } = plan("paper", true);
    expect(quick).toEqual(same);
    expect([small < size, few < epochs, little < batch, high > lr]).toEqual([true, true, true, true]);
  });
});
