/** The options of `train` as `fit` takes them. */
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import { classCounts, type Dataset } from "../training/dataset.ts";
import type { FitOptions } from "../training/fit.ts";
import { balancedWeights } from "../training/objective.ts";
import { recipes } from "../training/recipes.ts";
import type { TrainOptions } from "./train-options.ts";

export function fitOptionsOf(
  device: Device,
  options: TrainOptions,
  train: Dataset,
): Omit<FitOptions, "val" | "resume" | "folder" | "teacher"> {
  const { optimizer, momentum, weightDecay, maxNorm, classWeights, sampler, augment, copies, ema, resume, teacher, ...others } = options;
  return {
    ...others,
    device,
    optimizer: { kind: optimizer, momentum, weightDecay, maxNorm },
    classWeights: weightsOf(classWeights, train),
    sampler: { kind: sampler },
    augment: augment === "none" || copies !== undefined ? undefined : recipes[augment],
    averageDecay: ema,
  };
}

/** @throws InputError for a weight of a class that there is not. */
function weightsOf(given: TrainOptions["classWeights"], train: Dataset): number[] | undefined {
  if (given === "none") return undefined;
  if (given === "balanced") return balancedWeights(classCounts(train));
  const { classes } = train;
  const unknown = Object.keys(given).filter((name) => !classes.includes(name));
  if (unknown.length > 0) throw new InputError("class-weights", `there is no class ${unknown.join(", ")}, there are ${classes.join(", ")}`);
  return classes.map((name) => given[name] ?? 1);
}
