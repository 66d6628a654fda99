/** What rules with two moments have in common: their params and bindings. */
import type { AdapterProfile } from "../../gpu/profile.ts";
import { grid } from "../../kernels/grid.ts";
import type { Launch } from "../../kernels/op.ts";
import { rowRanges } from "../arena.ts";

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

/** One launch for all rows, or as few as the adapter's binding limit allows. */
export const momentLaunches = (shader: string, { rows, betas, eps, decoupled }: MomentAttrs, profile: AdapterProfile): Launch[] =>
  rowRanges(rows, profile).map(({ firstRow, size, of }) => ({
    shader,
    bind: [of("gradient"), "ranges", "control", "progress", of("y"), of("y", 1), of("y", 2)],
    params: { size, first_row: firstRow, ...betaParams(betas), epsilon: eps, decoupled: decoupled ? 1 : 0 },
    workgroups: grid(size),
  }));
