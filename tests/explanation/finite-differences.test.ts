/**
 * The weights that Grad-CAM gives the channels of a map are the changes of the logit when a channel rises everywhere, by central
 * differences on the map itself: the network is cut there, and what follows is computed from the changed map.
 */
import { describe, expect, test } from "vitest";
import { gradCam } from "../../src/explanation/grad-cam.ts";
import { gradients } from "../../src/graph/gradient.ts";
import { nodeNamed, rewritten } from "../../src/graph/order.ts";
import { compile } from "../../src/graph/program.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { input } from "../../src/kernels/op.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";
import { familyNetwork } from "./family.ts";

/** Of the channels so many are raised and lowered, each in two rows of a batch: 8 rows are what VGG's matrices are read for unpacked. */
const CHANNELS = 4;

const CLASSES = 3;
const LABEL = 1;

interface Case {
  readonly arch: string;
  readonly size: number;
  readonly layer: string;
  /** How much a channel is raised, as a share of the map's mean magnitude. */
  readonly step: number;
  /** Of the largest of the weights that are compared. */
  readonly tolerance: number;
}

// The step divides the rounding of the logits (2⁻²⁴ · √layers, some 10⁻⁶ of their size) by what it changes them (a share of 1 / channels of
// the step): it must be as large as the network after the map is linear.
const cases: readonly Case[] = [
  // An average and a linear layer: any step tells the gradient.
  { arch: "densenet121", size: 64, layer: "relu", step: 4, tolerance: 1e-3 },
  { arch: "densenet121", size: 64, layer: "features.denseblock3", step: 0.02, tolerance: 0.02 },
  { arch: "vgg11", size: 64, layer: "features.19", step: 0.02, tolerance: 0.02 },
];

describe.each(cases)("$arch $layer", ({ arch, size, layer, step, tolerance }) => {
  test("Grad-CAM's weights are central differences, and its map is their sum", async () => {
    const gpu = await device();
    const build = familyNetwork(arch, CLASSES);
    const whole = build(input("input", [1, 3, size, size]));
    const map = nodeNamed([whole], layer);
    const seed = input("seed", [1, CLASSES]);
    const [gradient] = gradients(whole, [map], seed);
    const oneHot = tensor([1, CLASSES]);
    oneHot.data[LABEL] = 1;
    using program = await compile(gpu, { map, weights: globalAvgPool(gradient), cam: gradCam(map, gradient) });
    const found = await program.run({ input: generated("input", [1, 3, size, size]), seed: oneHot });

    const { shape } = found.map;
    const channels = Array.from({ length: CHANNELS }, (_, i) => Math.floor((i * shape[1]) / CHANNELS));
    const h = (step * found.map.data.reduce((sum, value) => sum + Math.abs(value), 0)) / found.map.data.length;
    const wide = build(input("input", [2 * CHANNELS, 3, size, size]));
    const cut = nodeNamed([wide], layer);
    const [logits] = rewritten([wide], (node) => (node === cut ? input("map", cut.shape) : node));
    using head = await compile(gpu, { logits }, { strict: true });
    const { data } = (await head.run({ map: raisedAndLowered(found.map, channels, h) })).logits;
    const logitOf = (row: number): number => data[row * CLASSES + LABEL];

    const area = shape[2] * shape[3];
    const differences = channels.map((_, i) => (logitOf(2 * i) - logitOf(2 * i + 1)) / (2 * h) / area);
    const weights = channels.map((channel) => found.weights.data[channel]);
    const largest = Math.max(...weights.map(Math.abs));
    const worst = Math.max(...weights.map((value, i) => Math.abs(value - differences[i])));
    expect(largest).toBeGreaterThan(0);
    expect(worst / largest).toBeLessThan(tolerance);

    const expected = Array.from({ length: area }, (_, p) => {
      let sum = 0;
      for (let k = 0; k < shape[1]; k++) sum += found.weights.data[k] * found.map.data[k * area + p];
      return Math.max(0, sum);
    });
    const highest = Math.max(...expected);
    const off = Math.max(...expected.map((value, p) => Math.abs(value - found.cam.data[p])));
    // A sum of some hundred products of both signs.
    expect(off).toBeLessThan(1e-4 * Math.max(highest, largest * h));
  });
});

/** The map twice for each channel: raised by h everywhere, and lowered. */
function raisedAndLowered({ shape, data }: Tensor, channels: readonly number[], h: number): Tensor {
  const area = shape[2] * shape[3];
  const rows = new Float32Array(2 * channels.length * data.length);
  for (const [i, channel] of channels.entries()) {
    for (const [k, change] of [h, -h].entries()) {
      const start = (2 * i + k) * data.length;
      rows.set(data, start);
      for (let p = 0; p < area; p++) rows[start + channel * area + p] += change;
    }
  }
  return tensor([2 * channels.length, ...shape.slice(1)], rows);
}
