/** A fully connected layer equals the plain sums, also behind a flattened map. */
import { expect, test } from "vitest";
import { type AdapterProfile, leastProfile } from "../../src/gpu/profile.ts";
import { planFor } from "../../src/graph/program.ts";
import { relu } from "../../src/kernels/activation.ts";
import { linear } from "../../src/kernels/linear.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { flatten } from "../../src/kernels/reshape.ts";
import type { Shape } from "../../src/tensor.ts";
import { compute, weight } from "../compute.ts";
import { describeOp, describeShapeErrors, expectClose } from "../describe-op.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";
import { relu as plainRelu } from "../reference/activation.ts";
import { linear as reference } from "../reference/linear.ts";
import { flatten as plainFlatten } from "../reference/reshape.ts";
import { type Values, values } from "../reference/values.ts";

const terms = ([, weight]: readonly Shape[]): number => weight[1];

// biome-ignore format: one case a line
describeOp(
  "linear",
  linear,
  reference,
  [
    { name: "one feature to one", shapes: [[1, 1], [1, 1], [1]] },
    { name: "whole vectors", shapes: [[4, 8], [8, 8], [8]] },
    { name: "5 features to 3: half-empty vectors on both sides", shapes: [[2, 5], [3, 5], [3]] },
    { name: "without bias", shapes: [[2, 5], [3, 5]] },
    { name: "512 features to 2, as a classifier's last layer", shapes: [[1, 512], [2, 512], [2]] },
    { name: "batch of 5: one row more than a tile", shapes: [[5, 7], [6, 7], [6]] },
    { name: "one row, more outputs than a workgroup covers", shapes: [[1, 13], [263, 13], [263]] },
    { name: "batch of 67", shapes: [[67, 9], [5, 9], [5]] },
    { name: "more outputs than a workgroup covers", shapes: [[3, 16], [1030, 16], [1030]] },
    { name: "more rows than a tile, and a workgroup that is part full, of many features", shapes: [[6, 260], [17, 260], [17]] },
    { name: "odd number of features, many of them", shapes: [[2, 1027], [6, 1027], [6]] },
  ],
  terms,
);

describeOp(
  "relu of linear",
  (x: Node, weight: Node, bias: Node) => relu(linear(x, weight, bias)),
  (x: Values, weight: Values, bias: Values) => plainRelu(reference(x, weight, bias)),
  [{ name: "sums on both sides of 0", shapes: [[2, 5], [6, 5], [6]] }],
  terms,
);

describeOp(
  "linear of flatten",
  (x: Node, weight: Node, bias: Node) => linear(flatten(x), weight, bias),
  (x: Values, weight: Values, bias: Values) => reference(plainFlatten(x), weight, bias),
  [
    { name: "channels first in the features, last in memory", shapes: [[2, 4, 3, 2], [3, 24], [3]] },
    { name: "half-empty vectors in the map", shapes: [[2, 5, 3, 3], [6, 45], [6]] },
    { name: "a map of one pixel", shapes: [[2, 5, 1, 1], [3, 5], [3]] },
  ],
  terms,
);

test.each([
  ["as found", (found: AdapterProfile) => found],
  ["as a GPU", (found: AdapterProfile) => ({ ...found, class: "unknown" as const })],
])("a weight bound in slices, adapter %s", async (_, profileFrom) => {
  const { profile } = await device();
  const [x, by, plus] = [input("x", [1, 300]), weight("fc.weight", [150, 300]), weight("fc.bias", [150])];
  // 16 output vectors a slice: 16 · 4 rows of 75 vectors of 16 bytes.
  const small = { ...profileFrom(profile), maxBindingBytes: 64 * 75 * 16, offsetAlignmentBytes: 256 };
  const y = linear(x, by, plus);
  expect(planFor({ y }, {}, small).steps.length).toBe(3);
  const { y: got } = await compute({ y }, { profile: small });
  const [of, filters, bias] = ["x", "fc.weight", "fc.bias"].map((name, i) => {
    const { shape } = [x, by, plus][i];
    return values(shape, Float64Array.from(generated(name, shape).data));
  });
  expectClose(got, reference(of, filters, bias), 2e-6 + (1e-6 * Math.sqrt(300)) / 8);
});

test("GPUs share long sums among invocations, software adapters do not", () => {
  const shadersOf = (features: number, profile: AdapterProfile): string[] =>
    planFor({ y: linear(input("x", [1, features]), weight("fc.weight", [10, features])) }, {}, profile).steps.map(({ launch }) =>
      String(launch.shader),
    );
  expect(shadersOf(512, leastProfile)).toEqual(["linear-lanes"]);
  expect(shadersOf(128, leastProfile)).toEqual(["linear"]);
  expect(shadersOf(512, { ...leastProfile, class: "software" })).toEqual(["linear"]);
});

describeShapeErrors("linear", linear, [
  { name: "a weight for another number of features", shapes: [[1, 5], [3, 6], [3]] },
  { name: "an input of 4 axes", shapes: [[1, 5, 2, 2], [3, 5], [3]] },
  { name: "a weight of 4 axes", shapes: [[1, 5], [3, 5, 1, 1], [3]] },
  { name: "a bias of another length", shapes: [[1, 5], [3, 5], [5]] },
]);
