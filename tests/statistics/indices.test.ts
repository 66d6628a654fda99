/** Indices of two and of many classes are scikit-learn's, and hold to the identities that tie them together. */
import { describe, expect, test } from "vitest";
import { countsAt, countsOfClass } from "../../src/statistics/binary-counts.ts";
import { binaryIndices, fBeta } from "../../src/statistics/binary-indices.ts";
import { classAreas } from "../../src/statistics/class-areas.ts";
import { multiclassIndices } from "../../src/statistics/class-indices.ts";
import { accuracy, balancedAccuracy, confusionMatrix, meanSensitivity, predictedClasses } from "../../src/statistics/confusion.ts";
import { estimateText } from "../../src/statistics/estimate.ts";
import { matthews } from "../../src/statistics/matthews.ts";
import { defined, statisticText } from "../../src/statistics/not-defined.ts";
import { StatisticsError } from "../../src/statistics/statistics-error.ts";
import { expectClose, expectNear, expectNoNaN, golden, oracle } from "./data.ts";

const counts = (truePositives: number, falseNegatives: number, falsePositives: number, trueNegatives: number) => ({
  truePositives,
  falseNegatives,
  falsePositives,
  trueNegatives,
});
const { probability, truth } = golden.multiclass;
const rows: number[] = probability.flat();

describe("two classes", () => {
  test("every index of 30, 10, 5 and 55 by hand", () => {
    const found = binaryIndices(counts(30, 10, 5, 55));
    const { positiveLikelihoodRatio, negativeLikelihoodRatio, diagnosticOddsRatio } = found;
    const proportions = {
      prevalence: 40 / 100,
      accuracy: 85 / 100,
      sensitivity: 30 / 40,
      specificity: 55 / 60,
      ppv: 30 / 35,
      npv: 55 / 65,
      falsePositiveRate: 5 / 60,
      falseNegativeRate: 10 / 40,
      falseDiscoveryRate: 5 / 35,
      falseOmissionRate: 10 / 65,
    };
    for (const [name, expected] of Object.entries(proportions)) expectNear(found[name as keyof typeof proportions].value, expected, 1e-15);
    expectNear(found.balancedAccuracy, (30 / 40 + 55 / 60) / 2, 1e-15);
    expectNear(found.geometricMean, Math.sqrt((30 / 40) * (55 / 60)), 1e-15);
    expectNear(found.youden, 30 / 40 + 55 / 60 - 1, 1e-15);
    expectNear(found.markedness, 30 / 35 + 55 / 65 - 1, 1e-15);
    expectNear(found.f1, 60 / 75, 1e-15);
    expectNear(found.threatScore, 30 / 45, 1e-15);
    expectNear(found.fowlkesMallows, Math.sqrt((30 / 35) * (30 / 40)), 1e-15);
    // MCC² = J · markedness.
    expectNear(Number(found.matthews) ** 2, Number(found.youden) * Number(found.markedness), 1e-15);
    expectNear(positiveLikelihoodRatio.value, 9, 1e-14);
    expectNear(negativeLikelihoodRatio.value, 0.25 / (55 / 60), 1e-14);
    expectNear(diagnosticOddsRatio.value, (30 * 55) / (10 * 5), 1e-13);
    const { lower, upper, method } = defined("", diagnosticOddsRatio.interval);
    const reach = 1.959963984540054 * Math.sqrt(1 / 30 + 1 / 10 + 1 / 5 + 1 / 55);
    expectClose(lower, 33 * Math.exp(-reach));
    expectClose(upper, 33 * Math.exp(reach));
    expect(method).toBe("log (Woolf)");
  });

  test("F-scores", () => {
    for (const [beta, expected] of oracle.fBeta) expectNear(fBeta(countsAt(golden.score, golden.label, 0.5), beta), expected);
  });

  test("without positives what needs them is not defined, and the rest is", () => {
    const found = binaryIndices(counts(0, 0, 2, 8));
    const none = { notDefined: "no positive cases" };
    expect(found.sensitivity).toMatchObject({ value: none, interval: none });
    expect([found.balancedAccuracy, found.youden, found.matthews]).toEqual([none, none, { notDefined: "all cases are of one class" }]);
    expect([found.specificity.value, found.accuracy.value, found.ppv.value]).toEqual([0.8, 0.8, 0]);
    expectNoNaN(found);
  });

  test("with every combination of empty counts nothing is NaN or infinite", () => {
    for (let bits = 1; bits < 16; bits++) {
      const [a, b, c, d] = [1, 2, 4, 8].map((bit) => (bits & bit ? 7 : 0));
      const found = binaryIndices(counts(a, b, c, d));
      expectNoNaN(found);
      expect(JSON.stringify(found)).not.toContain("null");
    }
  });

  test("as text", () => {
    const { sensitivity, diagnosticOddsRatio, npv } = binaryIndices(counts(162, 17, 17, 154));
    expect(estimateText(sensitivity)).toBe("0.905 (95%: 0.853–0.940, Wilson)");
    expect(estimateText(diagnosticOddsRatio, 1)).toBe("86.3 (95%: 42.5–175.2, log (Woolf))");
    expect(estimateText({ ...npv, interval: { notDefined: "none asked for" } })).toBe("0.901 (interval not defined: none asked for)");
    expect(estimateText(binaryIndices(counts(0, 0, 1, 1)).sensitivity)).toBe("not defined: no positive cases");
    expect(statisticText(0.12345, 2)).toBe("0.12");
  });
});

