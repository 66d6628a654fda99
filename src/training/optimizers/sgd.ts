/** Stochastic gradient descent, with momentum. */
import { grid } from "../../kernels/grid.ts";
import { apply, type Node, type Op } from "../../kernels/op.ts";
import { rowRanges, type Weight } from "../arena.ts";
import { type OptimizerOptions, type OptimizerStep, optimizerStep } from "./step.ts";

export interface SgdOptions extends OptimizerOptions {
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/** v = momentum · v + g, weight −= lr · v, for g = gradient + weightDecay · weight, as `torch.optim.SGD` without dampening. */
export function sgd(weights: readonly Weight[], gradients: readonly Node[], options: SgdOptions): OptimizerStep {
  const { momentum = 0, nesterov = false } = options;
  return optimizerStep(
    weights,
    gradients,
    {
      state: ["momentum_buffer"],
      update: ({ node, ranges, rows }, { gradient, control }) => apply(op, [gradient, ranges, control, node], { rows, momentum, nesterov }),
    },
    options,
  );
}

const op: Op<{ readonly rows: number; readonly momentum: number; readonly nesterov: boolean }> = {
  name: "sgd",
  inputs: ["gradient", "ranges", "control", "arena"],
  overwrites: "arena",
  shape: ([, , , arena]) => arena,
  launches: ({ attrs: { rows, momentum, nesterov } }, profile) =>
    rowRanges(rows, profile).map(({ firstRow, size, of }) => ({
      shader: "sgd",
      bind: [of("gradient"), "ranges", "control", of("y"), of("y", 1)],
      params: { size, first_row: firstRow, momentum, nesterov: nesterov ? 1 : 0 },
      workgroups: grid(size),
    })),
};
