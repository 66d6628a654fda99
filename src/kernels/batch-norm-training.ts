/** Batch normalisation by the batch's own statistics, as in training. */
import { activationOf } from "./activation.ts";
import { activatedFrom } from "./activation-gradient.ts";
import { addend } from "./arithmetic.ts";
import type { BatchNormTrainingAttrs } from "./batch-norm-sums.ts";
import { batchNormTrainingGradient } from "./batch-norm-training-gradient.ts";
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
  inputs: ["x", "weight", "bias", "statistics", "residual"],
  sliced: ["x", "residual", "y"],
  shape([x, weight, bias, statistics]) {
    for (const [name, shape] of Object.entries({ weight, bias }))
      if (shape.length !== 1 || shape[0] !== x[1])
        throw new ShapeError("batchNormTraining", `${name} must have ${x[1]} elements`, [x, shape]);
    if (String(statistics) !== String([2, x[1]]))
      throw new ShapeError("batchNormTraining", "statistics are of another value", [x, statistics]);
    return x;
  },
  launches({ inputs: [, , , , residual], attrs: { epsilon, activation }, shape }) {
    const rows = pixelRows(shape);
    return [
      {
        shader: "batch-norm-training",
        bind: ["x", "weight", "bias", "statistics", residual ? "residual" : "x", "y"],
        params: { ...rows, activation: activationCode[activation], residual: residual ? 1 : 0, epsilon },
        workgroups: grid(rows.size),
      },
    ];
  },
  gradient(node, dy) {
    // Where dy came through an activation of the result, its kernels do what the activation does.
    const activated = activatedFrom(node, dy);
    const activation = activated && activationOf(activated.activation);
    return [
      ...(activation
        ? batchNormTrainingGradient({ ...node, attrs: { ...node.attrs, activation } }, activated.dy)
        : batchNormTrainingGradient(node, dy)),
      undefined,
    ];
  },
  absorb(node, user) {
    const { inputs, attrs } = node;
    if (attrs.activation !== "none") return undefined;
    const activation = activationOf(user);
    if (activation) return apply(op, inputs, { ...attrs, activation });
    const other = inputs.length < op.inputs.length ? addend(user, node) : undefined;
    return other && apply(op, [...inputs, other], attrs);
  },
};
