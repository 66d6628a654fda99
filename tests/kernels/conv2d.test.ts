/** Convolution equals its definition for every window, group and size, also where it absorbs the ops that follow it. */
import { relu, relu6 } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { type AvgPool2dOptions, avgPool2d } from "../../src/kernels/avg-pool2d.ts";
import { batchNorm } from "../../src/kernels/batch-norm.ts";
import { type Conv2dOptions, conv2d } from "../../src/kernels/conv2d.ts";
import type { Node } from "../../src/kernels/op.ts";
import { type Shape, sizeOf } from "../../src/tensor.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import * as plain from "../reference/activation.ts";
import { add as plainAdd } from "../reference/arithmetic.ts";
import { avgPool2d as plainAvgPool2d } from "../reference/avg-pool2d.ts";
import { batchNorm as plainBatchNorm } from "../reference/batch-norm.ts";
import { conv2d as reference } from "../reference/conv2d.ts";
import type { Values } from "../reference/values.ts";
import { dense, depthwise, grouped } from "./conv2d.cases.ts";

/** Products that one output sums: the weights of one output channel. */
const terms = ([, weight]: readonly Shape[]): number => sizeOf(weight.slice(1));

describeOp("conv2d", conv2d, reference, [...dense, ...grouped, ...depthwise], terms);

describeOp(
  "relu of conv2d",
  (x: Node, weight: Node, bias: Node, options?: Conv2dOptions) => relu(conv2d(x, weight, bias, options)),
  (x: Values, weight: Values, bias: Values, options?: Conv2dOptions) => plain.relu(reference(x, weight, bias, options)),
  [
    { name: "dense", shapes: [[1, 5, 5, 5], [6, 5, 3, 3], [6]] },
    { name: "grouped", shapes: [[1, 6, 5, 5], [6, 3, 3, 3], [6]], options: { groups: 2 } },
    { name: "depthwise", shapes: [[1, 5, 5, 5], [5, 1, 3, 3], [5]], options: { groups: 5 } },
  ],
  terms,
);

describeOp(
  "relu6 of conv2d",
  (x: Node, weight: Node, bias: Node, options?: Conv2dOptions) => relu6(conv2d(x, weight, bias, options)),
  (x: Values, weight: Values, bias: Values, options?: Conv2dOptions) => plain.relu6(reference(x, weight, bias, options)),
  [
    { name: "dense, sums on both sides of 6", shapes: [[1, 5, 5, 5], [6, 5, 3, 3], [6]], values: [-2, 3] },
    { name: "grouped, sums on both sides of 6", shapes: [[1, 6, 5, 5], [6, 3, 3, 3], [6]], options: { groups: 2 }, values: [-2, 3] },
    { name: "depthwise, sums on both sides of 6", shapes: [[1, 5, 5, 5], [5, 1, 3, 3], [5]], options: { groups: 5 }, values: [-2, 3] },
  ],
  terms,
);

/** Operands x, weight, bias, and the norm's weight, bias, mean and variance, which is positive. */
const withVariance = (operand: number, _element: number, random: number): number => (operand === 6 ? 0.5 + random : 2 * random - 1);

describeOp(
  "relu of batchNorm of conv2d",
  (x: Node, weight: Node, bias: Node, gamma: Node, beta: Node, mean: Node, variance: Node, options?: Conv2dOptions) =>
    relu(batchNorm(conv2d(x, weight, bias, options), gamma, beta, mean, variance)),
  (x: Values, weight: Values, bias: Values, gamma: Values, beta: Values, mean: Values, variance: Values, options?: Conv2dOptions) =>
    plain.relu(plainBatchNorm(reference(x, weight, bias, options), gamma, beta, mean, variance)),
  [
    { name: "dense", shapes: [[1, 5, 5, 5], [6, 5, 3, 3], [6], [6], [6], [6], [6]], values: withVariance },
    { name: "grouped", shapes: [[1, 6, 5, 5], [6, 3, 3, 3], [6], [6], [6], [6], [6]], options: { groups: 2 }, values: withVariance },
    { name: "depthwise", shapes: [[1, 5, 5, 5], [5, 1, 3, 3], [5], [5], [5], [5], [5]], options: { groups: 5 }, values: withVariance },
  ],
  terms,
);

