/** The gradient of batch normalisation by the batch's own statistics. */
import { type BatchNormTrainingAttrs, batchNormSums } from "./batch-norm-sums.ts";
import { pixelRows } from "./batch-statistics.ts";
import { activationCode } from "./epilogue.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** By x, weight and bias, from dL/dy after the activation: that by x goes through the statistics as well, so that they have none of their own. */
export function batchNormTrainingGradient(
  { inputs: [x, weight, bias, statistics], attrs }: Node<BatchNormTrainingAttrs>,
  dy: Node,
): readonly [Node, Node, Node] {
  const { sum, products } = batchNormSums({ x, dy, weight, bias, statistics }, attrs);
  return [apply(op, [x, dy, weight, bias, statistics, sum, products], attrs), products, sum];
}

const op: Op<BatchNormTrainingAttrs> = {
  name: "batchNormTrainingGradient",
  inputs: ["x", "dy", "weight", "bias", "statistics", "sum", "products"],
  sliced: ["x", "dy", "y"],
  shape: ([x]) => x,
  launches({ attrs: { epsilon, activation }, shape }) {
    const rows = pixelRows(shape);
    return [
      {
        shader: "batch-norm-training-gradient",
        bind: ["x", "dy", "weight", "bias", "statistics", "sum", "products", "y"],
        params: { ...rows, activation: activationCode[activation], epsilon },
        workgroups: grid(rows.size),
      },
    ];
  },
};
