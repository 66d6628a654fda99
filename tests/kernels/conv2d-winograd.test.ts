/** Winograd convolution is chosen where it pays, rounds no more than is known of it, and works off what does not fit in parts. */
import { describe, expect, test } from "vitest";
import { leastProfile } from "../../src/gpu/profile.ts";
import { planFor } from "../../src/graph/program.ts";
import { relu } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import type { Tensor } from "../../src/tensor.ts";
import { compute, weight } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";
import { conv2d as reference } from "../reference/conv2d.ts";
import { type Values, values } from "../reference/values.ts";

/** A 3 × 3 convolution, `side` × `side`. */
const conv = (channels: number, outputs: number, side: number, batch = 1): Node =>
  conv2d(input("x", [batch, channels, side, side]), weight("conv.weight", [outputs, channels, 3, 3]), weight("conv.bias", [outputs]), {
    padding: 1,
  });

const shadersOf = (y: Node, strict = false): string[] =>
  planFor({ y }, { strict }, leastProfile).steps.map(({ launch }) => String(launch.shader));

test.each([
  ["a large map", 16, 16, 12, "winograd-input"],
  ["a small map of many channels", 32, 32, 4, "winograd-input"],
  ["a small map of few channels", 16, 32, 8, "conv2d-tile"],
  ["few inputs", 3, 64, 32, "conv2d-tile"],
  ["a map of three pixels a side", 64, 64, 3, "conv2d-tile"],
])("%s: %i to %i channels, %i pixels a side, begins with %s", (_, channels, outputs, side, shader) => {
  expect(shadersOf(conv(channels, outputs, side))[0]).toBe(shader);
});

test("strict takes the plain sum", () => {
  expect(shadersOf(conv(64, 64, 16), true)).toEqual(["conv2d-tile", "sum-products"]);
});

// kernels.md 13 gives 2e-5 of the largest value for F(4,3) and 2e-6 for F(2,3), at up to 512 channels.
describe.each([
  ["F(4,3)", 256, 16, 14, 2e-5],
  ["F(4,3) over the edge", 64, 20, 13, 2e-5],
  ["F(2,3)", 256, 32, 7, 4e-6],
])("%s of %i to %i channels, %i pixels a side", (_, channels, outputs, side, tolerance) => {
  test.each([
    ["as found", {}],
    ["without subgroups", { subgroupSize: 0 }],
  ])("agrees with float64, adapter %s", async (_name, less) => {
    const { profile } = await device();
    const { y } = await compute({ y: conv(channels, outputs, side, 2) }, { profile: { ...profile, ...less } });
    const x = widen(generated("x", [2, channels, side, side]));
    const filters = widen(generated("conv.weight", [outputs, channels, 3, 3]));
    expectClose(y, reference(x, filters, widen(generated("conv.bias", [outputs])), { padding: 1 }), tolerance);
  });
});

test("what does not fit the adapter's bindings is worked off in parts, to the same bits", async () => {
  const { profile } = await device();
  const y = relu(add(conv(16, 24, 21, 2), input("residual", [2, 24, 21, 21])));
  const whole = await compute({ y });
  // Room for the residual, 84,672 bytes, but not for the 72 tiles' transforms, 248,832.
  const tight = { ...profile, maxBindingBytes: 100_000 };
  const parts = await compute({ y }, { profile: tight });
  expect(planFor({ y }, {}, tight).steps.length).toBeGreaterThan(3);
  expect(parts.y.data).toEqual(whole.y.data);
});

const widen = ({ shape, data }: Tensor): Values => values(shape, Float64Array.from(data));
