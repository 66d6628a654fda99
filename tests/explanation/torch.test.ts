/**
 * Gradients of every rule, CAM, Grad-CAM and Grad-CAM++ of a small network are those of PyTorch in float64: explanation.json, written by
 * explanation.py beside it.
 */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { classActivationMaps } from "../../src/explanation/class-activation-map.ts";
import { gradCam, gradCamPlusPlus } from "../../src/explanation/grad-cam.ts";
import { deconvnet, guidedBackprop } from "../../src/explanation/rectifier-rules.ts";
import { type GradientRule, gradients } from "../../src/graph/gradient.ts";
import { nodeNamed } from "../../src/graph/order.ts";
import { relu, relu6 } from "../../src/kernels/activation.ts";
import { batchNorm } from "../../src/kernels/batch-norm.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { linear } from "../../src/kernels/linear.ts";
import { maxPool2d } from "../../src/kernels/max-pool2d.ts";
import { input, type Node, named, parameter, ShapeError } from "../../src/kernels/op.ts";
import { slice } from "../../src/kernels/slice.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { compute, weight } from "../compute.ts";
import { generated } from "../generator.ts";

const golden: Readonly<Record<string, number[]>> & { readonly label: number } = JSON.parse(
  readFileSync(new URL("../fixtures/explanation.json", import.meta.url), "utf8"),
);

const x = input("input", [1, 3, 12, 16]);
const statistics = ["weight", "bias", "running_mean", "running_var"].map((part) => weight(`bn1.${part}`, [8]));
const [scale, offset, mean, variance] = statistics;
const conv1 = conv2d(x, weight("conv1.weight", [8, 3, 3, 3]), undefined, { padding: 1 });
const rectified = named(relu(batchNorm(conv1, scale, offset, mean, variance)), "relu");
const drawn = generated("conv2.weight", [12, 8, 3, 3]);
const conv2Weight = parameter("conv2.weight", drawn.shape, { ...drawn, data: drawn.data.map((value) => 8 * value) });
const pooled = maxPool2d(rectified, { kernel: 2, stride: 2 });
const conv2 = named(conv2d(pooled, conv2Weight, weight("conv2.bias", [12]), { padding: 1 }), "conv2");
const features = named(relu6(conv2), "features");
const logits = linear(globalAvgPool(features), weight("fc.weight", [3, 12]), weight("fc.bias", [3]));
const seed = input("seed", [1, 3]);

const rules: Readonly<Record<string, GradientRule | undefined>> = {
  gradient: undefined,
  "guided-backprop": guidedBackprop,
  deconvnet,
};
const layers = ["relu", "conv2", "features"];

/**
 * The longest sums on the way are of 72 products, and of 108 in a gradient; every step rounds by 2⁻²⁴ of a value, so that 10⁻⁵ of the largest
 * is some ten times what a random walk over seven layers makes of it.
 */
const TOLERANCE = 1e-5;

let results: Record<string, Tensor>;
beforeAll(async () => {
  const outputs: Record<string, Node> = { logits };
  for (const [name, rule] of Object.entries(rules)) [outputs[name]] = gradients(logits, [x], seed, undefined, rule);
  for (const layer of layers) {
    const map = nodeNamed([logits], layer);
    const [gradient] = gradients(logits, [map], seed);
    outputs[`grad-cam ${layer}`] = gradCam(map, gradient);
    outputs[`grad-cam++ ${layer}`] = gradCamPlusPlus(map, gradient);
  }
  const maps = classActivationMaps(logits);
  if (maps) outputs["cam features"] = slice(maps, 1, golden.label, golden.label + 1);
  const oneHot = tensor([1, 3]);
  oneHot.data[golden.label] = 1;
  results = await compute(outputs, { inputs: { seed: oneHot } });
});

const names = ["logits", ...Object.keys(rules), ...layers.flatMap((layer) => [`grad-cam ${layer}`, `grad-cam++ ${layer}`]), "cam features"];

test.each(names)("%s", (name) => {
  const expected = golden[name];
  const largest = Math.max(...expected.map(Math.abs));
  expect(largest).toBeGreaterThan(0);
  expect(results[name].data.length).toBe(expected.length);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - results[name].data[i])));
  expect(worst / largest).toBeLessThan(TOLERANCE);
});

test("the fixture tells the rules apart, and relu6 cuts off in it", () => {
  expect(golden.capped[0]).toBeGreaterThan(10);
  expect(golden["guided-backprop"]).not.toEqual(golden.gradient);
  expect(golden.deconvnet).not.toEqual(golden["guided-backprop"]);
});

describe("a network that does not end in an average over its last map", () => {
  test("has no class activation maps", () => {
    expect(classActivationMaps(linear(relu(globalAvgPool(features)), weight("fc.weight", [3, 12])))).toBeUndefined();
  });
  test("but has where its logits are averages themselves", () => {
    expect(classActivationMaps(globalAvgPool(features))).toBe(features);
  });
});

test("Grad-CAM needs a map", () => {
  const vector = globalAvgPool(features);
  for (const weigh of [gradCam, gradCamPlusPlus]) {
    expect(() => weigh(vector, vector)).toThrow(ShapeError);
    expect(() => weigh(vector, vector)).toThrow(/: a map \[n, c, h, w\] is needed, got \[1, 12\]$/);
  }
});
