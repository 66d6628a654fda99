/** Adam whose first steps wait until the variance of the gradient can be told (Liu et al., 2020). */
import { apply, type Node, type Op } from "../../kernels/op.ts";
import type { Weight } from "../arena.ts";
import { type MomentAttrs, momentLaunches, momentState } from "./moments.ts";
import { type OptimizerOptions, type OptimizerStep, optimizerStep } from "./step.ts";

export interface RadamOptions extends OptimizerOptions {
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  /** Whether weight decay shrinks the weight and not the gradient. */
  readonly decoupledWeightDecay?: boolean;
}

/** As `torch.optim.RAdam`. */
export function radam(weights: readonly Weight[], gradients: readonly Node[], options: RadamOptions): OptimizerStep {
  const { betas = [0.9, 0.999], eps = 1e-8, decoupledWeightDecay: decoupled = false } = options;
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
  name: "radam",
  inputs: ["gradient", "ranges", "control", "progress", "arena"],
  overwrites: "arena",
  shape: ([, , , , arena]) => arena,
  launches: ({ attrs }, profile) => momentLaunches("radam", attrs, profile),
};