describeOp(
  "relu of conv2d plus a residual",
  (x: Node, weight: Node, bias: Node, residual: Node, options?: Conv2dOptions) => relu(add(conv2d(x, weight, bias, options), residual)),
  (x: Values, weight: Values, bias: Values, residual: Values, options?: Conv2dOptions) =>
    plain.relu(plainAdd(reference(x, weight, bias, options), residual)),
  [
    { name: "dense", shapes: [[2, 5, 5, 5], [6, 5, 3, 3], [6], [2, 6, 3, 3]] },
    { name: "grouped", shapes: [[2, 6, 5, 5], [6, 3, 3, 3], [6], [2, 6, 3, 3]], options: { groups: 2 } },
    { name: "depthwise", shapes: [[2, 5, 5, 5], [5, 1, 3, 3], [5], [2, 5, 3, 3]], options: { groups: 5 } },
    { name: "a residual that repeats over the pixels", shapes: [[2, 5, 5, 5], [6, 5, 3, 3], [6], [2, 6, 1, 1]] },
  ],
  terms,
);

describeOp(
  "relu of conv2d, plus two residuals",
  (x: Node, weight: Node, bias: Node, first: Node, second: Node) => add(second, add(relu(conv2d(x, weight, bias)), first)),
  (x: Values, weight: Values, bias: Values, first: Values, second: Values) =>
    plainAdd(second, plainAdd(plain.relu(reference(x, weight, bias)), first)),
  [{ name: "the activation comes before the sums", shapes: [[2, 5, 5, 5], [6, 5, 3, 3], [6], [2, 6, 3, 3], [2, 6, 3, 3]] }],
  terms,
);

describeOp(
  "conv2d plus two residuals",
  (x: Node, weight: Node, bias: Node, first: Node, second: Node) => relu(add(second, add(conv2d(x, weight, bias), first))),
  (x: Values, weight: Values, bias: Values, first: Values, second: Values) =>
    plain.relu(plainAdd(second, plainAdd(reference(x, weight, bias), first))),
  [{ name: "one sum is left over", shapes: [[2, 5, 5, 5], [6, 5, 3, 3], [6], [2, 6, 3, 3], [2, 6, 3, 3]] }],
  terms,
);

describeOp(
  "batchNorm of conv2d plus a residual",
  (x: Node, weight: Node, bias: Node, gamma: Node, beta: Node, mean: Node, variance: Node, residual: Node) =>
    batchNorm(add(conv2d(x, weight, bias), residual), gamma, beta, mean, variance),
  (x: Values, weight: Values, bias: Values, gamma: Values, beta: Values, mean: Values, variance: Values, residual: Values) =>
    plainBatchNorm(plainAdd(reference(x, weight, bias), residual), gamma, beta, mean, variance),
  [
    {
      name: "the norm scales the residual too",
      shapes: [[2, 5, 5, 5], [6, 5, 3, 3], [6], [6], [6], [6], [6], [2, 6, 3, 3]],
      values: withVariance,
    },
  ],
  terms,
);

