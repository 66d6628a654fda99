/** Steps by moments of the gradient (Kingma and Ba, 2015), with weight decay in the gradient or beside it (Loshchilov and Hutter, 2019). */
import { apply, type Node, type Op } from "../../kernels/op.ts";
import type { Weight } from "../arena.ts";
import { type MomentAttrs, momentLaunches, momentState } from "./moments.ts";
import { type OptimizerOptions, type OptimizerStep, optimizerStep } from "./step.ts";

export interface AdamOptions extends OptimizerOptions {
  readonly betas?: readonly [number, number];
  readonly eps?: number;
}

/** As `torch.optim.Adam`: weight decay is added to the gradient. */
export const adam = (weights: readonly Weight[], gradients: readonly Node[], options: AdamOptions): OptimizerStep =>
  step(weights, gradients, false, options);

/** As `torch.optim.AdamW`: the weight is multiplied by 1 − lr · weightDecay first (0.01 by default). */
export const adamW = (weights: readonly Weight[], gradients: readonly Node[], options: AdamOptions): OptimizerStep =>
  step(weights, gradients, true, { weightDecay: 0.01, ...options });

function step(weights: readonly Weight[], gradients: readonly Node[], decoupled: boolean, options: AdamOptions): OptimizerStep {
  const { betas = [0.9, 0.999], eps = 1e-8 } = options;
  return optimizerStep(
    weights,
    gradients,
    {
      state: momentState,
      betas,
      update: ({ node, ranges, rows }, { gradient, control, progress }) =>
        apply(op, [gradient, ranges, control, progress, node], { rows, betas, eps, decoupled }),
    },
    options,
  );
}

const op: Op<MomentAttrs> = {
  name: "adam",
  inputs: ["gradient", "ranges", "control", "progress", "arena"],
  overwrites: "arena",
  shape: ([, , , , arena]) => arena,
  launches: ({ attrs }, profile) => momentLaunches("adam", attrs, profile),
};
