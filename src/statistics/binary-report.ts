/** All that is told of one model's scores on one set of cases with two answers. */

import { countsOf } from "./binary-counts.ts";
import { type BinaryIndices, binaryIndices } from "./binary-indices.ts";
import { type Bootstrapped, bootstrapEach } from "./bootstrap.ts";
import { type BrierDecomposition, brierDecomposition, logLoss } from "./brier.ts";
import { type CalibrationLine, calibrationLine } from "./calibration.ts";
import { type Cluster, casesByCluster, classCountsOf, tooFew } from "./cases.ts";
import { type DecisionPoint, decisionCurve } from "./decision-curve.ts";
import type { LevelOptions } from "./estimate.ts";
import { type NotDefined, notDefined, type Statistic } from "./not-defined.ts";
import { averagePrecision, type PrecisionRecallPoint, precisionRecallCurve, precisionRecallTrapezoid } from "./precision-recall.ts";
import { type PredictiveValues, predictiveValues } from "./predictive-values.ts";
import type { ProportionMethod } from "./proportion.ts";
import { type CalibrationError, calibrationError, type ReliabilityRow, reliabilityTable } from "./reliability.ts";
import { type RocPoint, rocCurve } from "./roc.ts";
import { hanleyMcNeil, type RocArea, rocAreaEstimate } from "./roc-area.ts";
import { checkSet, type ScoredSet } from "./scored-set.ts";
import { applyThreshold, type Decisions, type Threshold } from "./threshold.ts";

export interface BinaryReportOptions extends LevelOptions {
  /** The name of the set; no threshold may have been chosen on it. */
  readonly name?: string;
  readonly ids?: ArrayLike<string>;
  /** The patient of each case: DeLong and the bootstrap then count patients and not pictures. */
  readonly clusters?: ArrayLike<Cluster>;
  /** Chosen on another set by `chooseThreshold`, or fixed beforehand. */
  readonly thresholds?: readonly Threshold[];
  /** Where else PPV and NPV are wanted for. */
  readonly prevalences?: readonly number[];
  /** Of the intervals of proportions. */
  readonly proportions?: ProportionMethod;
  readonly resamples?: number;
  readonly seed?: number;
  /** Of the reliability table. */
  readonly bins?: number;
}

/** Indices whose intervals come from the bootstrap. */
export const bootstrappedIndices = [
  "accuracy",
  "sensitivity",
  "specificity",
  "ppv",
  "npv",
  "balancedAccuracy",
  "f1",
  "kappa",
  "matthews",
] as const;

/** What one threshold makes of the set. */
export interface ThresholdReport extends Decisions {
  /** By patient where clusters are given: the intervals of `indices` take every case for itself. */
  readonly bootstrapped: Readonly<Record<(typeof bootstrappedIndices)[number], Bootstrapped>>;
  readonly predictiveValues: readonly PredictiveValues[];
}

export interface CalibrationReport {
  readonly brier: BrierDecomposition;
  readonly logLoss: Statistic;
  readonly equalWidth: CalibrationError;
  readonly equalMass: CalibrationError;
  readonly reliability: readonly ReliabilityRow[];
  readonly line: CalibrationLine;
}

export interface BinaryReport {
  readonly set: string;
  readonly cases: number;
  readonly positives: number;
  readonly negatives: number;
  /** How many clusters (patients) there are; the number of cases where none are given. */
  readonly clusters: number;
  /** What a reader has to know before the numbers, such as too few positives. */
  readonly notes: readonly string[];
  readonly rocArea: RocArea;
  readonly hanleyMcNeil: RocArea;
  readonly rocCurve: readonly RocPoint[] | NotDefined;
  readonly precisionRecallCurve: readonly PrecisionRecallPoint[] | NotDefined;
  readonly averagePrecision: Bootstrapped;
  readonly precisionRecallTrapezoid: Statistic;
  readonly thresholds: readonly ThresholdReport[];
  /** Not defined where scores are no probabilities. */
  readonly calibration: CalibrationReport | NotDefined;
  readonly decisionCurve: readonly DecisionPoint[] | NotDefined;
}