describeOp(
  "avgPool2d of conv2d",
  (x: Node, weight: Node, bias: Node, options: AvgPool2dOptions) => avgPool2d(conv2d(x, weight, bias), options),
  (x: Values, weight: Values, bias: Values, options: AvgPool2dOptions) => plainAvgPool2d(reference(x, weight, bias), options),
  [
    { name: "one tap, as a DenseNet's transition", shapes: [[2, 5, 5, 4], [6, 5, 1, 1], [6]], options: { kernel: 2 } },
    { name: "one tap, windows apart", shapes: [[1, 5, 7, 7], [6, 5, 1, 1], [6]], options: { kernel: 2, stride: 3 } },
    { name: "padding that counts does not see the bias", shapes: [[1, 5, 6, 6], [6, 5, 1, 1], [6]], options: { kernel: 2, padding: 1 } },
    {
      name: "padding that does not count",
      shapes: [[1, 5, 6, 6], [6, 5, 1, 1], [6]],
      options: { kernel: 2, padding: 1, countIncludePad: false },
    },
    { name: "a part window at the end", shapes: [[1, 5, 5, 5], [6, 5, 1, 1], [6]], options: { kernel: 2, ceilMode: true } },
    { name: "several taps", shapes: [[1, 5, 6, 6], [6, 5, 3, 3], [6]], options: { kernel: 2 } },
  ],
  ([, weight], options) => sizeOf(weight.slice(1)) * Number(options?.kernel) ** 2,
);

describeOp(
  "batchNorm of relu of conv2d",
  (x: Node, weight: Node, bias: Node, gamma: Node, beta: Node, mean: Node, variance: Node) =>
    batchNorm(relu(conv2d(x, weight, bias)), gamma, beta, mean, variance),
  (x: Values, weight: Values, bias: Values, gamma: Values, beta: Values, mean: Values, variance: Values) =>
    plainBatchNorm(plain.relu(reference(x, weight, bias)), gamma, beta, mean, variance),
  [{ name: "the norm comes after the activation", shapes: [[1, 5, 5, 5], [6, 5, 3, 3], [6], [6], [6], [6], [6]], values: withVariance }],
  terms,
);

describeOp(
  "conv2d plus its own input",
  (x: Node, weight: Node, bias: Node) => add(x, conv2d(x, weight, bias, { padding: 1 })),
  (x: Values, weight: Values, bias: Values) => plainAdd(x, reference(x, weight, bias, { padding: 1 })),
  [{ name: "the input is read while the sum is written", shapes: [[1, 5, 5, 5], [5, 5, 3, 3], [5]] }],
  terms,
);

describeOp(
  "conv2d plus itself",
  (x: Node, weight: Node, bias: Node) => {
    const y = conv2d(x, weight, bias);
    return add(y, y);
  },
  (x: Values, weight: Values, bias: Values) => {
    const y = reference(x, weight, bias);
    return plainAdd(y, y);
  },
  [{ name: "both operands of the sum are one value", shapes: [[1, 5, 5, 5], [6, 5, 3, 3], [6]] }],
  terms,
);

describeShapeErrors("conv2d", conv2d, [
  { name: "an input of 3 axes", shapes: [[3, 8, 8], [4, 3, 3, 3], [4]] },
  { name: "a weight of 2 axes", shapes: [[1, 3, 8, 8], [4, 3], [4]] },
  { name: "a weight for another number of channels", shapes: [[1, 3, 8, 8], [64, 1, 7, 7], [64]] },
  { name: "groups that do not divide the input channels", shapes: [[1, 3, 8, 8], [4, 1, 3, 3], [4]], options: { groups: 2 } },
  { name: "groups that do not divide the output channels", shapes: [[1, 4, 8, 8], [5, 2, 3, 3], [5]], options: { groups: 2 } },
  { name: "a bias of another length", shapes: [[1, 3, 8, 8], [4, 3, 3, 3], [3]] },
  { name: "a kernel larger than the padded map", shapes: [[1, 3, 4, 4], [4, 3, 7, 7], [4]], options: { padding: 1 } },
  { name: "a stride of 0", shapes: [[1, 3, 4, 4], [4, 3, 3, 3], [4]], options: { stride: 0 } },
  { name: "negative padding", shapes: [[1, 3, 4, 4], [4, 3, 3, 3], [4]], options: { padding: -1 } },
]);
