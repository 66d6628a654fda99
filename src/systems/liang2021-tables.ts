/** What Liang et al. 2021 put out of a training: curves, sweeps, all indices, the gate's decisions, and the indicators with their errors. */

import { scaledBy } from "../models/value-scaler.ts";
import { binaryReport } from "../statistics/binary-report.ts";
import { multiclassIndices } from "../statistics/class-indices.ts";
import { confusionMatrix } from "../statistics/confusion.ts";
import { isDefined } from "../statistics/not-defined.ts";
import { averagePrecision, precisionRecallCurve, precisionRecallTrapezoid } from "../statistics/precision-recall.ts";
import { regressionReport } from "../statistics/regression-report.ts";
import { rocCurve } from "../statistics/roc.ts";
import { rocAreaEstimate } from "../statistics/roc-area.ts";
import { fixedThreshold } from "../statistics/threshold.ts";
import { evenThresholds, thresholdTable } from "../statistics/threshold-table.ts";
import { COVID, facts } from "./liang2021-facts.ts";
import { controlGate } from "./liang2021-gate.ts";
import type { PredictedFilms } from "./predicted-films.ts";
import { oneAgainstRest, positiveAt, predictedOf, predictionTable, type ScoredFilms } from "./scored-films.ts";
import type { Results } from "./system.ts";
import { cell, cells, type Table, type Tables } from "./table.ts";

/** Predictions, the sweep of 201 thresholds, areas, and all indices of each class. */
export function liangTables({ test, threshold = facts.gate.threshold.value }: Results): Tables {
  const { scores, labels, clusters } = oneAgainstRest(test, COVID);
  const [roc, precisionRecall] = [rocCurve(scores, labels), precisionRecallCurve(scores, labels)];
  const { classes, films } = test;
  const confusion = confusionMatrix(
    predictedOf(test),
    films.map(({ label }) => label),
    classes.length,
  );
  const indices = multiclassIndices(confusion, classes);
  return {
    predictions: positiveAt(predictionTable(test), COVID, threshold),
    roc: isDefined(roc) ? roc.map((point) => ({ ...point })) : [],
    precision_recall: isDefined(precisionRecall) ? precisionRecall.map((point) => ({ ...point })) : [],
    thresholds: thresholdTable(scores, labels, evenThresholds(facts.evaluation.thresholdStep.value)).map((row) => ({
      threshold: row.threshold,
      sensitivity: cell(row.sensitivity.value),
      specificity: cell(row.specificity.value),
      precision: cell(row.ppv.value),
      recall: cell(row.sensitivity.value),
    })),
    summary: [
      {
        films: films.length,
        ...cells("accuracy", indices.accuracy),
        ...cells("roc_area", rocAreaEstimate(scores, labels, { clusters })),
        precision_recall_area: cell(precisionRecallTrapezoid(scores, labels)),
        average_precision: cell(averagePrecision(scores, labels)),
        kappa: cell(indices.kappa.value),
        matthews: cell(indices.matthews),
        macro_f1: cell(indices.macro.f1),
      },
    ],
    classes: indices.classes.map(({ name, positives, sensitivity, specificity, ppv, npv, f1, youden, matthews, kappa }) => ({
      class: name,
      films: positives,
      ...cells("sensitivity", sensitivity),
      ...cells("specificity", specificity),
      ...cells("ppv", ppv),
      ...cells("npv", npv),
      f1: cell(f1),
      youden: cell(youden),
      matthews: cell(matthews),
      kappa: cell(kappa),
    })),
    confusion: confusion.map((row, truth) => ({
      truth: classes[truth],
      ...Object.fromEntries(row.map((count, c) => [`taken_for_${classes[c]}`, count])),
    })),
    overall: overallOf(test, threshold),
    gate: gateTable(test, threshold),
  };
}

/** COVID-19 against the rest at the threshold: all indices with intervals, by patient. */
function overallOf(test: ScoredFilms, threshold: number): Table {
  const { scores, labels, clusters, ids } = oneAgainstRest(test, COVID);
  const fixed = fixedThreshold(threshold, "the gate of Liang et al. 2021");
  const [{ bootstrapped }] = binaryReport(scores, labels, { name: test.set, ids, clusters, thresholds: [fixed] }).thresholds;
  return Object.entries(bootstrapped).map(([index, estimate]) => ({ index, threshold, ...cells("value", estimate) }));
}

/** Each patient's pictures through the gate, in the order of the films; a film without a patient is a case of its own. */
function gateTable({ classes, films }: Results["test"], threshold: number): Tables[string] {
  const covid = classes.indexOf(COVID);
  const cases = new Map<string, typeof films>();
  for (const film of films) {
    const key = film.patient ?? film.name;
    cases.set(key, [...(cases.get(key) ?? []), film]);
  }
  return [...cases].map(([patient, own]) => {
    const { passes, decidedAt, longestRun } = controlGate(
      own.map(({ probabilities }) => probabilities[covid]),
      { threshold },
    );
    return {
      case: patient,
      films: own.length,
      threshold,
      truth: own.some(({ label }) => label === covid) ? COVID : "other",
      longest_run: longestRun,
      decided_at: decidedAt ?? "",
      passes: passes ? 1 : 0,
    };
  });
}

/** Each film's indicators in their units and as shares of the training films' range, and errors, correlations and agreement of each. */
export function liangValueTables({ names, films, scaler }: PredictedFilms): Tables {
  const clusters = films.map(({ name, patient }) => patient ?? name);
  return {
    predictions: films.map(({ name, patient = "", truth, predicted }) => ({
      file: name,
      patient,
      ...Object.fromEntries(names.flatMap((of, i) => [[of, truth[i]] as const, [`predicted_${of}`, predicted[i]] as const])),
      ...(scaler && Object.fromEntries(names.map((of, i) => [`scaled_${of}`, scaledBy(scaler, predicted[i], i)]))),
    })),
    indicators: names.map((name, i) => {
      const report = regressionReport(
        films.map(({ predicted }) => predicted[i]),
        films.map(({ truth }) => truth[i]),
        { clusters },
      );
      return {
        indicator: name,
        films: films.length,
        mse: cell(report.mse),
        ...cells("rmse", report.bootstrapped.rmse),
        ...cells("mae", report.bootstrapped.mae),
        ...cells("r2", report.bootstrapped.r2),
        ...cells("pearson", report.pearson),
        pearson_p: cell(report.pearson.p),
        rmsle: cell(report.rmsle),
      };
    }),
  };
}

/** The networks side by side, as student and teachers are compared. */
export const liangComparison = (results: Readonly<Record<string, Results>>): Tables => ({
  models: Object.entries(results).flatMap(([model, result]) => liangTables(result).summary.map((row) => ({ model, ...row }))),
});
