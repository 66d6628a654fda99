/** Steps by moments of the gradient (Kingma and Ba, 2015), with weight decay in the gradient or beside it (Loshchilov and Hutter, 2019). */
import type { Node } from "../../kernels/op.ts";
import type { Weight } from "../arena.ts";
import { type MomentOptions, momentOp, momentStep } from "./moments.ts";
import type { OptimizerStep } from "./step.ts";

export type AdamOptions = MomentOptions;

/** As `torch.optim.Adam`: weight decay is added to the gradient. */
export const adam = (weights: readonly Weight[], gradients: readonly Node[], options: AdamOptions): OptimizerStep =>
  momentStep(op, weights, gradients, { ...options, decoupled: false });

/** As `torch.optim.AdamW`: the weight is multiplied by 1 − lr · weightDecay first (0.01 by default). */
export const adamW = (weights: readonly Weight[], gradients: readonly Node[], options: AdamOptions): OptimizerStep =>
  momentStep(op, weights, gradients, { weightDecay: 0.01, ...options, decoupled: true });

const op = momentOp("adam");
