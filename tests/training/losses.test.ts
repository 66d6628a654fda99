/** Losses are PyTorch's numbers and gradients, equal their definitions, and differentiate as those do. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/graph/gradient.ts";
import { sigmoid } from "../../src/kernels/activation.ts";
import { mul } from "../../src/kernels/arithmetic.ts";
import { detach } from "../../src/kernels/detach.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { scale } from "../../src/kernels/scale.ts";
import type { Shape, Tensor } from "../../src/tensor.ts";
import { tensor } from "../../src/tensor.ts";
import { circleLoss } from "../../src/training/circle-loss.ts";
import * as losses from "../../src/training/losses.ts";
import { compute } from "../compute.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { generated } from "../generator.ts";
import * as reference from "../reference/losses.ts";

/** Logits from −3 to 3, labels of five classes. */
const rows = (operand: number, element: number, random: number) => (operand === 1 ? (3 * element + 1) % 5 : 6 * random - 3);
/** The same, and every third row ignored. */
const ignored = (operand: number, element: number, random: number) =>
  operand === 1 && element % 3 === 0 ? -100 : rows(operand, element, random);
const labels = [1];

// biome-ignore format: one case a line
describeOp("crossEntropy", losses.crossEntropy, reference.crossEntropy, [
  { name: "rows of five classes", shapes: [[7, 5], [7]], values: rows, constants: labels },
  { name: "whole vectors", shapes: [[3, 8], [3]], values: rows, constants: labels },
  { name: "1000 classes", shapes: [[4, 1000], [4]], values: rows, constants: labels, terms: 100 },
  { name: "more rows than are worth an invocation each", shapes: [[300, 5], [300]], values: rows, constants: labels, terms: 100 },
  { name: "pixels", shapes: [[2, 5, 3, 4], [2, 3, 4]], values: rows, constants: labels },
  { name: "pixels of sides that fill vectors, in many runs", shapes: [[2, 5, 16, 12], [2, 16, 12]], values: rows, constants: labels, terms: 100 },
  { name: "class weights", shapes: [[7, 5], [7]], options: { weight: [1, 5, 0.5, 2, 0] }, values: rows, constants: labels },
  { name: "label smoothing", shapes: [[7, 5], [7]], options: { labelSmoothing: 0.1 }, values: rows, constants: labels },
  { name: "class weights and label smoothing", shapes: [[7, 5], [7]], options: { weight: [1, 5, 0.5, 2, 1], labelSmoothing: 0.3 }, values: rows, constants: labels },
  { name: "ignored rows", shapes: [[7, 5], [7]], options: { weight: [1, 5, 0.5, 2, 1] }, values: ignored, constants: labels },
  { name: "another label to ignore", shapes: [[7, 5], [7]], options: { ignoreIndex: 4, labelSmoothing: 0.1 }, values: rows, constants: labels },
  { name: "ignored pixels", shapes: [[2, 5, 3, 4], [2, 3, 4]], values: ignored, constants: labels },
  { name: "logits that overflow without subtracting the largest", shapes: [[7, 5], [7]], values: (operand, element, random) => (operand === 1 ? element % 5 : 900 * random + 100), constants: labels },
]);

// biome-ignore format: one case a line
describeOp("focalLoss", losses.focalLoss, reference.focalLoss, [
  { name: "rows of five classes", shapes: [[7, 5], [7]], values: rows, constants: labels },
  { name: "γ below 1", shapes: [[7, 5], [7]], options: { gamma: 0.5, alpha: 1 }, values: rows, constants: labels },
  { name: "γ 0 is cross-entropy", shapes: [[7, 5], [7]], options: { gamma: 0, alpha: 1 }, values: rows, constants: labels },
  { name: "ignored rows and class weights", shapes: [[7, 5], [7]], options: { weight: [1, 5, 0.5, 2, 1] }, values: ignored, constants: labels },
]);

