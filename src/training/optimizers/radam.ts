/** Adam whose first steps wait until the variance of the gradient can be told (Liu et al., 2020). */
import type { Node } from "../../kernels/op.ts";
import type { Weight } from "../arena.ts";
import { type MomentOptions, momentOp, momentStep } from "./moments.ts";
import type { OptimizerStep } from "./step.ts";

export interface RadamOptions extends MomentOptions {
  /** Whether weight decay shrinks the weight and not the gradient. */
  readonly decoupledWeightDecay?: boolean;
}

/** As `torch.optim.RAdam`. */
export const radam = (
  weights: readonly Weight[],
  gradients: readonly Node[],
  { decoupledWeightDecay: decoupled = false, ...options }: RadamOptions,
): OptimizerStep => momentStep(op, weights, gradients, { ...options, decoupled });

const op = momentOp("radam");
