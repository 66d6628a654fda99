/** Batch normalisation by the batch's own statistics, as in training. */
import { activationOf } from "./activation.ts";
import { type BatchNormTrainingAttrs, batchNormTrainingGradient } from "./batch-norm-training-gradient.ts";
import { pixelRows } from "./batch-statistics.ts";
import { activationCode } from "./epilogue.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

/**
 * y = (x − mean) / √(variance + ε) · weight + bias for each channel (axis 1) of x, where `statistics` is `batchStatistics(x)`
 * (Ioffe and Szegedy, 2015, training mode). The gradient by x takes the statistics for functions of x.
 * @throws ShapeError if weight or bias does not have as many elements as x has channels.
 */
export const batchNormTraining = (
  x: Node,
  weight: Node,
  bias: Node,
  statistics: Node,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): Node => apply(op, [x, weight, bias, statistics], { epsilon, activation: "none" });

const op: Op<BatchNormTrainingAttrs> = {
  name: "batchNormTraining",
  inputs: ["x", "weight", "bias", "statistics"],
  sliced: ["x", "y"],
  shape([x, weight, bias, statistics]) {
    for (const [name, shape] of Object.entries({ weight, bias }))
      if (shape.length !== 1 || shape[0] !== x[1])
        throw new ShapeError("batchNormTraining", `${name} must have ${x[1]} elements`, [x, shape]);
    if (String(statistics) !== String([2, x[1]]))
      throw new ShapeError("batchNormTraining", "statistics are of another value", [x, statistics]);
    return x;
  },
  launches({ attrs: { epsilon, activation }, shape }) {
    const rows = pixelRows(shape);
    return [
      {
        shader: "batch-norm-training",
        bind: ["x", "weight", "bias", "statistics", "y"],
        params: { ...rows, activation: activationCode[activation], epsilon },
        workgroups: grid(rows.size),
      },
    ];
  },
  gradient: (node, dy) => [...batchNormTrainingGradient(node, dy), undefined],
  absorb(node, user) {
    const activation = activationOf(user);
    return activation && node.attrs.activation === "none" ? apply(op, node.inputs, { ...node.attrs, activation }) : undefined;
  },
};
