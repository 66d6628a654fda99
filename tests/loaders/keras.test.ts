/** Networks that Keras has written compute what Keras predicts: layouts, padding, epsilon and names are right together. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { input } from "../../src/kernels/op.ts";
import { readWeights } from "../../src/loaders/weights-file.ts";
import { describeWeights } from "../../src/models/describe.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { toTensors, weightsFrom } from "../../src/models/weights.ts";
import { compute } from "../compute.ts";

const folder = new URL("../fixtures/weights/", import.meta.url);

interface Expected {
  readonly arch: string;
  readonly input: { readonly shape: readonly number[]; readonly values: readonly number[] };
  readonly output: readonly number[];
}

const expected: Readonly<Record<string, Expected>> = JSON.parse(readFileSync(new URL("keras.json", folder), "utf8"));

/**
 * Of the largest output: rounding through some fifty layers, each of sums in another order than Keras's, √50 · 2⁻²³ a few times over.
 * Padding as PyTorch's, or its epsilon, moves the outputs of MobileNetV2 by more than a hundred times as much.
 */
const TOLERANCE = 1e-5;

describe.each(Object.entries(expected))("%s", (file, { arch, input: { shape, values }, output }) => {
  test("gives Keras's outputs", async () => {
    const path = fileURLToPath(new URL(file, folder));
    const read = await readWeights(path, { arch });
    const { description } = describeWeights(read, file, { arch });
    const weights = weightsFrom(toTensors(read.tensors));
    const logits = networkNamed(arch).build(weights, input("x", shape), description.options);
    weights.verify(file);
    const { y } = await compute({ y: logits }, { inputs: { x: { shape, data: Float32Array.from(values) } } });
    const largest = Math.max(...output.map(Math.abs));
    expect(y.data.length).toBe(output.length);
    expect(Math.max(...output.map((value, i) => Math.abs(value - y.data[i]))) / largest).toBeLessThan(TOLERANCE);
  });
});