describe("three classes", () => {
  const confusion = confusionMatrix(predictedClasses(rows, 3), truth, 3);
  const found = multiclassIndices(confusion, ["a", "b", "c"]);

  test("each class", () => {
    for (const [c, { ppv, sensitivity, f1, name }] of found.classes.entries()) {
      expect(name).toBe("abc"[c]);
      expectNear(ppv.value, oracle.perClass.ppv[c]);
      expectNear(sensitivity.value, oracle.perClass.sensitivity[c]);
      expectNear(f1, oracle.perClass.f1[c]);
    }
  });

  test.each(["macro", "micro", "weighted"] as const)("%s averages", (kind) => {
    for (const [name, expected] of Object.entries<number>(oracle.averages[kind]))
      expectNear(found[kind][name as "ppv" | "sensitivity" | "f1"], expected);
  });

  test("the rest", () => {
    expectNear(found.matthews, oracle.multiclass.matthews);
    expectNear(found.balancedAccuracy, oracle.multiclass.balancedAccuracy);
    expectNear(classAreas(rows, truth, 3).weighted, oracle.multiclass.weightedAuc);
    // One against the rest, summed: true negatives are all cases but for the row and the column.
    expectNear(found.micro.specificity, (480 - (240 - 194)) / 480, 1e-15);
    expect(countsOfClass(confusion, 1)).toEqual(counts(53, 18, 9, 160));
  });

  test("a class that is never predicted has no PPV, and neither has the mean", () => {
    const { classes, macro, weighted } = multiclassIndices(
      [
        [3, 1, 0],
        [1, 3, 0],
        [1, 1, 0],
      ],
      ["a", "b", "c"],
    );
    expect(classes[2].ppv.value).toEqual({ notDefined: "no case is called positive" });
    expect([macro.ppv, weighted.ppv]).toEqual(Array(2).fill({ notDefined: "class c: no case is called positive" }));
    expectNear(macro.f1, (2 / 3) * (6 / 9), 1e-15);
  });

  test("areas of a class without cases are not defined", () => {
    const { oneVersusRest, macro, handTill } = classAreas([0.2, 0.7, 0.1, 0.6, 0.3, 0.1], [1, 0], 3);
    expect(oneVersusRest).toEqual([1, 1, { notDefined: "no positive cases" }]);
    expect([macro, handTill]).toEqual(Array(2).fill({ notDefined: "no cases of class 2" }));
  });

  test("of two classes R_K is Matthews's coefficient", () => {
    expectNear(
      matthews([
        [154, 17],
        [17, 162],
      ]),
      (162 * 154 - 17 * 17) / Math.sqrt(179 * 171 * 179 * 171),
      1e-15,
    );
  });
});

test("cases of one class have an accuracy and a mean sensitivity, but no balanced accuracy", () => {
  const confusion = [
    [3, 1],
    [0, 0],
  ];
  expect([accuracy(confusion), meanSensitivity(confusion)]).toEqual([0.75, 0.75]);
  expect(balancedAccuracy(confusion)).toEqual({ notDefined: "cases of fewer than two classes" });
  expect(
    accuracy([
      [0, 0],
      [0, 0],
    ]),
  ).toEqual({ notDefined: "no cases" });
});

test.each<[string, () => unknown, string]>([
  ["a missing label", () => confusionMatrix([0, 1], [0, undefined as never], 2), "confusion matrix: case 1 has no label"],
  ["a label that is no class", () => confusionMatrix([0, 1], [0, 2], 2), "the label of case 1 must be a class from 0 to 1, got 2"],
  ["a prediction that is none", () => confusionMatrix([0, -1], [0, 1], 2), "the prediction of case 1 must be a class from 0 to 1, got -1"],
  ["fewer predictions", () => confusionMatrix([0], [0, 1], 2), "there must be as many predictions as cases, got 1 and 2"],
  ["no cases", () => binaryIndices(counts(0, 0, 0, 0)), "indices: there are no cases"],
  ["half a case", () => binaryIndices(counts(0.5, 0, 0, 0)), "indices: truePositives must be a whole number, got 0.5"],
  [
    "names that do not fit",
    () =>
      multiclassIndices(
        [
          [1, 0],
          [0, 1],
        ],
        ["a"],
      ),
    "indices: every class needs a name, got 1 for 2",
  ],
  ["β of 0", () => fBeta(counts(1, 1, 1, 1), 0), "F-score: beta must be positive, got 0"],
  ["a NaN output", () => predictedClasses([0.1, Number.NaN], 2), "predicted classes: output 1 of case 0 is NaN, no finite number"],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(StatisticsError);
  expect(attempt).toThrow(message);
});
