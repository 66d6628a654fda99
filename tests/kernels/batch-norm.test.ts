/** Batch normalisation with running statistics equals its formula, channel by channel. */
import { relu } from "../../src/kernels/activation.ts";
import { batchNorm } from "../../src/kernels/batch-norm.ts";
import type { Node } from "../../src/kernels/op.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { relu as plainRelu } from "../reference/activation.ts";
import { batchNorm as reference } from "../reference/batch-norm.ts";
import type { Values } from "../reference/values.ts";

/** Elements from −1 to 1, but variances from 0.5 to 1.5. */
const values = (operand: number, _element: number, random: number): number => (operand === 4 ? 0.5 + random : 2 * random - 1);
/** Variances as small as the default epsilon, over which differences by them would step. */
const smallVariance = (operand: number, _element: number, random: number): number => (operand === 4 ? 1e-5 * random : 2 * random - 1);

describeOp("batchNorm", batchNorm, reference, [
  { name: "one channel", shapes: [[1, 1, 3, 3], [1], [1], [1], [1]], values },
  { name: "whole vectors, batch of 2", shapes: [[2, 8, 3, 4], [8], [8], [8], [8]], values },
  { name: "last vector part full", shapes: [[2, 5, 3, 3], [5], [5], [5], [5]], values },
  { name: "64 channels", shapes: [[1, 64, 5, 5], [64], [64], [64], [64]], values },
  { name: "two axes", shapes: [[3, 7], [7], [7], [7], [7]], values },
  { name: "another epsilon", shapes: [[1, 3, 2, 2], [3], [3], [3], [3]], options: { epsilon: 1e-3 }, values },
  { name: "epsilon as large as the variance", shapes: [[1, 6, 2, 2], [6], [6], [6], [6]], values: smallVariance, smooth: false },
  {
    name: "epsilon as large as a variance far above the step of differences",
    shapes: [[1, 6, 2, 2], [6], [6], [6], [6]],
    options: { epsilon: 1 },
    values,
  },
]);

describeOp(
  "relu of batchNorm",
  (x: Node, weight: Node, bias: Node, mean: Node, variance: Node) => relu(batchNorm(x, weight, bias, mean, variance)),
  (x: Values, weight: Values, bias: Values, mean: Values, variance: Values) => plainRelu(reference(x, weight, bias, mean, variance)),
  [{ name: "values on both sides of 0", shapes: [[2, 5, 3, 3], [5], [5], [5], [5]], values }],
);

describeShapeErrors("batchNorm", batchNorm, [
  { name: "a weight of another length", shapes: [[1, 3, 2, 2], [4], [3], [3], [3]] },
  { name: "a variance of another length", shapes: [[1, 3, 2, 2], [3], [3], [3], [4]] },
  { name: "an input without a channel axis", shapes: [[3], [3], [3], [3], [3]] },
]);
