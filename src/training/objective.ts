/** What a training makes small, by name: a loss for each kind of task. */
import { InputError } from "../bytes.ts";
import { sigmoid } from "../kernels/activation.ts";
import { add } from "../kernels/arithmetic.ts";
import type { Node } from "../kernels/op.ts";
import { type Network, networkNamed } from "../models/registry.ts";
import { circleLoss } from "./circle-loss.ts";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  diceLoss,
  focalLoss,
  jaccardLoss,
  meanSquaredError,
  rootMeanSquaredError,
} from "./losses.ts";

/** One number [1] from the network's raw output and the targets. */
export type Loss = (output: Node, target: Node) => Node;

/** The losses that have names, by task; the first of each is the default. */
export const lossNames = {
  classification: ["cross-entropy", "focal", "circle"],
  segmentation: ["bce+dice", "bce", "dice", "jaccard"],
  regression: ["mse", "rmse"],
} as const satisfies Record<Network["task"], readonly string[]>;

export type LossName = (typeof lossNames)[Network["task"]][number];

export interface LossOptions {
  /** How much each class counts, in their order; 1 each by default. */
  readonly classWeights?: readonly number[];
  /** The part of the target that goes to all classes alike (cross-entropy). */
  readonly labelSmoothing?: number;
  /** How little well-classified films count (focal). */
  readonly gamma?: number;
}

/**
 * The loss of a name for a network.
 * @throws InputError for a loss that the network's task or output does not have.
 */
export function lossFor(arch: string, name?: LossName, { classWeights, labelSmoothing, gamma }: LossOptions = {}): Loss {
  const { task, output } = networkNamed(arch);
  const known: readonly LossName[] = lossNames[task];
  const chosen = name ?? (output === "probabilities" ? "dice" : known[0]);
  if (!known.includes(chosen)) throw new InputError(arch, `is for ${task}, its losses are ${known.join(", ")}, got ${chosen}`);
  const needsLogits = chosen.startsWith("bce");
  if (needsLogits && output !== "logits") throw new InputError(arch, `gives ${output}, take the loss dice or jaccard, got ${chosen}`);
  const probabilities = (y: Node): Node => (output === "logits" ? sigmoid(y) : y);
  const losses: Readonly<Record<LossName, Loss>> = {
    "cross-entropy": (y, t) => crossEntropy(y, t, { weight: classWeights, labelSmoothing }),
    circle: (y, t) => circleLoss(y, t),
    focal: (y, t) => focalLoss(y, t, { weight: classWeights, gamma }),
    bce: (y, t) => binaryCrossEntropyWithLogits(y, t),
    dice: (y, t) => diceLoss(probabilities(y), t),
    jaccard: (y, t) => jaccardLoss(probabilities(y), t),
    "bce+dice": (y, t) => add(binaryCrossEntropyWithLogits(y, t), diceLoss(sigmoid(y), t)),
    mse: meanSquaredError,
    rmse: rootMeanSquaredError,
  };
  return losses[chosen];
}

/** Weights by which every class counts as much as every other: samples / (classes · samples of the class). */
export function balancedWeights(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => total / (counts.length * count));
}