describe("cross-entropy is NaN", () => {
  test.each([
    { name: "for a label that is no class", labels: [0, 3] },
    { name: "for a label below 0 that is not the one to ignore", labels: [0, -1] },
    { name: "where all rows are ignored", labels: [-100, -100] },
  ])("$name", async ({ labels }) => {
    const [logits, target] = [input("logits", [2, 3]), input("target", [2])];
    const given = { target: tensor([2], Float32Array.from(labels)) };
    const { loss } = await compute({ loss: losses.crossEntropy(logits, target) }, { inputs: given });
    expect(loss.data[0]).toBeNaN();
  });
});

/** Logits from −3 to 3, or as given, and targets of 0 and 1. */
const binary =
  (bound = 3) =>
  (operand: number, element: number, random: number): number =>
    operand === 1 ? Number(element % 3 === 0) : bound * (2 * random - 1);

// biome-ignore format: one case a line
describeOp("binaryCrossEntropyWithLogits", losses.binaryCrossEntropyWithLogits, reference.binaryCrossEntropyWithLogits, [
  { name: "a map of one class", shapes: [[2, 1, 5, 4], [2, 1, 5, 4]], values: binary(), constants: labels },
  { name: "several labels", shapes: [[6, 5], [6, 5]], values: binary(), constants: labels },
  { name: "positive weights", shapes: [[2, 3, 4, 4], [2, 3, 4, 4]], options: { positiveWeight: [1, 4, 0.5] }, values: binary(), constants: labels },
  { name: "large logits neither overflow nor vanish", shapes: [[6, 5], [6, 5]], values: binary(100), constants: labels },
  { name: "targets between 0 and 1", shapes: [[6, 5], [6, 5]], values: (operand, _, random) => (operand === 1 ? random : 6 * random - 3), constants: labels },
]);

/** Probabilities, and targets of 0 and 1. */
const overlapping = (operand: number, element: number, random: number): number => (operand === 1 ? Number(element % 3 === 0) : random);

// biome-ignore format: one case a line
const overlaps = [
  { name: "one class", shapes: [[2, 1, 5, 4], [2, 1, 5, 4]], values: overlapping, terms: 40 },
  { name: "five classes", shapes: [[2, 5, 4, 4], [2, 5, 4, 4]], values: overlapping, terms: 40 },
  { name: "smoothed by 1", shapes: [[2, 3, 4, 4], [2, 3, 4, 4]], options: { smooth: 1 }, values: overlapping, terms: 40 },
  { name: "nothing there and nothing found", shapes: [[1, 2, 3, 3], [1, 2, 3, 3]], values: () => 0, smooth: false },
];

describeOp("diceLoss", losses.diceLoss, reference.diceLoss, overlaps);
describeOp("jaccardLoss", losses.jaccardLoss, reference.jaccardLoss, overlaps);

// biome-ignore format: one case a line
const pairs = [
  { name: "five outputs", shapes: [[6, 5], [6, 5]], terms: 30 },
  { name: "a map", shapes: [[2, 3, 4, 5], [2, 3, 4, 5]], terms: 120 },
];

describeOp("meanSquaredError", losses.meanSquaredError, reference.meanSquaredError, pairs);
describeOp("rootMeanSquaredError", losses.rootMeanSquaredError, reference.rootMeanSquaredError, pairs);

// biome-ignore format: one case a line
describeOp("distillation", losses.distillation, reference.distillation, [
  { name: "temperature 1", shapes: [[6, 5], [6, 5]], values: [-3, 3], terms: 100 },
  { name: "temperature 4", shapes: [[6, 5], [6, 5]], options: { temperature: 4 }, values: [-3, 3], terms: 1000 },
  { name: "the mean over elements", shapes: [[6, 2], [6, 2]], options: { temperature: 4, reduction: "mean" }, values: [-3, 3], terms: 1000 },
]);

describeShapeErrors("crossEntropy", losses.crossEntropy, [
  { name: "labels of another number of rows", shapes: [[7, 5], [6]] },
  {
    name: "labels of pixels for rows",
    shapes: [
      [7, 5],
      [7, 1, 1],
    ],
  },
  { name: "weights of another number of classes", shapes: [[7, 5], [7]], options: { weight: [1, 2] } },
  { name: "label smoothing above 1", shapes: [[7, 5], [7]], options: { labelSmoothing: 2 } },
]);
describeShapeErrors("diceLoss", losses.diceLoss, [
  {
    name: "targets of another shape",
    shapes: [
      [1, 2, 3, 3],
      [1, 1, 3, 3],
    ],
  },
]);
describeShapeErrors("meanSquaredError", losses.meanSquaredError, [{ name: "targets of another shape", shapes: [[3, 2], [3]] }]);

