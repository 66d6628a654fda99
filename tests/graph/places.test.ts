/** Concatenated values are written where they are wanted, unless somebody else needs them elsewhere: then they are copied. */
import { describe, expect, test } from "vitest";
import { layoutOf } from "../../src/gpu/layout.ts";
import { leastProfile } from "../../src/gpu/profile.ts";
import { topologicalOrder, usersOf } from "../../src/graph/order.ts";
import { layOut, type Places } from "../../src/graph/places.ts";
import { fixedNodes } from "../../src/graph/plan.ts";
import { planFor } from "../../src/graph/program.ts";
import { relu, sigmoid } from "../../src/kernels/activation.ts";
import { concat } from "../../src/kernels/concat.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { pad } from "../../src/kernels/pad.ts";
import { reshape } from "../../src/kernels/reshape.ts";
import { networks } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";
import type { Tensor } from "../../src/tensor.ts";
import { compute, weight } from "../compute.ts";

const x = input("input", [2, 8, 3, 4]);

interface LaidOut {
  readonly order: readonly Node[];
  readonly places: Places;
  readonly joined: readonly Node[];
  /** Launches of concatenations. */
  readonly copies: number;
}

/** The layout of outputs once fused and lowered. */
function laidOut(...outputs: readonly Node[]): LaidOut {
  const plan = planFor(Object.fromEntries(outputs.map((node, i) => [i, node])), {}, leastProfile);
  const wanted = [...plan.outputs.values()].map(({ node }) => node);
  const order = topologicalOrder(wanted);
  const graph = { order, users: usersOf(order), outputs: new Set(wanted), fixed: fixedNodes(order) };
  const joined = order.filter((node) => node.op.joinsChannels?.(node));
  return { order, places: layOut(graph, leastProfile), joined, copies: plan.steps.filter(({ node }) => joined.includes(node)).length };
}

/** Values laid side by side along the channels. */
function joinedOnHost(...values: readonly Tensor[]): Float32Array {
  const [batch, , ...rest] = values[0].shape;
  const area = rest.reduce((product, size) => product * size, 1);
  const pictures = Array.from({ length: batch }, (_, n) =>
    values.map(({ shape: [, channels], data }) => [...data.subarray(n * channels * area, (n + 1) * channels * area)]),
  );
  return Float32Array.from(pictures.flat(2));
}

describe.each([
  ["densenet121", 4],
  ["densenet161", 4],
  ["densenet169", 4],
  ["squeezenet1_1", 8],
  ["unet", 4],
] as const)("%s", (name, buffers) => {
  test(`copies nothing: its concatenations lie in ${buffers} buffers, each value at its channels`, () => {
    const { build, channels } = networks[name];
    const { places, joined, copies } = laidOut(build(declaredWeights(), input("x", [1, channels, 64, 64])));
    expect(copies).toBe(0);
    expect(new Set(joined.map((node) => places.placeOf(node).root)).size).toBe(buffers);
    for (const node of joined) {
      const whole = places.placeOf(node);
      let offset = whole.offset;
      for (const value of node.inputs) {
        expect(places.placeOf(value)).toEqual({ root: whole.root, stride: layoutOf(whole.root.shape).blocks, offset });
        offset += layoutOf(value.shape).blocks;
      }
    }
  });
});

