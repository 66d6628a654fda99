/** Confusion matrices: how often each class (row) was taken for each other (column). */
import { checkClassLabels, checkCount } from "./cases.ts";
import { sumOf } from "./mean.ts";
import { notDefined, ratio, type Statistic } from "./not-defined.ts";
import { StatisticsError } from "./statistics-error.ts";

/** confusion[truth][predicted], counts. */
export type Confusion = readonly (readonly number[])[];

/**
 * Counts cases by their class (row) and the one that is predicted (column), both from 0 to classes − 1.
 * @throws StatisticsError where a label or a prediction is missing or no class.
 */
export function confusionMatrix(predicted: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number[][] {
  checkCount("confusion matrix", "predictions", predicted.length, labels.length);
  checkClassLabels("confusion matrix", labels, classes);
  checkClassLabels("confusion matrix", predicted, classes, "prediction");
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) confusion[labels[i]][predicted[i]]++;
  return confusion;
}

/**
 * The place of the highest of `outputs` numbers of each row; the first of equal ones.
 * @throws StatisticsError for an output that is not finite.
 */
export function predictedClasses(rows: ArrayLike<number>, outputs: number): Int32Array {
  for (let i = 0; i < rows.length; i++)
    if (!Number.isFinite(rows[i]))
      throw new StatisticsError(
        "predicted classes",
        `output ${i % outputs} of case ${Math.floor(i / outputs)} is ${rows[i]}, no finite number`,
      );
  return Int32Array.from({ length: rows.length / outputs }, (_, n) => {
    let best = 0;
    for (let c = 1; c < outputs; c++) if (rows[n * outputs + c] > rows[n * outputs + best]) best = c;
    return best;
  });
}

/** The share of cases on the diagonal. */
export const accuracy = (confusion: Confusion): Statistic =>
  ratio(sumOf(confusion.map((row, label) => row[label])), totalOf(confusion), "no cases");

/** The mean of the classes' sensitivities, over those that have cases. */
export function meanSensitivity(confusion: Confusion): Statistic {
  const sensitivities = confusion.flatMap((row, label) => (sumOf(row) > 0 ? [row[label] / sumOf(row)] : []));
  return ratio(sumOf(sensitivities), sensitivities.length, "no cases");
}

/** The mean of the classes' sensitivities (Brodersen et al. 2010); not defined unless two classes have cases. */
export const balancedAccuracy = (confusion: Confusion): Statistic =>
  confusion.filter((row) => sumOf(row) > 0).length < 2 ? notDefined("cases of fewer than two classes") : meanSensitivity(confusion);

export const totalOf = (confusion: Confusion): number => sumOf(confusion.map(sumOf));

export const columnSums = (confusion: Confusion): number[] => confusion.map((_, column) => sumOf(confusion.map((row) => row[column])));

/** @throws StatisticsError unless it is a square of counts. */
export function checkConfusion(subject: string, confusion: Confusion): void {
  if (confusion.length < 2 || confusion.some((row) => row.length !== confusion.length))
    throw new StatisticsError(
      subject,
      `a square confusion matrix of two classes or more is needed, got rows of ${confusion.map((row) => row.length).join(", ")}`,
    );
  for (const count of confusion.flat())
    if (!(Number.isInteger(count) && count >= 0)) throw new StatisticsError(subject, `counts must be whole numbers, got ${count}`);
}