/** Labels (7 i + 3) mod classes. */
const labelled = (shape: Shape, classes: number, ignore?: number): Tensor =>
  tensor(
    shape,
    Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) =>
      i === ignore ? -100 : (7 * i + 3) % classes,
    ),
  );

/** What PyTorch 2 gives in float64 for `generated` values x, y, and the mask's signs; `F` is torch.nn.functional. */
interface Golden {
  readonly torch: string;
  readonly build: (x: Node, target: Node) => Node;
  readonly x: Shape;
  readonly target: Tensor;
  readonly loss: number;
  readonly gradient: { readonly norm: number; readonly first: readonly number[] };
}

const y = generated("values", [6, 5]);
const mask = tensor(
  [2, 3, 4, 5],
  generated("mask", [2, 3, 4, 5]).data.map((value) => (value > 0 ? 1 : 0)),
);
const map = mask.shape;

const goldens: readonly Golden[] = [
  {
    torch: "F.cross_entropy(x, t)",
    build: losses.crossEntropy,
    x: [6, 5],
    target: labelled([6], 5),
    loss: 1.39157316,
    gradient: { norm: 0.3475561058, first: [0.04360786768, 0.01434590637, 0.01302108788] },
  },
  {
    torch: "F.cross_entropy(x, t, weight=w, label_smoothing=0.1), row 1 ignored",
    build: (x, t) => losses.crossEntropy(x, t, { weight: [1, 5, 0.5, 2, 1], labelSmoothing: 0.1 }),
    x: [6, 5],
    target: labelled([6], 5, 1),
    loss: 1.504065159,
    gradient: { norm: 0.4548360478, first: [0.04768361335, 0.006789535434, 0.01385445613] },
  },
  {
    torch: "F.cross_entropy(map, t, weight=w)",
    build: (x, t) => losses.crossEntropy(x, t, { weight: [1, 2, 3] }),
    x: map,
    target: labelled([2, 4, 5], 3),
    loss: 1.083312192,
    gradient: { norm: 0.1386092069, first: [-0.008588573107, 0.006524061535, 0.01159316165] },
  },
  {
    torch: "(0.25 * (1 - exp(-ce)) ** 2 * ce).mean(), ce = F.cross_entropy(x, t, reduction='none')",
    build: losses.focalLoss,
    x: [6, 5],
    target: labelled([6], 5),
    loss: 0.2042943388,
    gradient: { norm: 0.09402160663, first: [0.01327878329, 0.0043683902, 0.003964977272] },
  },
  {
    torch: "F.binary_cross_entropy_with_logits(map, mask, pos_weight=w)",
    build: (x, t) => losses.binaryCrossEntropyWithLogits(x, t, { positiveWeight: [1, 4, 0.5] }),
    x: map,
    target: mask,
    loss: 1.019450095,
    gradient: { norm: 0.08612593443, first: [0.004473007344, 0.003805839654, 0.003748077406] },
  },
  {
    torch: "1 - ((2 * I + 1e-5) / (S + 1e-5)).mean(), I = (p * mask).sum((0, 2, 3)), S = (p + mask).sum((0, 2, 3)), p = sigmoid(map)",
    build: (x, t) => losses.diceLoss(sigmoid(x), t),
    x: map,
    target: mask,
    loss: 0.5123883484,
    gradient: { norm: 0.02549537159, first: [0.001030526816, 0.001028357323, 0.001025670436] },
  },
  {
    torch: "1 - ((I + 1e-5) / (S - I + 1e-5)).mean()",
    build: (x, t) => losses.jaccardLoss(sigmoid(x), t),
    x: map,
    target: mask,
    loss: 0.6769120247,
    gradient: { norm: 0.02230767065, first: [0.0009288073205, 0.0009268519698, 0.0009244302963] },
  },
  {
    torch: "F.mse_loss(x, y)",
    build: losses.meanSquaredError,
    x: [6, 5],
    target: y,
    loss: 0.9870117991,
    gradient: { norm: 0.3627693113, first: [-0.02503784895, -0.01913271745, -0.1161954204] },
  },
  {
    torch: "F.mse_loss(x, y).sqrt()",
    build: losses.rootMeanSquaredError,
    x: [6, 5],
    target: y,
    loss: 0.9934846748,
    gradient: { norm: 0.1825741858, first: [-0.01260102425, -0.009629095413, -0.05847871808] },
  },
  {
    torch: "F.kl_div(F.log_softmax(x / 4, 1), F.softmax(y / 4, 1), reduction='batchmean') * 16",
    build: (x, t) => losses.distillation(x, t, { temperature: 4 }),
    x: [6, 5],
    target: y,
    loss: 0.4241171428,
    gradient: { norm: 0.1677104724, first: [0.003209998348, 0.004846936989, -0.04150644301] },
  },
  {
    torch: "F.kl_div(F.log_softmax(x / 4, 1), F.softmax(y / 4, 1), reduction='mean') * 16",
    build: (x, t) => losses.distillation(x, t, { temperature: 4, reduction: "mean" }),
    x: [6, 5],
    target: y,
    loss: 0.08482342855,
    gradient: { norm: 0.03354209448, first: [0.0006419996697, 0.0009693873979, -0.008301288601] },
  },
  {
    torch: `circle: s = F.normalize(x) @ F.normalize(x).T, sp and sn its pairs of one label and of two, m = 0.25, g = 30,
      F.softplus((relu(sn.detach() + m) * (sn - m) * g).logsumexp(0) + (-relu(1 + m - sp.detach()) * (sp - 1 + m) * g).logsumexp(0))`,
    build: circleLoss,
    x: [6, 5],
    target: labelled([6], 5),
    loss: 26.6903633965,
    gradient: { norm: 37.3764387468, first: [5.21778100536, 1.86963446977, 17.3191874624] },
  },
  {
    torch: "circle of two outputs, where pairs of one class point apart",
    build: circleLoss,
    x: [6, 2],
    target: tensor([6], Float32Array.of(0, 1, 1, 0, 1, 0)),
    loss: 134.868531041,
    gradient: { norm: 33.0253896738, first: [0.000361077537355, 0.0003063383008851, -5.02199990409] },
  },
  {
    torch: "circle with m = 0.4, g = 8",
    build: (x, t) => circleLoss(x, t, { margin: 0.4, gamma: 8 }),
    x: [6, 5],
    target: labelled([6], 5),
    loss: 6.14121533155,
    gradient: { norm: 9.87312144819, first: [0.576337808698, 0.163230254195, 4.47000474589] },
  },
];

