/** Every network computes what PyTorch computes, at every size and in every stage, from generated parameters. */
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../src/gpu/device.ts";
import { nodeNamed } from "../../src/graph/order.ts";
import { type CompileOptions, compile } from "../../src/graph/program.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { weightsFrom } from "../../src/models/weights.ts";
import type { Shape, Tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";

/** What PyTorch gave: some elements at their flat places, and averages over all. */
interface Sample {
  readonly index: readonly number[];
  readonly value: readonly number[];
  readonly mean: number;
  readonly meanAbs: number;
  readonly all?: readonly number[];
}

interface Golden {
  readonly keys: readonly (readonly [string, Shape])[];
  readonly inference: readonly { readonly input: Shape; readonly output: Sample; readonly stages: Readonly<Record<string, Sample>> }[];
}

const folder = new URL("../fixtures/golden/", import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(".json", ""));

/** ROENTGEN_TESTS=all leaves nothing out; on a slow adapter each network's smallest picture must do. */
const isThorough = process.env.ROENTGEN_TESTS === "all";
const withoutWinograd = ["resnet18", "vgg11_bn", "unet_small"];

/** The tolerance that the stored results ask for, relative to the mean magnitude. */
const TOLERANCE = 1e-3;

/**
 * Weights and activations of up to 155 layers are each rounded by 2⁻¹¹ at most: as a random walk √310 · 2⁻¹¹ = 9e-3 of a value, and
 * the largest of a thousand values strays by more than the average one.
 */
const F16_TOLERANCE = 3e-2;

let gpu: Device;
beforeAll(async () => {
  gpu = await device();
});

describe.each(names)("%s", (name) => {
  const golden: Golden = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
  let tensors: ReadonlyMap<string, Tensor> = new Map();
  beforeAll(() => {
    tensors = new Map(golden.keys.map(([key, shape]) => [key, generated(key, shape)]));
    return () => {
      tensors = new Map();
    };
  });

  /** Computes the nodes that `select` picks from the network. */
  const compute = async (
    shape: Shape,
    select: (output: Node) => Record<string, Node>,
    options?: CompileOptions,
  ): Promise<Record<string, Tensor>> => {
    const weights = weightsFrom(tensors);
    const output = networkNamed(name).build(weights, input("x", shape));
    weights.verify(name);
    using program = await compile(gpu, select(output), options);
    return await program.run({ x: generated("input", shape) });
  };

  test("stored as f16 it agrees with PyTorch to half precision", async ({ skip }) => {
    if (!gpu.profile.f16) skip("the adapter has no shader-f16");
    const [{ input: shape, output: expected }] = golden.inference;
    expectSample((await compute(shape, (output) => ({ output }), { precision: "f16" })).output, expected, `${name} output`, F16_TOLERANCE);
  });

  test.skipIf(!isThorough && !withoutWinograd.includes(name))("without Winograd it agrees with PyTorch", async () => {
    const [{ input: shape, output: expected }] = golden.inference;
    expectSample((await compute(shape, (output) => ({ output }), { strict: true })).output, expected, `${name} output`);
  });

  for (const [place, { input: shape, output: expected, stages }] of golden.inference.entries()) {
    test.skipIf(place > 0 && !isThorough)(`every stage at ${shape.join(" × ")} agrees with PyTorch`, async () => {
      const { output, ...found } = await compute(shape, (node) => ({
        output: node,
        ...Object.fromEntries(Object.keys(stages).map((stage) => [stage, nodeNamed([node], stage)])),
      }));
      for (const [stage, sample] of Object.entries(stages)) expectSample(found[stage], sample, `${name} ${stage}`);
      expectSample(output, expected, `${name} output`);
    });

    // Alone, the output lets every stage be fused.
    test.skipIf(place > 0 && !isThorough)(`the fused network at ${shape.join(" × ")} agrees with PyTorch`, async () => {
      expectSample((await compute(shape, (output) => ({ output }))).output, expected, `${name} output`);
    });
  }
});

function expectSample({ data }: Tensor, { index, value, mean, meanAbs, all }: Sample, what: string, tolerance = TOLERANCE): void {
  const worst = Math.max(
    ...index.map((at, k) => Math.abs(data[at] - value[k])),
    ...(all ?? []).map((wanted, at) => Math.abs(data[at] - wanted)),
  );
  expect(worst / meanAbs, `${what}: largest difference over the mean magnitude`).toBeLessThan(tolerance);
  expect(Math.abs(average(data) - mean) / meanAbs, `${what}: mean`).toBeLessThan(tolerance);
  expect(Math.abs(average(data.map(Math.abs)) / meanAbs - 1), `${what}: mean magnitude`).toBeLessThan(tolerance);
}

const average = (data: Float32Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;
