/** Indices of each class of a confusion matrix against the others, and their averages. */
import { countsOfClass } from "./binary-counts.ts";
import { type BinaryIndices, binaryIndices } from "./binary-indices.ts";
import { cohenKappa, type Kappa, type KappaOptions } from "./cohen-kappa.ts";
import { accuracy, balancedAccuracy, type Confusion, checkConfusion, totalOf } from "./confusion.ts";
import { matthews } from "./matthews.ts";
import { sumOf } from "./mean.ts";
import { combined, notDefined, ratio, type Statistic } from "./not-defined.ts";
import { type Proportion, type ProportionOptions, proportion } from "./proportion.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface ClassIndices extends BinaryIndices {
  readonly name: string;
}

/** Precision, recall and F1 over classes; specificity as the mean of one against the rest. */
export interface AveragedIndices {
  readonly ppv: Statistic;
  readonly sensitivity: Statistic;
  readonly specificity: Statistic;
  readonly f1: Statistic;
}

export interface MulticlassIndices {
  readonly confusion: Confusion;
  readonly cases: number;
  readonly accuracy: Proportion;
  readonly balancedAccuracy: Statistic;
  readonly kappa: Kappa;
  readonly matthews: Statistic;
  /** In the order of the matrix. */
  readonly classes: readonly ClassIndices[];
  /** The plain mean over classes; not defined where it is not for a class. */
  readonly macro: AveragedIndices;
  /** Over counts summed over classes: PPV, sensitivity and F1 are the accuracy then. */
  readonly micro: AveragedIndices;
  /** The mean weighted by the cases of each class. */
  readonly weighted: AveragedIndices;
}

export interface ClassIndicesOptions extends ProportionOptions, Pick<KappaOptions, "weights"> {}

/**
 * All indices of a confusion matrix whose rows are the truth.
 * @throws StatisticsError for a matrix that is not square, counts that are no whole numbers, or names that do not fit.
 */
export function multiclassIndices(confusion: Confusion, names: readonly string[], options: ClassIndicesOptions = {}): MulticlassIndices {
  checkConfusion("indices", confusion);
  if (names.length !== confusion.length)
    throw new StatisticsError("indices", `every class needs a name, got ${names.length} for ${confusion.length}`);
  const classes = names.map((name, c) => ({ name, ...binaryIndices(countsOfClass(confusion, c), options) }));
  const cases = totalOf(confusion);
  const right = sumOf(confusion.map((row, label) => row[label]));
  const wrong = cases - right;
  const others = cases * (names.length - 1);
  const micro = accuracy(confusion);
  return {
    confusion,
    cases,
    accuracy: proportion(right, cases, options, "no cases"),
    balancedAccuracy: balancedAccuracy(confusion),
    kappa: cohenKappa(confusion, options),
    matthews: matthews(confusion),
    classes,
    macro: averaged(classes, () => 1),
    micro: { ppv: micro, sensitivity: micro, f1: micro, specificity: ratio(others - wrong, others, "no cases") },
    weighted: averaged(
      classes.filter(({ positives }) => positives > 0),
      ({ positives }) => positives,
    ),
  };
}

function averaged(classes: readonly ClassIndices[], weight: (of: ClassIndices) => number): AveragedIndices {
  const total = sumOf(classes.map(weight));
  const mean = (values: readonly Statistic[]): Statistic =>
    combined(
      values.map((value, c) => (typeof value === "number" ? value : notDefined(`class ${classes[c].name}: ${value.notDefined}`))),
      (...numbers) => sumOf(numbers.map((number, c) => number * weight(classes[c]))) / total,
    );
  return {
    ppv: mean(classes.map(({ ppv }) => ppv.value)),
    sensitivity: mean(classes.map(({ sensitivity }) => sensitivity.value)),
    specificity: mean(classes.map(({ specificity }) => specificity.value)),
    f1: mean(classes.map(({ f1 }) => f1)),
  };
}
