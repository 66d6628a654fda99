/** What an optimiser needs to know of a step, worked out on the GPU: the rate, what gradients are multiplied by, whether anything changes. */
import { apply, type Node, type Op } from "../kernels/op.ts";

export interface StepControlOptions {
  /** The largest norm of all gradients together; larger ones are scaled down to it. */
  readonly maxNorm?: number;
}

/**
 * [8]: learning rate, factor of the gradients, 1 if the step is taken, number of the first weight whose gradient is not finite or −1, and
 * the norm of all gradients. `sums` [weights, 4] is `gradientSquares`; `phase` [3] says in its second element whether the run ends a step
 * and in its third what the gradients are multiplied by; `scale` [1] is what the loss was multiplied by.
 */
export const stepControl = (rate: Node, sums: Node, phase: Node, scale: Node, { maxNorm = 0 }: StepControlOptions = {}): Node =>
  apply(op, [rate, sums, phase, scale], { maxNorm });

const op: Op<{ readonly maxNorm: number }> = {
  name: "stepControl",
  inputs: ["rate", "sums", "phase", "scale"],
  shape: () => [8],
  launches: ({ inputs: [, sums], attrs: { maxNorm } }) => [
    {
      shader: "step-control",
      bind: ["rate", "sums", "phase", "scale", "y"],
      params: { segments: sums.shape[0], max_norm: maxNorm },
      workgroups: [1],
    },
  ],
};
