/** Matthews's correlation coefficient. */
import { type Confusion, checkConfusion, columnSums, totalOf } from "./confusion.ts";
import { sumOf } from "./mean.ts";
import { notDefined, type Statistic } from "./not-defined.ts";

/**
 * The correlation of truth and prediction, from −1 to 1: R_K of Gorodkin 2004, which for two classes is Matthews's coefficient of 1975.
 * Not defined where all cases are of one class, or all predictions are.
 */
export function matthews(confusion: Confusion): Statistic {
  checkConfusion("Matthews's coefficient", confusion);
  const total = totalOf(confusion);
  const rows = confusion.map(sumOf);
  const columns = columnSums(confusion);
  const product = (a: readonly number[], b: readonly number[]): number => sumOf(a.map((value, i) => value * b[i]));
  const truth = total ** 2 - product(rows, rows);
  const prediction = total ** 2 - product(columns, columns);
  if (total === 0) return notDefined("no cases");
  if (truth === 0) return notDefined("all cases are of one class");
  if (prediction === 0) return notDefined("all predictions are of one class");
  const right = sumOf(confusion.map((row, label) => row[label]));
  return (right * total - product(rows, columns)) / Math.sqrt(truth) / Math.sqrt(prediction);
}
