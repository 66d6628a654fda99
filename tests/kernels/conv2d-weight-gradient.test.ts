/** The weight gradient equals its definition on maps of many pixels too, in as many chunks as the adapter wants and its memory allows. */
import { describe, expect, test } from "vitest";
import { type AdapterProfile, leastProfile } from "../../src/gpu/profile.ts";
import { gradients } from "../../src/graph/gradient.ts";
import { planFor } from "../../src/graph/program.ts";
import { relu, sigmoid } from "../../src/kernels/activation.ts";
import { concat } from "../../src/kernels/concat.ts";
import { type Conv2dOptions, conv2d } from "../../src/kernels/conv2d.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import type { Shape, Tensor } from "../../src/tensor.ts";
import { compute } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";
import { conv2dWeightGradient as reference } from "../reference/conv2d-gradient.ts";
import { type Values, values } from "../reference/values.ts";

/** dL/dweight as a graph of the inputs x and dy. */
function dweight(xShape: Shape, weightShape: Shape, options: Conv2dOptions): { readonly y: Node; readonly dyShape: Shape } {
  const weight = input("weight", weightShape);
  const y = conv2d(input("x", xShape), weight, undefined, options);
  const [gradient] = gradients(y, [weight], input("dy", y.shape));
  return { y: gradient, dyShape: y.shape };
}

const widen = ({ shape, data }: Tensor): Values => values(shape, Float64Array.from(data));

/** kernels.md 13: of the largest value, for sums over so many pixels in float32. */
const toleranceOf = ([batch, , height, width]: Shape): number => (3e-6 * Math.sqrt(batch * height * width)) / 16;

// biome-ignore format: one case a line
describe.each([
  ["chunks of rows, odd map", [2, 8, 61, 53], [12, 8, 3, 3], { padding: 1 }],
  ["a stem with stride", [1, 3, 97, 80], [20, 3, 7, 7], { stride: 2, padding: 3 }],
  ["1×1: pixels without rows", [3, 20, 33, 31], [36, 20, 1, 1], {}],
  ["depthwise", [2, 6, 61, 53], [6, 1, 3, 3], { padding: 1, groups: 6 }],
  ["depthwise 5×5: squares of 3×3 taps", [2, 6, 37, 18], [6, 1, 5, 5], { padding: 2, groups: 6 }],
  ["depthwise of many channels: several pictures a sum", [17, 2048, 1, 3], [2048, 1, 1, 2], { groups: 2048 }],
  ["depthwise 5×5 with stride", [2, 6, 61, 53], [6, 1, 5, 5], { stride: 2, padding: 2, groups: 6 }],
] as const)("%s: %j by %j %j", (_, xShape, weightShape, options) => {
  test.each([
    ["as found", (found: AdapterProfile) => found],
    ["without subgroups", (found: AdapterProfile) => ({ ...found, subgroupSize: 0 })],
    ["as a GPU", (found: AdapterProfile) => ({ ...found, class: "unknown" as const })],
    ["with little memory", (found: AdapterProfile) => ({ ...found, maxBindingBytes: 2 ** 19 })],
  ])("adapter %s", async (_, profileFrom) => {
    const { profile } = await device();
    const { y, dyShape } = dweight(xShape, weightShape, options);
    const computed = await compute({ y }, { profile: profileFrom(profile) });
    const expected = reference(widen(generated("x", xShape)), widen(generated("dy", dyShape)), weightShape, options);
    expectClose(computed.y, expected, toleranceOf(dyShape));
  });
});

test.each([
  ["dense", [6, 8, 3, 3], {}],
  ["depthwise", [8, 1, 3, 3], { groups: 8 }],
] as const)("%s reads x and dy where they lie in a wider value", async (_, weightShape, options) => {
  const y = input("x", [1, 8, 9, 7]);
  const weight = input("weight", weightShape);
  const x = relu(y);
  const map = conv2d(x, weight, undefined, options);
  const dy = sigmoid(input("dy", map.shape));
  const other = (shape: Shape): Node => relu(input("other", shape.with(1, 4)));
  const [gradient] = gradients(map, [weight], dy);
  const alone = await compute({ gradient });
  const beside = { gradient, x: concat([other(x.shape), x]), dy: concat([relu(input("dy2", dy.shape.with(1, 4))), dy]) };
  expect(planFor(beside, {}, leastProfile).steps.filter(({ launch }) => launch.shader === "concat")).toEqual([]);
  expect((await compute(beside)).gradient.data).toEqual(alone.gradient.data);
});

describe("sums are split", () => {
  const launchesOf = (side: number, channels: number, profile: AdapterProfile): readonly string[] =>
    planFor({ y: dweight([1, channels, side, side], [channels, channels, 3, 3], { padding: 1 }).y }, {}, profile).steps.map(
      ({ launch: { shader, workgroups } }) => `${shader} ${workgroups.join("×")}`,
    );
  const software: AdapterProfile = { ...leastProfile, class: "software", subgroupSize: 8 };

  test("not where tiles are enough for the adapter", () => {
    expect(launchesOf(28, 64, software)).toEqual(["conv2d-weight-gradient-sg8 18×2×1"]);
  });

  test("where they are few", () => {
    expect(launchesOf(28, 16, software)).toEqual(["conv2d-weight-gradient-sg8 5×1×4", "sum-parts 9×1"]);
  });

  test("where the pixels are many", () => {
    expect(launchesOf(224, 64, software)).toEqual(["conv2d-weight-gradient-sg8 18×2×13", "sum-parts 144×1"]);
  });

  test("no further than their partial results fit the memory", () => {
    const room = { ...software, maxBindingBytes: 4 * 64 * 64 * 9 * 4 };
    expect(launchesOf(32, 64, room)[0]).toBe("conv2d-weight-gradient-sg8 18×2×1");
    expect(launchesOf(32, 64, { ...room, class: "unknown" })[0]).toMatch(/×4$/);
  });
});
