/** Fusion computes a chain in one kernel and the same numbers, and leaves alone what somebody else reads. */
import { describe, expect, test } from "vitest";
import { leastProfile } from "../../src/gpu/profile.ts";
import { fuse } from "../../src/graph/fuse.ts";
import { lower } from "../../src/graph/lower.ts";
import { topologicalOrder } from "../../src/graph/order.ts";
import { macsOf } from "../../src/graph/print.ts";
import { planFor } from "../../src/graph/program.ts";
import { relu, relu6, sigmoid } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { avgPool2d } from "../../src/kernels/avg-pool2d.ts";
import { batchNorm } from "../../src/kernels/batch-norm.ts";
import { batchNormTraining } from "../../src/kernels/batch-norm-training.ts";
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { linear } from "../../src/kernels/linear.ts";
import { input, type Node, named } from "../../src/kernels/op.ts";
import { networks } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";
import type { Tensor } from "../../src/tensor.ts";
import { compute, weight } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { values } from "../reference/values.ts";

const x = input("input", [2, 5, 6, 7]);
const skip = input("skip.weight", [2, 6, 6, 7]);
const conv = (of: Node, name = "conv", bias?: Node): Node =>
  conv2d(of, weight(`${name}.weight`, [6, of.shape[1], 3, 3]), bias, { padding: 1 });
const norm = (of: Node, name = "norm"): Node => {
  const each = (part: string): Node => weight(`${name}.${part}`, [of.shape[1]]);
  return batchNorm(of, each("weight"), each("bias"), each("running_mean"), each("running_var"));
};

/** The nodes that run every time. */
const launched = (outputs: Readonly<Record<string, Node>>): string[] =>
  [...new Set(planFor(outputs, {}, leastProfile).steps.map(({ node }) => node))].map(({ op }) => op.name);

const widened = ({ shape, data }: Tensor) => values(shape, Float64Array.from(data));

describe("one node computes", () => {
  const chains: Readonly<Record<string, Node>> = {
    "a convolution and its activation": relu(conv(x)),
    "a convolution and its batch norm": norm(conv(x)),
    "a convolution with bias, its batch norm and activation": relu6(norm(conv(x, "conv", weight("conv.bias", [6])))),
    "a convolution, its batch norm, a residual and an activation": relu(add(norm(conv(x)), skip)),
    "a residual in front of the sum": relu(add(skip, norm(conv(x)))),
    "a batch norm and its activation": relu(norm(x)),
    "a batch norm in training, a residual and an activation": relu6(
      add(batchNormTraining(skip, weight("norm.weight", [6]), weight("norm.bias", [6]), weight("norm.running_var", [2, 6])), skip),
    ),
    "a transposed convolution and its activation": relu(convTranspose2d(x, weight("up.weight", [5, 6, 2, 2]), undefined, { stride: 2 })),
    "a fully connected layer and its activation": relu(linear(input("features", [3, 10]), weight("fc.weight", [7, 10]))),
    "a depthwise convolution, its batch norm and activation": relu6(
      norm(conv2d(x, weight("depthwise.weight", [5, 1, 3, 3]), undefined, { padding: 1, groups: 5 })),
    ),
    "a grouped convolution, its batch norm, a residual and an activation": relu(
      add(norm(conv2d(skip, weight("grouped.weight", [6, 3, 3, 3]), undefined, { padding: 1, groups: 2 })), skip),
    ),
  };
  test.each(Object.entries(chains))("%s, with the numbers of several", async (_, y) => {
    expect(launched({ y })).toHaveLength(1);
    const { y: fused } = await compute({ y });
    const { y: apart } = await compute({ y }, { fuse: false });
    // A batch norm folded into its convolution rounds each of up to 54 products in another place.
    expectClose(fused, widened(apart), Math.sqrt(54) * 2 ** -23);
  });
});

