/** A linear layer of more weights than the adapter binds at once has the gradients, and takes the training step, of any other. */
import { describe, expect, test } from "vitest";
import type { AdapterProfile } from "../../src/gpu/profile.ts";
import { gradients } from "../../src/graph/gradient.ts";
import { compile, planFor } from "../../src/graph/program.ts";
import { linear } from "../../src/kernels/linear.ts";
import { input, parameter } from "../../src/kernels/op.ts";
import type { Tensor } from "../../src/tensor.ts";
import { meanSquaredError } from "../../src/training/losses.ts";
import { sgd } from "../../src/training/optimizers/sgd.ts";
import { compute } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";
import { matmul } from "../reference/matmul.ts";
import { type Values, values } from "../reference/values.ts";

const [BATCH, INPUTS, OUTPUTS] = [6, 38, 150];
/** The weight takes 24,000 bytes: ranges of 96 rows and of 54, which is no multiple of four. */
const limited = (profile: AdapterProfile): AdapterProfile => ({ ...profile, maxBindingBytes: 2 ** 14 });

const x = generated("x", [BATCH, INPUTS]);
const dy = generated("dy", [BATCH, OUTPUTS]);
const weight = generated("fc.weight", [OUTPUTS, INPUTS]);

const widen = ({ shape, data }: Tensor): Values => values(shape, Float64Array.from(data));

function transposed({ shape: [rows, columns], data }: Values): Values {
  return values(
    [columns, rows],
    Float64Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]),
  );
}

/** kernels.md 13: of the largest value, for products of so many terms in float32. */
const toleranceOf = (terms: number): number => (1e-6 * Math.sqrt(terms)) / 8 + 2e-6;

/** Both gradients as a graph of the inputs x, weight and dy. */
function bothGradients() {
  const [xNode, weightNode] = [input("x", x.shape), input("weight", weight.shape)];
  const [dx, dweight] = gradients(linear(xNode, weightNode), [xNode, weightNode], input("dy", dy.shape));
  return { dx, dweight };
}

describe.each([
  ["as found", (found: AdapterProfile) => found],
  ["without subgroups", (found: AdapterProfile) => ({ ...found, class: "software" as const, subgroupSize: 0 })],
  ["as a GPU", (found: AdapterProfile) => ({ ...found, class: "unknown" as const })],
])("adapter %s", (_, profileFrom) => {
  test("gradients are the plain products", async () => {
    const profile = limited(profileFrom((await device()).profile));
    const computed = await compute(bothGradients(), { profile, inputs: { x, weight, dy } });
    expectClose(computed.dx, matmul(widen(dy), widen(weight)), toleranceOf(OUTPUTS));
    expectClose(computed.dweight, matmul(transposed(widen(dy)), widen(x)), toleranceOf(BATCH));
  });
});

test("no launch binds more than the limit, and one suffices where it allows", async () => {
  const { profile } = await device();
  const shadersOf = (profile: AdapterProfile) => planFor(bothGradients(), {}, profile).steps.map(({ launch }) => String(launch.shader));
  const few = shadersOf(limited(profile));
  expect(few.filter((shader) => shader === "matmul-part")).toHaveLength(2);
  expect(few.filter((shader) => shader.startsWith("conv2d-weight-gradient"))).toHaveLength(2);
  expect(shadersOf(profile).filter((shader) => shader.startsWith("conv2d-weight-gradient"))).toHaveLength(1);
});

test("two steps of training come to the same weights", async () => {
  const gpu = await device();
  const trained = async (profile: AdapterProfile): Promise<Tensor> => {
    const node = parameter("fc.weight", weight.shape, weight);
    const loss = meanSquaredError(linear(input("x", x.shape), node), input("target", dy.shape));
    const { updates } = sgd([node], gradients(loss, [node]), { lr: 0.1, momentum: 0.9 });
    using program = await compile(gpu, { loss }, { updates, profile });
    for (let step = 0; step < 2; step++) await program.run({ x, target: dy });
    return (await program.read([node]))[0];
  };
  const expected = await trained(gpu.profile);
  expect(expected.data).not.toEqual(weight.data);
  expectClose(await trained(limited(gpu.profile)), widen(expected), toleranceOf(INPUTS));
});
