/** Batch normalisation in training normalises by the batch, and differentiates through its statistics. */
import { expect, test } from "vitest";
import { gradients } from "../../src/graph/gradient.ts";
import { topologicalOrder } from "../../src/graph/order.ts";
import { planFor } from "../../src/graph/program.ts";
import { relu, relu6, silu } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { batchNormTraining } from "../../src/kernels/batch-norm-training.ts";
import { batchStatistics } from "../../src/kernels/batch-statistics.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { weight } from "../compute.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { device } from "../device.ts";
import { relu as plainRelu, relu6 as plainRelu6 } from "../reference/activation.ts";
import { batchNormTraining as reference } from "../reference/batch-norm-training.ts";
import { type Values, values } from "../reference/values.ts";

const norm = (x: Node, scale: Node, bias: Node, options?: { readonly epsilon?: number }): Node =>
  batchNormTraining(x, scale, bias, batchStatistics(x), options);

describeOp("batchNormTraining", norm, reference, [
  { name: "one channel", shapes: [[2, 1, 3, 3], [1], [1]], terms: 9 },
  { name: "whole vectors, batch of 2", shapes: [[2, 8, 3, 4], [8], [8]], terms: 9 },
  { name: "last vector part full", shapes: [[2, 5, 5, 3], [5], [5]], terms: 9 },
  { name: "many runs of pixels", shapes: [[2, 3, 15, 17], [3], [3]], terms: 9 },
  { name: "two axes", shapes: [[6, 7], [7], [7]], terms: 9 },
  { name: "an epsilon as large as the variance", shapes: [[2, 3, 4, 4], [3], [3]], options: { epsilon: 0.3 }, terms: 9 },
]);

/** The mean is rounded by 1000 · 2⁻²⁵, which is 3e-5 of a deviation of 1. */
describeOp("batchNormTraining of large means", norm, reference, [
  {
    name: "a mean of 1000, a deviation of 1",
    shapes: [[2, 3, 16, 16], [3], [3]],
    values: (operand, _, random) => (operand === 0 ? 1000 + Math.sqrt(12) * (random - 0.5) : 2 * random - 1),
    terms: (3e-5 * 8 * 1e6) ** 2,
    smooth: false,
  },
]);

describeOp(
  "relu of batchNormTraining",
  (x: Node, scale: Node, bias: Node) => relu(norm(x, scale, bias)),
  (x: Values, scale: Values, bias: Values) => plainRelu(reference(x, scale, bias)),
  [
    { name: "values on both sides of 0", shapes: [[2, 5, 3, 3], [5], [5]], terms: 9 },
    { name: "many runs of pixels, whole vectors", shapes: [[2, 8, 15, 17], [8], [8]], terms: 9 },
  ],
);

describeOp(
  "relu6 of batchNormTraining",
  (x: Node, scale: Node, bias: Node) => relu6(norm(x, scale, bias)),
  (x: Values, scale: Values, bias: Values) => plainRelu6(reference(x, scale, bias)),
  [
    {
      name: "values on both sides of 0 and 6",
      shapes: [[2, 5, 4, 4], [5], [5]],
      values: (operand, _, random) => (operand === 0 ? 2 * random - 1 : 2 + 4 * random),
      terms: 9,
    },
  ],
);

describeOp(
  "relu of batchNormTraining that others read too",
  (x: Node, scale: Node, bias: Node) => {
    const y = norm(x, scale, bias);
    return add(relu(y), y);
  },
  (x: Values, scale: Values, bias: Values) => {
    const y = reference(x, scale, bias);
    const { data } = plainRelu(y);
    return values(
      y.shape,
      y.data.map((value, i) => value + data[i]),
    );
  },
  [{ name: "values on both sides of 0", shapes: [[2, 5, 3, 3], [5], [5]], terms: 9 }],
);

describeShapeErrors("batchNormTraining", (x: Node, scale: Node, bias: Node, other: Node) => batchNormTraining(x, scale, bias, other), [
  { name: "a weight of another length", shapes: [[2, 3, 2, 2], [4], [3], [2, 3]] },
  { name: "a bias of another length", shapes: [[2, 3, 2, 2], [3], [4], [2, 3]] },
  { name: "statistics of another value", shapes: [[2, 3, 2, 2], [3], [3], [2, 4]] },
]);

test("the gradient takes an activation's part itself, where the kernels know it", async () => {
  const launched = async (activation: (x: Node) => Node): Promise<string[]> => {
    const x = input("x", [2, 8, 6, 6]);
    const scale = weight("scale", [8]);
    const found = gradients(activation(norm(x, scale, weight("shift", [8]))), [x, scale], input("seed", [2, 8, 6, 6]));
    const { steps } = planFor({ dx: found[0], dscale: found[1] }, {}, (await device()).profile);
    return steps.map(({ launch }) => String(launch.shader));
  };
  const statistics = ["batch-statistics", "batch-statistics"];
  const sums = ["batch-norm-sums", "sum-parts", "sum-parts"];
  expect((await launched(relu)).sort()).toEqual([...statistics, ...sums, "batch-norm-training-gradient"].sort());
  expect(await launched(silu)).toContain("activation-gradient");
});

test("a convolution keeps its result, which the gradient reads, and the norm applies the activation", async () => {
  const x = input("x", [2, 4, 8, 8]);
  const conv = conv2d(x, weight("conv.weight", [8, 4, 3, 3]), undefined, { padding: 1 });
  const scale = weight("scale", [8]);
  const y = relu(norm(conv, scale, weight("shift", [8])));
  const [gradient] = gradients(y, [scale]);
  const { steps } = planFor({ y, gradient }, {}, (await device()).profile);
  const shaders = steps.map(({ launch }) => launch.shader);
  expect(shaders).toContain("batch-norm-training");
  expect(shaders).not.toContain("activation");
  expect(topologicalOrder([gradient])).toContain(conv);
});