test("a convolution of one tap is done after the average over windows that do not overlap, and only then", () => {
  const pointwise = conv2d(x, weight("pointwise.weight", [6, 5, 1, 1]));
  const order = (y: Node): string[] => launched({ y });
  expect(order(avgPool2d(pointwise, { kernel: 2 }))).toEqual(["avgPool2d", "conv2dProduct"]);
  expect(order(avgPool2d(pointwise, { kernel: 3, stride: 1 }))).toEqual(["conv2dProduct", "avgPool2d"]);
  expect(order(avgPool2d(pointwise, { kernel: 2, padding: 1 }))).toEqual(["conv2dProduct", "avgPool2d"]);
  expect(order(avgPool2d(conv(x), { kernel: 2 }))).toEqual(["conv2dProduct", "avgPool2d"]);
  expect(order(avgPool2d(relu(pointwise), { kernel: 2 }))).toEqual(["conv2dProduct", "avgPool2d"]);
});

describe("not absorbed is", () => {
  test("an output", async () => {
    const before = conv(x);
    const y = relu(before);
    expect(launched({ before, y })).toEqual(["conv2dProduct", "activation"]);
    const results = await compute({ before, y });
    expect(results.before.data.some((value) => value < 0)).toBe(true);
    expect(results.y.data).toEqual(results.before.data.map((value) => Math.max(value, 0)));
  });

  test("a value with two readers", () => {
    const before = conv(x);
    expect(launched({ a: relu(before), b: sigmoid(before) })).toEqual(["conv2dProduct", "activation", "activation"]);
  });

  test("a value that is added to itself", async () => {
    const before = conv(x);
    const y = add(before, before);
    expect(launched({ y })).toEqual(["conv2dProduct", "arithmetic"]);
    const results = await compute({ y, before });
    expect(results.y.data).toEqual(results.before.data.map((value) => value + value));
  });

  test("a sum that repeats one side", () => {
    expect(launched({ y: add(conv(x), input("each", [1, 6, 1, 1])) })).toHaveLength(2);
    expect(launched({ y: add(conv(x), input("scalar", [1])) })).toHaveLength(2);
  });

  test("an activation that kernels do not compute at their end", () => {
    expect(launched({ y: sigmoid(conv(x)) })).toHaveLength(2);
  });

  test("what comes after an activation or a residual", async () => {
    const afterActivation = norm(relu(conv(x)));
    const afterResidual = norm(add(conv(x), skip));
    for (const y of [afterActivation, afterResidual]) {
      expect(launched({ y })).toHaveLength(2);
      const { y: fused } = await compute({ y });
      const { y: apart } = await compute({ y }, { fuse: false });
      expectClose(fused, widened(apart), Math.sqrt(54) * 2 ** -23);
    }
    expect(launched({ y: relu(relu6(conv(x))) })).toHaveLength(2);
    expect(launched({ y: add(add(conv(x), skip), skip) })).toHaveLength(2);
  });
});

test("of two convolutions that are summed one takes the other as its residual", async () => {
  const y = relu(add(norm(conv(x, "a"), "norm_a"), norm(conv(x, "b"), "norm_b")));
  expect(launched({ y })).toHaveLength(2);
  const { y: fused } = await compute({ y });
  const { y: apart } = await compute({ y }, { fuse: false });
  expectClose(fused, widened(apart), Math.sqrt(108) * 2 ** -23);
});

test("a fused node goes by the name of the last stage in it", () => {
  const [y] = fuse([named(relu(named(norm(named(conv(x), "conv1")), "bn1")), "relu")]);
  expect(y.name).toBe("relu");
  expect(topologicalOrder([y]).filter(({ name }) => name !== undefined)).toEqual([y]);
});

describe.each(Object.keys(networks))("%s", (name) => {
  const { build, channels, size } = networks[name];

  test("has the same multiply–adds fused, and by the kernels it runs on", () => {
    const y = build(declaredWeights(), input("x", [1, channels, size, size]));
    const fused = fuse([y]);
    // But for convolutions that are averaged: those of DenseNets are done after the average, on a quarter of the pixels.
    const averaged = topologicalOrder([y]).filter(({ op, inputs: [x] }) => op.name === "avgPool2d" && x.op.name === "conv2d");
    const spared = averaged.reduce((sum, { inputs: [x] }) => sum + 0.75 * (x.op.macs?.(x) ?? 0), 0);
    expect(macsOf(fused)).toBe(macsOf([y]) - spared);
    expect(macsOf(lower(fused, leastProfile))).toBe(macsOf(fused));
  });
});
