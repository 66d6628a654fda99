/** How good an evaluation is, in the numbers that are watched while a network is trained. */
import type { ModelDescription } from "../models/description.ts";
import { accuracy, confusionMatrix, meanSensitivity, predictedClasses } from "../statistics/confusion.ts";
import { meanOf } from "../statistics/mean.ts";
import { defined } from "../statistics/not-defined.ts";
import { regressionErrors } from "../statistics/regression.ts";
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
  const confusion = confusionOf(dataset, predictedClasses(rows.data, rows.shape[1]));
  const [right, sensitivity] = [accuracy(confusion), meanSensitivity(confusion)].map((value) => defined("metrics", value));
  return { loss, accuracy: right, balancedAccuracy: sensitivity };
}

/** How often each class (row) was taken for each other (column), over the samples that have a label. */
export function confusionOf({ classes, samples }: Dataset, predicted: Int32Array): number[][] {
  const known = samples.flatMap(({ label }, n) => (label === undefined ? [] : [{ label, predicted: predicted[n] }]));
  return confusionMatrix(
    known.map((sample) => sample.predicted),
    known.map(({ label }) => label),
    classes.length,
  );
}

function rootMeanSquaredError(samples: readonly Sample[], { data, shape: [, outputs] }: Tensor): number {
  const known = samples.flatMap(({ values = [] }, n) => values.map((value, i) => ({ value, predicted: data[n * outputs + i] })));
  return regressionErrors(
    known.map(({ predicted }) => predicted),
    known.map(({ value }) => value),
  ).rmse;
}
