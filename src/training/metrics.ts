/** How good an evaluation is, in the numbers that are watched while a network is trained. */
import type { ModelDescription } from "../models/description.ts";
import type { Tensor } from "../tensor.ts";
import type { Dataset, Sample } from "./dataset.ts";
import type { Evaluation } from "./evaluate.ts";

/** What is watched to find the best epoch, by task. */
export const usualMonitor = { classification: "balancedAccuracy", segmentation: "dice", regression: "loss" } as const;

/** The numbers that there are, by task. */
export const metricNames = {
  classification: ["loss", "accuracy", "balancedAccuracy"],
  segmentation: ["loss", "dice"],
  regression: ["loss", "rootMeanSquaredError"],
} as const satisfies Record<ModelDescription["task"], readonly string[]>;

/** Whether a watched number is better when lower or higher. */
export const modeOf = (monitor: string): "min" | "max" => (/loss|error/i.test(monitor) ? "min" : "max");

/** Loss first; then accuracy and balanced accuracy, the mean Dice, or the root of the mean squared error. */
export function metricsOf({ task }: ModelDescription, dataset: Dataset, { loss, rows }: Evaluation): Record<string, number> {
  if (task === "segmentation") return { loss, dice: meanOf(rows.data) };
  if (task === "regression") return { loss, rootMeanSquaredError: rootMeanSquaredError(dataset.samples, rows) };
  const confusion = confusionOf(dataset, predictedClasses(rows));
  return { loss, accuracy: accuracy(confusion), balancedAccuracy: balancedAccuracy(confusion) };
}

/** The place of the highest output of each row; the first of equal ones. */
export function predictedClasses({ shape: [count, outputs], data }: Tensor): Int32Array {
  return Int32Array.from({ length: count }, (_, n) => {
    let best = 0;
    for (let c = 1; c < outputs; c++) if (data[n * outputs + c] > data[n * outputs + best]) best = c;
    return best;
  });
}

/** How often each class (row) was taken for each other (column). */
export function confusionOf({ classes, samples }: Dataset, predicted: Int32Array): number[][] {
  const confusion = classes.map(() => classes.map(() => 0));
  for (const [n, { label }] of samples.entries()) if (label !== undefined) confusion[label][predicted[n]]++;
  return confusion;
}

export function accuracy(confusion: readonly (readonly number[])[]): number {
  const right = confusion.reduce((sum, row, label) => sum + row[label], 0);
  return right / confusion.flat().reduce((sum, count) => sum + count, 0);
}

/** The mean of the classes' sensitivities, over those that have samples. */
export function balancedAccuracy(confusion: readonly (readonly number[])[]): number {
  return meanOf(
    confusion.flatMap((row, label) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      return total > 0 ? [row[label] / total] : [];
    }),
  );
}

export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

function rootMeanSquaredError(samples: readonly Sample[], { data, shape: [, outputs] }: Tensor): number {
  const squares = samples.flatMap(({ values = [] }, n) => values.map((value, i) => (data[n * outputs + i] - value) ** 2));
  return Math.sqrt(meanOf(squares));
}
