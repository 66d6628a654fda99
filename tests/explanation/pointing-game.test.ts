/**
 * A small network that has learnt to find an opacity is explained by where the opacity is: on films that it has not seen the highest point
 * of Grad-CAM's map and of the occlusion map of its logit lies there.
 */
import { beforeAll, expect, test } from "vitest";
import { agreement } from "../../src/explanation/agreement.ts";
import { type Explainable, type ExplainOptions, explainer } from "../../src/explanation/explainer.ts";
import { gradients } from "../../src/graph/gradient.ts";
import { compile } from "../../src/graph/program.ts";
import { toTensor } from "../../src/imaging/normalise.ts";
import { type Phantom, phantom } from "../../src/imaging/phantom.ts";
import { relu } from "../../src/kernels/activation.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { input, type Node, named } from "../../src/kernels/op.ts";
import { reshape } from "../../src/kernels/reshape.ts";
import { kaimingFanIn, torchDefault } from "../../src/models/initial.ts";
import { conv, dense, norm } from "../../src/models/layers.ts";
import { trainingWeights } from "../../src/models/training-weights.ts";
import { initialisedWeights, type Weights, weightsFrom } from "../../src/models/weights.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { binaryCrossEntropyWithLogits } from "../../src/training/losses.ts";
import { adam } from "../../src/training/optimizers/adam.ts";
import { device } from "../device.ts";
import { explainable } from "./explainable.ts";
import { isThorough } from "./family.ts";

const SIZE = 64;
/** Cells of the network's map along a side, each of 4 × 4 pixels. */
const CELLS = 16;
const PAIRS = 8;
const STEPS = 160;
/** Seeds of the films that the network is trained on; those it is asked about come after them. */
const TRAINED = 32;
const ASKED = 50;

/** Convolutions to a map, whose average is classified by a linear layer; `places` is that layer's answer in every cell. */
function network(weights: Weights, x: Node): { readonly logits: Node; readonly places: Node } {
  let y = x;
  for (const [i, { channels, kernel, stride }] of [
    { channels: 8, kernel: 4, stride: 2 },
    { channels: 16, kernel: 4, stride: 2 },
    { channels: 16, kernel: 3, stride: 1 },
  ].entries())
    y = relu(norm(weights, `bn${i}`, conv(weights, `conv${i}`, y, channels, kernel, { stride, padding: 1, initial: kaimingFanIn })));
  const map = named(y, "map");
  const logits = dense(weights, "fc", globalAvgPool(map), 1, { initial: torchDefault });
  const shape = [1, 16];
  const [weight, bias] = [
    weights.get("fc.weight", shape, torchDefault.weight(shape)),
    weights.get("fc.bias", [1], torchDefault.bias(shape)),
  ];
  return { logits, places: conv2d(map, reshape(weight, [...shape, 1, 1]), bias) };
}

const withOpacity = (seed: number): Phantom => phantom({ size: SIZE, seed, opacities: 1, strength: 4 });

/** Trains on pairs of films that differ in the opacity alone, by which cells it fills. */
async function trained(): Promise<Explainable> {
  const films = Array.from({ length: TRAINED }, (_, seed) => ({ normal: phantom({ size: SIZE, seed }), opaque: withOpacity(seed) }));
  const weights = initialisedWeights(1);
  const training = trainingWeights(weights);
  const [pictures, target] = [input("pictures", [2 * PAIRS, 1, SIZE, SIZE]), input("target", [2 * PAIRS, 1, CELLS, CELLS])];
  const loss = binaryCrossEntropyWithLogits(network(training, pictures).places, target, { positiveWeight: [10] });
  const step = adam(training.trainable, gradients(loss, training.trainable), { lr: 0.01 });
  using program = await compile(await device(), {}, { updates: [...step.updates, ...training.updates] });
  for (let i = 0; i < STEPS; i++) {
    const batch = Array.from({ length: PAIRS }, (_, n) => films[(i * PAIRS + n) % TRAINED]).flatMap(({ normal, opaque }) => [
      normal,
      opaque,
    ]);
    const images = batch.map(({ image }) => image);
    await program.run({ pictures: toTensor(images, { scale: 1 / 255, mean: [0.5], std: [0.25] }), target: filledCells(batch) });
  }
  const values = await program.read(weights.values);
  const learnt = weightsFrom(new Map(weights.values.map(({ attrs }, i) => [attrs.name, values[i]])));
  return explainable((x) => network(learnt, x).logits, { classes: ["opaque"], size: [SIZE, SIZE], metadata: { output: "sigmoid" } });
}

/** The part of each cell that is opacity. */
function filledCells(films: readonly Phantom[]): Tensor {
  const cells = tensor([films.length, 1, CELLS, CELLS]);
  const side = SIZE / CELLS;
  for (const [n, { opacityMask }] of films.entries()) {
    for (const [p, value] of opacityMask.entries()) {
      const [column, row] = [Math.floor((p % SIZE) / side), Math.floor(p / SIZE / side)];
      cells.data[n * CELLS * CELLS + row * CELLS + column] += value / side ** 2;
    }
  }
  return cells;
}

let model: Explainable;
let films: readonly Phantom[];
beforeAll(async () => {
  model = await trained();
  films = Array.from({ length: ASKED }, (_, i) => withOpacity(TRAINED + i));
});

/** The share of films on which the highest point lies in the opacity, or within `tolerance` pixels of it. */
async function hitRate(options: ExplainOptions, tolerance = 0): Promise<number> {
  using explains = explainer(model);
  let hits = 0;
  for (const { image, opacityMask } of films) {
    const { levels } = await explains.explain(image, { ...options, label: "opaque" });
    hits += Number(agreement(levels, { ...image, data: opacityMask }, tolerance).isHit);
  }
  return hits / ASKED;
}

test("Grad-CAM points to the opacity on at least 90 % of films", async () => {
  expect(await hitRate({ method: "grad-cam", layer: "map" })).toBeGreaterThanOrEqual(0.9);
});

// Some 36,000 windows.
test.runIf(isThorough)(
  "occlusion points to the opacity on at least 90 % of films, within half a stride",
  { timeout: 600_000 },
  async () => {
    // Under the grey of lung, since the mean would itself look like an opacity; a window hides even the largest, of 9 pixels, whole.
    const options = { method: "occlusion", form: "signed", window: 10, stride: 2, fill: 60 } as const;
    expect(await hitRate(options, 1)).toBeGreaterThanOrEqual(0.9);
  },
);
