/** A factor of the loss that keeps small gradients from vanishing and large ones from overflowing, found as training goes. */
import type { Update } from "../graph/update.ts";
import { apply, type Node, type Op, parameter } from "../kernels/op.ts";
import { slice } from "../kernels/slice.ts";
import { tensor } from "../tensor.ts";
import type { OptimizerStep } from "./optimizers/step.ts";

export interface LossScaling {
  /** The factor, of shape [1]: the seed of the gradients, and the optimiser's `lossScale`. */
  readonly factor: Node;
  /** Halves the factor after a step with gradients that are not finite, doubles it after `interval` steps without. */
  updates(step: OptimizerStep): readonly Update[];
}

export interface LossScalingOptions {
  readonly initial?: number;
  readonly interval?: number;
  readonly largest?: number;
  readonly name?: string;
}

export function lossScaling({
  initial = 2 ** 16,
  interval = 2000,
  largest = 2 ** 24,
  name = "lossScale",
}: LossScalingOptions = {}): LossScaling {
  const state = parameter(name, [2], tensor([2], Float32Array.of(initial, 0)));
  return {
    factor: slice(state, 0, 0, 1),
    updates: ({ control }) => [{ parameter: state, value: apply(op, [control, state], { interval, largest }) }],
  };
}

const op: Op<{ readonly interval: number; readonly largest: number }> = {
  name: "adjustScale",
  inputs: ["control", "scale"],
  overwrites: "scale",
  shape: ([, scale]) => scale,
  launches: ({ attrs }) => [{ shader: "adjust-scale", bind: ["control", "y"], params: { ...attrs }, workgroups: [1] }],
};
