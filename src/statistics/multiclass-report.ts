/** All that is told of class probabilities on one set of cases. */
import { type Bootstrapped, bootstrapEach } from "./bootstrap.ts";
import { type Cluster, casesByCluster, checkClassLabels, checkCount, checkProbabilities } from "./cases.ts";
import { type ClassAreas, classAreas } from "./class-areas.ts";
import { type MulticlassIndices, multiclassIndices } from "./class-indices.ts";
import type { KappaWeights } from "./cohen-kappa.ts";
import { accuracy, balancedAccuracy, confusionMatrix, predictedClasses } from "./confusion.ts";
import type { LevelOptions } from "./estimate.ts";
import { meanOf } from "./mean.ts";
import { notDefined, type Statistic } from "./not-defined.ts";
import type { ProportionMethod } from "./proportion.ts";
import { type CalibrationError, calibrationError, type ReliabilityRow, reliabilityTable, topLabels } from "./reliability.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface MulticlassReportOptions extends LevelOptions {
  /** The patient of each case: the bootstrap then draws patients and not pictures. */
  readonly clusters?: ArrayLike<Cluster>;
  /** Of the intervals of proportions. */
  readonly proportions?: ProportionMethod;
  /** Of kappa, where the classes have an order. */
  readonly weights?: KappaWeights;
  readonly resamples?: number;
  readonly seed?: number;
  readonly bins?: number;
}

export interface MulticlassReport {
  readonly cases: number;
  readonly clusters: number;
  readonly classes: readonly string[];
  /** What the class of the highest probability gives. */
  readonly predicted: Int32Array;
  readonly indices: MulticlassIndices;
  /** By patient where clusters are given: the intervals of `indices` take every case for itself. */
  readonly bootstrapped: Readonly<Record<"accuracy" | "balancedAccuracy" | "macroF1" | "kappa" | "matthews", Bootstrapped>>;
  readonly areas: ClassAreas;
  /** The mean over cases of Σ (p − 1 for the right class)², from 0 to 2 (Brier 1950). */
  readonly brier: number;
  /** The mean of −ln of the right class's probability; not defined where one is 0. */
  readonly logLoss: Statistic;
  /** Of the highest probability (Guo et al. 2017). */
  readonly equalWidth: CalibrationError;
  readonly equalMass: CalibrationError;
  readonly reliability: readonly ReliabilityRow[];
}

/**
 * Confusion matrix, indices, areas and calibration of rows of class probabilities, one a case, with labels that are places in `classes`.
 * @throws StatisticsError for a missing label, a label that is no class, a value that is no probability, or a row that does not sum to 1.
 */
export function multiclassReport(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: readonly string[],
  { clusters, level, proportions, weights, resamples, seed, bins }: MulticlassReportOptions = {},
): MulticlassReport {
  const outputs = classes.length;
  checkCount("report", `rows of ${outputs} probabilities`, probabilities.length / outputs, labels.length);
  checkClassLabels("report", labels, outputs);
  checkProbabilities("report", probabilities);
  checkRows(probabilities, outputs);
  const predicted = predictedClasses(probabilities, outputs);
  const options = { level, method: proportions, weights };
  const indices = multiclassIndices(confusionMatrix(predicted, labels, outputs), classes, options);
  const top = topLabels(probabilities, labels, outputs);
  return {
    cases: labels.length,
    clusters: casesByCluster("report", labels.length, clusters).length,
    classes,
    predicted,
    indices,
    bootstrapped: bootstrapEach(
      labels.length,
      (places) => {
        const confusion = confusionMatrix(
          places.map((i) => predicted[i]),
          places.map((i) => labels[i]),
          outputs,
        );
        const { macro, kappa, matthews } = multiclassIndices(confusion, classes, options);
        const balanced = balancedAccuracy(confusion);
        return { accuracy: accuracy(confusion), balancedAccuracy: balanced, macroF1: macro.f1, kappa: kappa.value, matthews };
      },
      { clusters, level, resamples, seed },
    ),
    areas: classAreas(probabilities, labels, outputs),
    brier: brierOf(probabilities, labels, outputs),
    logLoss: logLossOf(probabilities, labels, outputs),
    equalWidth: calibrationError(top.probabilities, top.labels, { bins }),
    equalMass: calibrationError(top.probabilities, top.labels, { bins, binning: "mass" }),
    reliability: reliabilityTable(top.probabilities, top.labels, { bins, level }),
  };
}

/** Probabilities of a float32 softmax sum to 1 within this. */
const ROUNDING = 1e-4;

function checkRows(probabilities: ArrayLike<number>, outputs: number): void {
  for (let n = 0; n < probabilities.length / outputs; n++) {
    let sum = 0;
    for (let c = 0; c < outputs; c++) sum += probabilities[n * outputs + c];
    if (Math.abs(sum - 1) > ROUNDING) throw new StatisticsError("report", `the probabilities of case ${n} must sum to 1, got ${sum}`);
  }
}

const brierOf = (probabilities: ArrayLike<number>, labels: ArrayLike<number>, outputs: number): number =>
  meanOf(Float64Array.from(probabilities, (p, i) => (p - (i % outputs === labels[Math.floor(i / outputs)] ? 1 : 0)) ** 2)) * outputs;

function logLossOf(probabilities: ArrayLike<number>, labels: ArrayLike<number>, outputs: number): Statistic {
  const given = Float64Array.from({ length: labels.length }, (_, n) => probabilities[n * outputs + labels[n]]);
  const none = given.indexOf(0);
  return none >= 0 ? notDefined(`case ${none} is of class ${labels[none]} with probability 0`) : -meanOf(given.map(Math.log));
}
