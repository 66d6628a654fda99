/** The data gradient runs on the kernels of convolutions, equals its definition where they round most, and turns fixed filters once. */
import { describe, expect, test } from "vitest";
import { leastProfile } from "../../src/gpu/profile.ts";
import { gradients } from "../../src/graph/gradient.ts";
import type { Plan } from "../../src/graph/plan.ts";
import { planFor } from "../../src/graph/program.ts";
import { type Conv2dOptions, conv2d } from "../../src/kernels/conv2d.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import type { Shape, Tensor } from "../../src/tensor.ts";
import { compute, weight } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { generated } from "../generator.ts";
import { conv2dDataGradient as reference } from "../reference/conv2d-gradient.ts";
import { type Values, values } from "../reference/values.ts";

/** dL/dx as a graph of the input dy and the filters. */
function dx(xShape: Shape, filters: Node, options: Conv2dOptions): Node {
  const x = input("x", xShape);
  const y = conv2d(x, filters, undefined, options);
  return gradients(y, [x], input("dy", y.shape))[0];
}

const shaders = (steps: Plan["steps"]): string[] => steps.map(({ launch }) => String(launch.shader));

const planOf = (xShape: Shape, filters: Node, options: Conv2dOptions): Plan =>
  planFor({ y: dx(xShape, filters, options) }, {}, leastProfile);

// biome-ignore format: one case a line
test.each([
  ["3×3 of stride 1 goes by Winograd", [1, 64, 16, 16], [64, 64, 3, 3], { padding: 1 }, ["winograd-input", "conv2d-tile", "winograd-output"]],
  ["1×1 is one product", [1, 64, 16, 16], [32, 64, 1, 1], {}, ["conv2d-tile"]],
  ["stride 2 has four phases", [1, 8, 16, 16], [8, 8, 3, 3], { stride: 2, padding: 1 }, new Array(4).fill("conv2d-tile")],
  ["depthwise of stride 1 is depthwise", [1, 8, 16, 16], [8, 1, 3, 3], { padding: 1, groups: 8 }, ["conv2d-depthwise3x3"]],
  ["depthwise of stride 2 gathers", [1, 8, 16, 16], [8, 1, 3, 3], { stride: 2, padding: 1, groups: 8 }, ["conv2d-depthwise-data-gradient"]],
])("%s", (_, xShape, weightShape, options, expected) => {
  expect(shaders(planOf(xShape, weight("conv.weight", weightShape), options).steps)).toEqual(expected);
});

test("filters are turned as they are packed: once where they are fixed, and at every run where they are not", () => {
  const fixed = planOf([1, 8, 9, 9], weight("conv.weight", [8, 8, 3, 3]), {});
  expect(shaders(fixed.once)).toEqual(["pack-filters"]);
  const given = planOf([1, 8, 9, 9], input("conv.weight", [8, 8, 3, 3]), {});
  expect(shaders(given.steps)).toEqual(["pack-filters", "conv2d-tile"]);
});

test("filters of one tap are read as they lie, unless their rows have to be filled up", () => {
  const launched = (outputs: number) => shaders(planOf([1, 8, 9, 9], input("conv.weight", [outputs, 8, 1, 1]), {}).steps);
  expect(launched(8)).toEqual(["conv2d-tile"]);
  expect(launched(6)).toEqual(["pack-filters", "conv2d-tile"]);
});

// kernels.md 13 gives 2e-5 of the largest value for F(4,3) and 2e-6 for F(2,3); 256 channels get twice that, as the convolution's own test has it.
describe.each([
  ["F(4,3) of 256 channels over the edge", [2, 16, 13, 14], [256, 16, 3, 3], { padding: 1 }, 2e-5],
  ["F(2,3) of 256 channels", [2, 32, 7, 7], [256, 32, 3, 3], { padding: 1 }, 4e-6],
] as const)("%s", (_, xShape, weightShape, options, tolerance) => {
  test("agrees with float64", async () => {
    const { y } = await compute({ y: dx(xShape, weight("conv.weight", weightShape), options) });
    const dy = generated("dy", [xShape[0], weightShape[0], xShape[2], xShape[3]]);
    expectClose(y, reference(widen(dy), widen(generated("conv.weight", weightShape)), xShape, options), tolerance);
  });
});

const widen = ({ shape, data }: Tensor): Values => values(shape, Float64Array.from(data));