describe("is copied:", () => {
  /** Checks that so many values are copied, and that the numbers are right. */
  async function expectCopies(values: readonly Node[], copies: number): Promise<void> {
    const y = concat(values);
    expect(laidOut(y).copies).toBe(copies);
    const { y: got, ...parts } = await compute({ y, ...Object.fromEntries(values.map((value, i) => [String(i), value])) });
    expect(got.data).toEqual(joinedOnHost(...values.map((_, i) => parts[i])));
    // The parts are outputs above, which are never written in place: once more without them.
    const alone = await compute({ y });
    expect(alone.y.data).toEqual(got.data);
  }
  const conv = (of: Node, channels: number): Node =>
    conv2d(of, weight(`to${channels}.weight`, [channels, of.shape[1], 3, 3]), undefined, { padding: 1 });

  test("nothing of values of whole vectors", () => expectCopies([relu(x), sigmoid(x), conv(x, 4)], 0));

  test("nothing of a last value with a half-empty vector", () => expectCopies([relu(x), conv(x, 6)], 0));

  test("a value of 6 channels before another, and that other", () => expectCopies([conv(x, 6), relu(x)], 2));

  test("a value of 3 channels that is not last, but what comes before it is not", () => expectCopies([relu(x), conv(x, 3), conv(x, 5)], 2));

  test("an input", () => expectCopies([relu(x), x], 1));

  test("a value that comes twice, both times", async () => {
    const twice = relu(x);
    await expectCopies([twice, sigmoid(x), twice], 2);
  });

  test("a value whose reader writes into the same buffer", async () => {
    const first = relu(x);
    await expectCopies([first, conv(first, 8)], 1);
    await expectCopies([conv(first, 8), first], 1);
  });

  test("a value that another concatenation holds already", async () => {
    const shared = relu(x);
    const y = concat([concat([shared, sigmoid(x)]), conv(concat([conv(x, 4), shared]), 4)]);
    const { places, joined, copies } = laidOut(y);
    expect(copies).toBe(2);
    expect(new Set(joined.map((node) => places.placeOf(node).root)).size).toBe(2);
    const results = await compute({ y });
    const { shared: r, s } = await compute({ shared, s: sigmoid(x) });
    expect(results.y.data.slice(0, 16 * 12)).toEqual(joinedOnHost(r, s).slice(0, 16 * 12));
  });

  test("a value whose other reader takes whole values only", () => {
    const value = relu(x);
    const padded = pad(value, [
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 1],
    ]);
    expect(laidOut(concat([value, sigmoid(x)]), padded).copies).toBe(1);
  });

  test("a value that is viewed under another shape", () => {
    const value = relu(x);
    expect(laidOut(concat([value, sigmoid(x)]), relu(reshape(value, [2, 8, 12, 1]))).copies).toBe(1);
  });

  test("an output", async () => {
    const value = relu(x);
    expect(laidOut(concat([value, sigmoid(x)]), value).copies).toBe(1);
    const y = concat([value, sigmoid(x)]);
    const both = await compute({ y, value });
    expect(both.value.data).toEqual((await compute({ value })).value.data);
  });
});

test("a value of parameters alone is computed once and copied at every run, since runs share the memory it would lie in", async () => {
  const fixed = relu(weight("fixed.weight", [2, 8, 3, 4]));
  const y = concat([relu(x), fixed]);
  const plan = planFor({ y }, {}, leastProfile);
  expect([plan.once.length, plan.steps.length]).toEqual([1, 2]);
  const results = await compute({ y, own: relu(x) });
  const { fixed: expected } = await compute({ fixed });
  expect(results.y.data).toEqual(joinedOnHost(results.own, expected));
});

test("a concatenation of parameters alone is made once, in place", () => {
  const plan = planFor({ y: concat([relu(weight("a", [1, 4, 2, 2])), relu(weight("b", [1, 4, 2, 2]))]) }, {}, leastProfile);
  expect([plan.once.length, plan.steps.length]).toEqual([2, 0]);
});

test("a concatenation inside another lies in the outer one's buffer, from either side", async () => {
  const inner = concat([relu(x), sigmoid(x)]);
  for (const y of [concat([inner, relu(inner)]), concat([relu(inner), inner])]) {
    const results = await compute({ y });
    const parts = await compute({ inner, relu: relu(inner) });
    const expected = y.inputs[0] === inner ? [parts.inner, parts.relu] : [parts.relu, parts.inner];
    expect(results.y.data).toEqual(joinedOnHost(...expected));
  }
  const { places, joined } = laidOut(relu(concat([inner, sigmoid(input("other", [2, 8, 3, 4]))])));
  expect(new Set(joined.map((node) => places.placeOf(node).root)).size).toBe(1);
});

test("a view lies where its value lies", () => {
  const value = relu(x);
  const view = reshape(value, [2, 8, 12, 1]);
  const { places, order } = laidOut(sigmoid(view));
  const [lowered] = order.filter((node) => node.op === view.op);
  expect(places.launchesOf(lowered)).toEqual([]);
  expect(places.placeOf(lowered).root).toBe(lowered.inputs[0]);
});
