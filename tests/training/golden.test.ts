/** Networks learn under an optimiser as they do in PyTorch: the loss before the first step and after it. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/graph/gradient.ts";
import { compile } from "../../src/graph/program.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { trainingWeights } from "../../src/models/training-weights.ts";
import { weightsFrom } from "../../src/models/weights.ts";
import { type Shape, type Tensor, tensor } from "../../src/tensor.ts";
import type { Weight } from "../../src/training/arena.ts";
import { binaryCrossEntropyWithLogits, crossEntropy, meanSquaredError } from "../../src/training/losses.ts";
import { adam, adamW } from "../../src/training/optimizers/adam.ts";
import { sgd } from "../../src/training/optimizers/sgd.ts";
import type { OptimizerStep } from "../../src/training/optimizers/step.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";

interface Golden {
  readonly keys: readonly (readonly [string, Shape])[];
  readonly train?: {
    readonly input: Shape;
    readonly target: string;
    readonly sgd: readonly number[];
    readonly adam: readonly number[];
    readonly adamw: readonly number[];
  };
}

const folder = new URL("../fixtures/golden/", import.meta.url);
const goldens = readdirSync(folder).flatMap((file) => {
  const golden: Golden = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  return golden.train ? [{ name: file.replace(".json", ""), keys: golden.keys, train: golden.train }] : [];
});

/** ROENTGEN_TESTS=all leaves nothing out; else the quickest, and one with batch norms and depthwise convolutions. */
const isThorough = process.env.ROENTGEN_TESTS === "all";
const quick = ["squeezenet1_1", "mobilenet_v2"];

/** As the stored results were made. */
const rules: Readonly<Record<"sgd" | "adam" | "adamw", (weights: readonly Weight[], slopes: readonly Node[]) => OptimizerStep>> = {
  sgd: (weights, slopes) => sgd(weights, slopes, { lr: 1e-3, momentum: 0.9, weightDecay: 1e-4 }),
  adam: (weights, slopes) => adam(weights, slopes, { lr: 1e-4 }),
  adamw: (weights, slopes) => adamW(weights, slopes, { lr: 1e-4, weightDecay: 1e-2 }),
};

describe.each(goldens.filter(({ name }) => isThorough || quick.includes(name)))("$name", ({ name, keys, train }) => {
  const batch = { x: generated("input", train.input) };

  /** The network in training mode, its loss, and its gradients. */
  function build() {
    const loaded = weightsFrom(new Map(keys.map(([key, shape]): [string, Tensor] => [key, generated(key, shape)])));
    const weights = trainingWeights(loaded);
    const built = networkNamed(name).build(weights, input("x", train.input));
    // The loss wants what is before the sigmoid.
    const y = name === "lung_unet" ? built.inputs[0] : built;
    loaded.verify(name);
    const target = input("target", train.target.startsWith("class") ? [y.shape[0]] : y.shape);
    const loss = train.target.startsWith("class")
      ? crossEntropy(y, target)
      : train.target.startsWith("binary")
        ? binaryCrossEntropyWithLogits(y, target)
        : meanSquaredError(y, target);
    const feeds = { ...batch, target: targetOf(y) };
    return { weights, loss, slopes: gradients(loss, weights.trainable), feeds };
  }

  /** Class i mod classes for picture i; else the generator's values from −1 to 1, or whether they are positive. */
  function targetOf({ shape }: Node): Tensor {
    if (train.target.startsWith("class"))
      return tensor(
        [shape[0]],
        Float32Array.from({ length: shape[0] }, (_, i) => i % shape[1]),
      );
    const values = generated("target", shape).data;
    return tensor(shape, train.target.startsWith("binary") ? values.map((value) => (value > 0 ? 1 : 0)) : values);
  }

  // Later losses of some networks are chaotic.
  test.each(["sgd", "adam", "adamw"] as const)("has PyTorch's losses under %s", async (rule) => {
    const { weights, loss, slopes, feeds } = build();
    const { updates } = rules[rule](weights.trainable, slopes);
    using program = await compile(await device(), { loss }, { updates: [...updates, ...weights.updates] });
    const losses: number[] = [];
    for (let run = 0; run < 2; run++) losses.push((await program.run(feeds)).loss.data[0]);
    for (const [run, value] of losses.entries())
      expect(Math.abs(value / train[rule][run] - 1), `run ${run}: ${value}, ${train[rule][run]}`).toBeLessThan(2e-2);
  });
});
