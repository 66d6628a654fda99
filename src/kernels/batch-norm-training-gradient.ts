/** The gradient of batch normalisation by the batch's own statistics. */
import { batchNormSums } from "./batch-norm-sums.ts";
import { pixelRows, rowOf } from "./batch-statistics.ts";
import type { EpilogueActivation } from "./epilogue.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

export interface BatchNormTrainingAttrs {
  readonly epsilon: number;
  readonly activation: EpilogueActivation;
}

/** By x, weight and bias: that by x goes through the statistics as well, so that they have none of their own. */
export function batchNormTrainingGradient(
  { inputs: [x, weight, , statistics], attrs: { epsilon } }: Node<BatchNormTrainingAttrs>,
  dy: Node,
): readonly [Node, Node, Node] {
  const sums = batchNormSums(x, dy, statistics, epsilon);
  return [apply(op, [x, dy, weight, statistics, sums], { epsilon }), rowOf(sums, 1), rowOf(sums, 0)];
}

const op: Op<{ readonly epsilon: number }> = {
  name: "batchNormTrainingGradient",
  inputs: ["x", "dy", "weight", "statistics", "sums"],
  sliced: ["x", "dy", "y"],
  shape: ([x]) => x,
  launches({ attrs: { epsilon }, shape }) {
    const rows = pixelRows(shape);
    return [
      {
        shader: "batch-norm-training-gradient",
        bind: ["x", "dy", "weight", "statistics", "sums", "y"],
        params: { ...rows, epsilon },
        workgroups: grid(rows.size),
      },
    ];
  },
};
