/** What rules with two moments have in common: their options, params and bindings, and the step of those that differ in the kernel alone. */
import { grid } from "../../kernels/grid.ts";
import { apply, type Node, type Op } from "../../kernels/op.ts";
import { rowRanges, type Weight } from "../arena.ts";
import { type OptimizerOptions, type OptimizerStep, optimizerStep } from "./step.ts";

export interface MomentOptions extends OptimizerOptions {
  readonly betas?: readonly [number, number];
  readonly eps?: number;
}

export interface MomentAttrs {
  readonly rows: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  /** Whether weight decay shrinks the weight and not the gradient. */
  readonly decoupled: boolean;
}

/** Sections of an arena with two moments. */
export const momentState = ["exp_avg", "exp_avg_sq"] as const;

/** βᵢ and 1 − βᵢ, which would lose digits on the GPU. */
export const betaParams = ([beta1, beta2]: readonly [number, number]): Record<string, number> => ({
  beta1,
  beta2,
  rest1: 1 - beta1,
  rest2: 1 - beta2,
});

/** A step of a rule that looks at one weight at a time, by an op of `momentOp`. */
export function momentStep(
  op: Op<MomentAttrs>,
  weights: readonly Weight[],
  gradients: readonly Node[],
  { decoupled, betas = [0.9, 0.999], eps = 1e-8, ...options }: MomentOptions & Pick<MomentAttrs, "decoupled">,
): OptimizerStep {
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

/** The op of such a rule, whose shader has its name: one launch for all rows, or as few as the adapter's binding limit allows. */
export const momentOp = (name: string): Op<MomentAttrs> => ({
  name,
  inputs: ["gradient", "ranges", "control", "progress", "arena"],
  overwrites: "arena",
  shape: ([, , , , arena]) => arena,
  launches: ({ attrs: { rows, betas, eps, decoupled } }, profile) =>
    rowRanges(rows, profile).map(({ firstRow, size, of }) => ({
      shader: name,
      bind: [of("gradient"), "ranges", "control", "progress", of("y"), of("y", 1), of("y", 2)],
      params: { size, first_row: firstRow, ...betaParams(betas), epsilon: eps, decoupled: decoupled ? 1 : 0 },
      workgroups: grid(size),
    })),
});