/**
 * Areas, curves, thresholds, calibration and net benefit of scores, each with its interval and the name of its method.
 * @throws StatisticsError for a missing label, a score that is not finite, or a threshold that was chosen on this set.
 */
export function binaryReport(scores: ArrayLike<number>, labels: ArrayLike<number>, options: BinaryReportOptions = {}): BinaryReport {
  const { name = "test", ids, clusters, level, thresholds = [], resamples, seed, prevalences = [], proportions, bins } = options;
  const set: ScoredSet = { name, scores, labels, ids, clusters };
  checkSet("report", set);
  const counts = classCountsOf(labels);
  const few = tooFew(counts);
  const patients = casesByCluster("report", labels.length, clusters).length;
  const sampling = { clusters, level, resamples, seed };
  const notProbabilities = reasonAgainstProbabilities(scores);
  const at = (values: ArrayLike<number>, places: Int32Array): Float64Array => Float64Array.from(places, (i) => values[i]);
  const precision = (places: Int32Array) => ({ precision: averagePrecision(at(scores, places), at(labels, places)) });
  const reportOf = (threshold: Threshold): ThresholdReport => {
    const decisions = applyThreshold(threshold, set, { level, method: proportions });
    return {
      ...decisions,
      bootstrapped: bootstrapEach(
        labels.length,
        (places) => valuesOf(binaryIndices(countsOf(at(decisions.predicted, places), at(labels, places)))),
        sampling,
      ),
      predictiveValues: predictiveValues(decisions.indices, prevalences, { level }),
    };
  };
  return {
    set: name,
    cases: labels.length,
    ...counts,
    clusters: patients,
    notes: [
      ...(few ? [`${few.notDefined}: intervals that assume many are left out, and those of proportions are wide`] : []),
      ...(notProbabilities ? [`calibration is not defined: ${notProbabilities.notDefined}`] : []),
      ...(clusters ? [] : ["every case counts as a patient of its own"]),
    ],
    rocArea: rocAreaEstimate(scores, labels, { level, clusters }),
    hanleyMcNeil: hanleyMcNeil(scores, labels, { level }),
    rocCurve: rocCurve(scores, labels),
    precisionRecallCurve: precisionRecallCurve(scores, labels),
    averagePrecision: bootstrapEach(labels.length, precision, sampling).precision,
    precisionRecallTrapezoid: precisionRecallTrapezoid(scores, labels),
    thresholds: thresholds.map(reportOf),
    calibration: notProbabilities ?? {
      brier: brierDecomposition(scores, labels, { bins }),
      logLoss: logLoss(scores, labels),
      equalWidth: calibrationError(scores, labels, { bins }),
      equalMass: calibrationError(scores, labels, { bins, binning: "mass" }),
      reliability: reliabilityTable(scores, labels, { bins, level }),
      line: calibrationLine(scores, labels, { level }),
    },
    decisionCurve:
      notProbabilities ?? (counts.positives > 0 && counts.negatives > 0 ? decisionCurve(scores, labels) : notDefined("cases of one class")),
  };
}

function valuesOf(indices: BinaryIndices): Record<(typeof bootstrappedIndices)[number], Statistic> {
  const entries = bootstrappedIndices.map((name) => {
    const index = indices[name];
    return [name, typeof index === "object" && "value" in index ? index.value : index] as const;
  });
  return Object.fromEntries(entries) as Record<(typeof bootstrappedIndices)[number], Statistic>;
}

function reasonAgainstProbabilities(scores: ArrayLike<number>): NotDefined | undefined {
  for (let i = 0; i < scores.length; i++)
    if (scores[i] < 0 || scores[i] > 1) return notDefined(`the score of case ${i} is ${scores[i]}, no probability`);
  return undefined;
}
