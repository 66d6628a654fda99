/** Products with few workgroups are summed in parts of the input channels, to the same values, and only where that fills the adapter. */
import { describe, expect, test } from "vitest";
import { type AdapterProfile, leastProfile, targetWorkgroups } from "../../src/gpu/profile.ts";
import { type CompileOptions, planFor } from "../../src/graph/program.ts";
import { relu } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { concat } from "../../src/kernels/concat.ts";
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { linear } from "../../src/kernels/linear.ts";
import { matmul } from "../../src/kernels/matmul.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { partsOf } from "../../src/kernels/product-parts.ts";
import { compute, weight } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { device } from "../device.ts";
import { values } from "../reference/values.ts";

/** A convolution with padding that keeps the size of an odd kernel's map. */
const conv = (x: Node, name: string, outputs: number, kernel: number): Node =>
  conv2d(x, weight(`${name}.weight`, [outputs, x.shape[1], kernel, kernel]), weight(`${name}.bias`, [outputs]), { padding: kernel >> 1 });

const pointwise = (channels: number, outputs: number, side: number): Node =>
  conv(input("x", [1, channels, side, side]), "conv", outputs, 1);

const partsIn = (y: Node, profile: AdapterProfile, options: CompileOptions = {}): number[] =>
  planFor({ y }, options, profile).steps.flatMap(({ launch: { shader, params } }) =>
    String(shader) === "sum-products" && params ? [params.parts] : [],
  );

const discrete: AdapterProfile = { ...leastProfile, class: "nvidia", targetWorkgroups: targetWorkgroups.nvidia };
const software: AdapterProfile = { ...leastProfile, class: "software", subgroupSize: 8, targetWorkgroups: targetWorkgroups.software };

describe("which convolutions are split", () => {
  test.each([
    // 49 pixels × 512 channels are 8 workgroups of 64 × 64: 64 parts would fill the card, 2048 channels are enough for 16.
    ["ResNet-50's last 1×1, 2048 to 512 channels", pointwise(2048, 512, 7), 16],
    // 32 workgroups; 512 channels are enough for 4 parts.
    ["ResNet-50's last 1×1, 512 to 2048 channels", pointwise(512, 2048, 7), 4],
    // 16 workgroups; 32 parts of 128 products would do, but parts are of whole steps of 16 channels.
    ["ResNet-50's 1×1 on 14×14, 1024 to 256 channels", pointwise(1024, 256, 14), 8],
  ])("%s: on a card", (_, y, parts) => {
    expect(partsIn(y, discrete)).toEqual([parts]);
  });

  test.each([
    ["sums of few products", pointwise(256, 64, 7), discrete],
    ["maps with workgroups enough", pointwise(512, 512, 56), discrete],
    ["a batch of products, Winograd's", conv(input("x", [1, 512, 7, 7]), "conv", 512, 3), discrete],
    ["ResNet-50's last 1×1 on a software adapter", pointwise(2048, 512, 7), software],
  ])("not %s", (_, y, profile) => {
    expect(partsIn(y, profile)).toEqual([]);
  });

  test("parts take at most 32 MiB, and what one binding holds", () => {
    const size = { groups: 4, taps: 1, inBlocks: 4096, vectors: 2 ** 18 };
    expect(partsOf(size, discrete).parts).toBe(8);
    expect(partsOf(size, { ...discrete, maxBindingBytes: 2 ** 23 }).parts).toBe(2);
    expect(partsOf({ ...size, vectors: 2 ** 22 }, discrete).parts).toBe(1);
    expect(partsOf({ ...size, vectors: 16 }, discrete).parts).toBe(32);
  });

  test("the last part is the shorter one", () => {
    const size = { groups: 1, taps: 1, inBlocks: 132, vectors: 16 };
    expect(partsOf(size, leastProfile)).toEqual({ parts: 4, partBlocks: 36 });
    expect(partsOf(size, leastProfile, 2)).toEqual({ parts: 2, partBlocks: 68 });
    expect(partsOf(size, leastProfile, 1)).toEqual({ parts: 1, partBlocks: 132 });
  });
});

// Outputs sum up to 2358 products: 1e-6 · √2358 / 8 + 2e-6 of the largest (kernels.md 13), once for each of the two that are compared.
const TOLERANCE = 2 * (2e-6 + (1e-6 * Math.sqrt(2358)) / 8);

describe.each([
  ["as found", (found: AdapterProfile) => found],
  ["without subgroups", (found: AdapterProfile) => ({ ...found, class: "software" as const, subgroupSize: 0 })],
  ["as a GPU", (found: AdapterProfile) => ({ ...found, class: "unknown" as const })],
])("in parts, adapter %s", (_, profileFrom) => {
  const x = input("x", [2, 530, 3, 5]);
  test.each<[string, Node]>([
    ["a 1×1 of 530 channels in the last block half empty, to 5", relu(conv(x, "a", 5, 1))],
    [
      "a residual before the activation, 3×3, 262 channels to 70",
      relu(add(conv(input("m", [1, 262, 3, 5]), "b", 70, 3), input("r", [1, 70, 3, 5]))),
    ],
    ["a stride, from and to slices of wider values", stridedSlices()],
    ["phases of a transposed convolution", relu(convTranspose2d(x, weight("d", [530, 6, 3, 3]), weight("e", [6]), { stride: 2 }))],
    ["a fully connected layer", linear(input("rows", [9, 600]), weight("f", [10, 600]), weight("g", [10]))],
    ["a matrix product, 515 terms", matmul(input("left", [3, 515]), input("right", [515, 9]))],
  ])("%s, computes the same, twice to the same bits", async (_name, y) => {
    const profile = profileFrom((await device()).profile);
    const full = { ...profile, targetWorkgroups: 1 };
    const wide = { ...profile, targetWorkgroups: 4096 };
    expect(partsIn(y, full, { strict: true })).toEqual([]);
    const parts = partsIn(y, wide, { strict: true });
    expect(Math.min(...parts)).toBeGreaterThan(1);
    const [whole, split, again] = [
      await compute({ y }, { profile: full, strict: true }),
      await compute({ y }, { profile: wide, strict: true }),
      await compute({ y }, { profile: wide, strict: true }),
    ];
    expectClose(split.y, values(y.shape, Float64Array.from(whole.y.data)), TOLERANCE);
    expect(again.y.data).toEqual(split.y.data);
  });
});

test("in f16, parts are rounded as the result is", async ({ skip }) => {
  const { profile } = await device();
  if (!profile.f16) skip(`${profile.description} has no f16`);
  const y = relu(conv(input("x", [2, 530, 3, 5]), "a", 5, 1));
  const whole = await compute({ y }, { profile: { ...profile, targetWorkgroups: 1 }, precision: "f16" });
  const split = await compute({ y }, { profile: { ...profile, targetWorkgroups: 4096 }, precision: "f16" });
  // Half of f16's step, 2⁻¹¹ of a number, for each of the 4 parts and both results.
  expectClose(split.y, values(y.shape, Float64Array.from(whole.y.data)), 6 * 2 ** -11);
});

/** A convolution that reads and writes the channels of values that others use too. */
function stridedSlices(): Node {
  const wide = concat([conv(input("x", [1, 520, 5, 4]), "c0", 520, 1), input("z", [1, 4, 5, 4])]);
  const strided = conv2d(wide, weight("c1.weight", [8, 524, 1, 1]), weight("c1.bias", [8]), { stride: 2 });
  return concat([input("before", [1, 8, 3, 2]), strided]);
}
