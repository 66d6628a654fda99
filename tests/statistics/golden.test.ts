/** Statistics of one set of data agree with scikit-learn's and SciPy's to 10⁻⁹. */
import { expect, test } from "vitest";
import { countsAt } from "../../src/statistics/binary-counts.ts";
import { binaryIndices } from "../../src/statistics/binary-indices.ts";
import { brierScore, logLoss } from "../../src/statistics/brier.ts";
import { classAreas } from "../../src/statistics/class-areas.ts";
import { multiclassIndices } from "../../src/statistics/class-indices.ts";
import { confusionMatrix, predictedClasses } from "../../src/statistics/confusion.ts";
import { pearson, spearman } from "../../src/statistics/correlation.ts";
import { mcnemar, rightAnswers } from "../../src/statistics/mcnemar.ts";
import { defined } from "../../src/statistics/not-defined.ts";
import { averagePrecision, precisionRecallCurve, precisionRecallTrapezoid } from "../../src/statistics/precision-recall.ts";
import { regressionErrors } from "../../src/statistics/regression.ts";
import { calibrationError } from "../../src/statistics/reliability.ts";
import { rocCurve } from "../../src/statistics/roc.ts";
import { compareRocAreas, rocArea, rocAreaEstimate } from "../../src/statistics/roc-area.ts";
import { chooseThreshold } from "../../src/statistics/threshold.ts";
import { expectClose, expectNear, golden } from "./data.ts";

const { label, score, score2 } = golden;

const called = (scores: readonly number[]): number[] => scores.map((value) => (value >= 0.5 ? 1 : 0));

test("ROC", () => {
  const curve = defined("ROC", rocCurve(score, label));
  expect(curve.length).toBe(golden.roc.fpr.length);
  for (const [i, { falsePositiveRate, truePositiveRate }] of curve.entries()) {
    expectNear(falsePositiveRate, golden.roc.fpr[i]);
    expectNear(truePositiveRate, golden.roc.tpr[i]);
  }
  expectNear(rocArea(score, label), golden.roc.auc);
});

test("precision and recall", () => {
  const curve = defined("PR", precisionRecallCurve(score, label)).reverse();
  expect(curve.length).toBe(golden.pr.precision.length);
  for (const [i, { precision, recall }] of curve.entries()) {
    expectNear(precision, golden.pr.precision[i]);
    expectNear(recall, golden.pr.recall[i]);
  }
  expectNear(averagePrecision(score, label), golden.pr.averagePrecision);
  expectNear(precisionRecallTrapezoid(score, label), golden.pr.areaTrapezoid);
});

test("DeLong", () => {
  const { first, second, covariance, z, p } = compareRocAreas(score, score2, label);
  for (const [i, { value, standardError }] of [first, second].entries()) {
    expectNear(value, golden.delong.auc[i]);
    expectClose(Number(standardError) ** 2, golden.delong.variance[i]);
  }
  expectClose(covariance, golden.delong.covariance);
  expectClose(z, golden.delong.z);
  expectClose(p, golden.delong.p);
  const { interval } = rocAreaEstimate(score, label);
  const { lower, upper, method } = defined("DeLong", interval);
  expectNear(lower, golden.delong.ci95[0]);
  expectNear(upper, golden.delong.ci95[1]);
  expect(method).toBe("DeLong");
});

test("indices at 0.5", () => {
  const expected = golden["at0.5"];
  const counts = countsAt(score, label, 0.5);
  const { trueNegatives, falsePositives, falseNegatives, truePositives } = counts;
  expect([trueNegatives, falsePositives, falseNegatives, truePositives]).toEqual(expected["confusion (tn fp fn tp)"]);
  const { accuracy, f1, kappa, matthews, balancedAccuracy } = binaryIndices(counts);
  expectNear(accuracy.value, expected.accuracy);
  expectNear(f1, expected.f1);
  expectNear(kappa, expected.kappa);
  expectNear(matthews, expected.mcc);
  expectNear(balancedAccuracy, expected.balancedAccuracy);
});

test("Brier, log loss and calibration error", () => {
  expectNear(brierScore(score, label), golden.brier);
  expectNear(logLoss(score, label), golden.logLoss);
  expectNear(calibrationError(score, label).expected, golden.ece10);
});

test("Youden's threshold", () => {
  const { value } = defined("Youden", chooseThreshold({ name: "validation", scores: score, labels: label }, "youden"));
  expect(value).toBe(golden.youden.threshold);
  expectNear(binaryIndices(countsAt(score, label, value)).youden, golden.youden.j);
});

test("McNemar", () => {
  const { onlyFirst, onlySecond, exactP } = mcnemar(rightAnswers(called(score), label), rightAnswers(called(score2), label));
  expect([onlyFirst, onlySecond]).toEqual([golden.mcnemar.b, golden.mcnemar.c]);
  expectClose(exactP, golden.mcnemar.exactP);
});

test("three classes", () => {
  const { truth, probability, ...expected } = golden.multiclass;
  const rows = probability.flat();
  const areas = classAreas(rows, truth, 3);
  expectNear(areas.macro, expected.macroAucOvr);
  expectNear(areas.handTill, expected.macroAucOvo);
  const { confusion, macro, kappa } = multiclassIndices(confusionMatrix(predictedClasses(rows, 3), truth, 3), ["a", "b", "c"]);
  expect(confusion).toEqual(expected.confusion);
  expectNear(macro.f1, expected.macroF1);
  expectNear(kappa.value, expected.kappa);
});

test("regression", () => {
  const { truth, predicted, ...expected } = golden.regression;
  const { mse, mae, r2 } = regressionErrors(predicted, truth);
  expectNear(mse, expected.mse);
  expectNear(mae, expected.mae);
  expectNear(r2, expected.r2);
  for (const [name, correlate] of Object.entries({ pearson, spearman })) {
    const { value, p } = correlate(truth, predicted);
    expectNear(value, expected[name][0]);
    // p of 10⁻²⁴ is (1 − r²)²⁹ and so: rounding of r to 10⁻¹⁶ is felt 29 / (1 − r²)-fold.
    expectClose(p, expected[name][1], 1e-12);
  }
});
