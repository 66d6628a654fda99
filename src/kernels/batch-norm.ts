/** Batch normalisation with fixed statistics. */
import { layoutOf } from "../gpu/layout.ts";
import { activationOf } from "./activation.ts";
import { div, mul } from "./arithmetic.ts";
import { batchNormSums } from "./batch-norm-sums.ts";
import { channelAffine } from "./channel-affine.ts";
import { concat } from "./concat.ts";
import type { EpilogueActivation } from "./epilogue.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { reshape } from "./reshape.ts";
import { scale } from "./scale.ts";
import { zeros } from "./zeros.ts";

interface BatchNormAttrs {
  readonly epsilon: number;
  readonly activation: EpilogueActivation;
}

/**
 * y = (x − mean) / √(variance + ε) · weight + bias for each channel (axis 1) of x; the four have one element a channel
 * (Ioffe and Szegedy, 2015, evaluation mode).
 * @throws ShapeError if one of the four does not have as many elements as x has channels.
 */
export const batchNorm = (
  x: Node,
  weight: Node,
  bias: Node,
  mean: Node,
  variance: Node,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): Node => apply(op, [x, weight, bias, mean, variance], { epsilon, activation: "none" });

const op: Op<BatchNormAttrs> = {
  name: "batchNorm",
  inputs: ["x", "weight", "bias", "mean", "variance"],
  shape([x, ...statistics]) {
    const wrong = statistics.findIndex((shape) => shape.length !== 1 || shape[0] !== x[1]);
    if (x.length < 2) throw new ShapeError("batchNorm", "input must have a channel axis", [x]);
    if (wrong >= 0) throw new ShapeError("batchNorm", `${op.inputs[wrong + 1]} must have ${x[1]} elements`, [x, statistics[wrong]]);
    return x;
  },
  absorb(node, user) {
    const activation = activationOf(user);
    return activation && node.attrs.activation === "none" ? apply(op, node.inputs, { ...node.attrs, activation }) : undefined;
  },
  lower(node) {
    const factor = batchNormScale(node);
    return channelAffine(node.inputs[0], factor, batchNormShift(node, factor, zeros(node.shape[1])), node.attrs.activation);
  },
  // By the mean −factor · Σ dy, by the variance −½ · weight · Σ dy · x̂ / (variance + ε).
  gradient(node, dy) {
    const { inputs, attrs, shape } = node;
    const [x, weight, bias, mean, variance] = inputs;
    const channels = shape[1];
    const factor = batchNormScale(node);
    const statistics = concat([reshape(mean, [1, channels]), reshape(variance, [1, channels])], 0);
    const { sum: dbias, products: dweight } = batchNormSums({ x, dy, weight, bias, statistics }, { ...attrs, activation: "none" });
    const dvariance = scale(div(mul(weight, dweight), scale(variance, 1, attrs.epsilon)), -0.5);
    return [channelAffine(dy, factor, zeros(channels), "none"), dweight, dbias, scale(mul(factor, dbias), -1), dvariance];
  },
};

export const isBatchNorm = (node: Node): node is Node<BatchNormAttrs> => node.op === op;

/** weight / √(variance + ε) of a batch norm node, one element a channel. */
export const batchNormScale = ({ inputs: [, weight, , , variance], attrs }: Node<BatchNormAttrs>): Node =>
  apply(scaleOp, [weight, variance], { epsilon: attrs.epsilon });

/** bias + (before − mean) · scale of a batch norm node, one element a channel; `before` is what is added in front of it. */
export const batchNormShift = ({ inputs: [, , bias, mean] }: Node<BatchNormAttrs>, scale: Node, before: Node): Node =>
  apply(shiftOp, [bias, mean, scale, before], {});

const scaleOp: Op<{ readonly epsilon: number }> = {
  name: "batchNormScale",
  inputs: ["weight", "variance"],
  shape: ([weight]) => weight,
  launches({ attrs: { epsilon }, shape }) {
    const { blocks } = layoutOf(shape);
    return [{ shader: "batch-norm-scale", bind: ["weight", "variance", "y"], params: { blocks, epsilon }, workgroups: grid(blocks) }];
  },
};

const shiftOp: Op = {
  name: "batchNormShift",
  inputs: ["bias", "mean", "scale", "before"],
  shape: ([bias]) => bias,
  launches({ shape }) {
    const { blocks } = layoutOf(shape);
    return [{ shader: "batch-norm-shift", bind: ["bias", "mean", "scale", "before", "y"], params: { blocks }, workgroups: grid(blocks) }];
  },
};