test("circle loss is about 0 where a batch has one class", async () => {
  const [outputs, labels] = [input("outputs", [4, 2]), input("labels", [4])];
  const { loss } = await compute({ loss: circleLoss(outputs, labels) }, { inputs: { labels: tensor([4]) } });
  expect(loss.data[0]).toBeLessThan(1e-4);
});

test("a gradient stops at what is detached", async () => {
  const x = input("x", [3]);
  const [dx] = gradients(mul(x, detach(x)), [x]);
  const results = await compute({ dx, x: scale(x, 1) }, {});
  expect(results.dx.data).toEqual(results.x.data);
});

test.each(goldens)("$torch", async ({ build, x: shape, target, loss: expected, gradient }) => {
  const [logits, labels] = [input("logits", shape), input("labels", target.shape)];
  const loss = build(logits, labels);
  const [dx] = gradients(loss, [logits]);
  const results = await compute({ loss, dx }, { inputs: { labels: target } });
  // Sums of up to 120 terms in float32.
  const tolerance = 1e-5;
  expect(Math.abs(results.loss.data[0] - expected)).toBeLessThan(tolerance * expected);
  expect(Math.abs(Math.hypot(...results.dx.data) - gradient.norm)).toBeLessThan(tolerance * gradient.norm);
  gradient.first.forEach((value, i) => {
    expect(Math.abs(results.dx.data[i] - value)).toBeLessThan(tolerance * gradient.norm);
  });
});
