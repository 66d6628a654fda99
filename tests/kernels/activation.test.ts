/** Each activation equals its formula near 0, and far from 0 it saturates and never becomes NaN; so does its gradient. */
import { test } from "vitest";
import { gradients } from "../../src/graph/gradient.ts";
import * as activations from "../../src/kernels/activation.ts";
import { input } from "../../src/kernels/op.ts";
import { tensor } from "../../src/tensor.ts";
import { compute } from "../compute.ts";
import { describeOp, expectClose, type OpCase } from "../describe-op.ts";
import * as reference from "../reference/activation.ts";
import { values } from "../reference/values.ts";

/** Where some activation has a kink, and a value beside. */
const kinks = [-6, -3, -0, 0, 3, 6, 1];

const cases: readonly OpCase<never>[] = [
  { name: "near 0, last vector part full", shapes: [[2, 5, 3, 3]], values: [-4, 4] },
  { name: "very near 0, where terms cancel", shapes: [[1, 8, 4, 4]], values: [-1e-3, 1e-3] },
  { name: "where the pieces meet", shapes: [[1, 7]], values: (_, element) => kinks[element], smooth: false },
  { name: "far from 0", shapes: [[2, 4, 5, 3]], values: [-100, 100] },
  { name: "very far from 0", shapes: [[1, 4]], values: (_, element) => [-1e30, 1e30, -1000, 1000][element] },
  { name: "two axes, one channel", shapes: [[3, 1]], values: [-4, 4] },
];

describeOp("relu", activations.relu, reference.relu, [...cases, { name: "more than one workgroup", shapes: [[1, 3, 40, 41]] }]);
describeOp("relu6", activations.relu6, reference.relu6, [...cases, { name: "on both sides of 6", shapes: [[1, 5, 3, 3]], values: [3, 9] }]);
describeOp("sigmoid", activations.sigmoid, reference.sigmoid, cases);
describeOp("tanh", activations.tanh, reference.tanh, cases);
describeOp("silu", activations.silu, reference.silu, cases);
describeOp("hardswish", activations.hardswish, reference.hardswish, cases);
describeOp("hardsigmoid", activations.hardsigmoid, reference.hardsigmoid, cases);
describeOp("gelu", activations.gelu, reference.gelu, cases);
describeOp("mish", activations.mish, reference.mish, cases);
describeOp("leakyRelu", activations.leakyRelu, reference.leakyRelu, [
  ...cases,
  { name: "another slope", shapes: [[1, 5, 3, 3]], options: 0.2 },
]);

/** dy = 1; PyTorch 2's values. */
const kinkGradients: Readonly<Record<string, readonly number[]>> = {
  relu: [0, 0, 0, 0, 1, 1, 1],
  relu6: [0, 0, 0, 0, 1, 0, 1],
  leakyRelu: [0.01, 0.01, 0.01, 0.01, 1, 1, 1],
  hardswish: [0, 0, 0.5, 0.5, 1, 1, 5 / 6],
  hardsigmoid: [0, 0, 1 / 6, 1 / 6, 0, 0, 1 / 6],
};

test("at its kinks an activation has the gradient that PyTorch gives it", async () => {
  const x = input("x", [1, 7]);
  const { relu, relu6, leakyRelu, hardswish, hardsigmoid } = activations;
  const named = Object.entries({ relu, relu6, leakyRelu, hardswish, hardsigmoid });
  const outputs = Object.fromEntries(named.map(([name, f]) => [name, gradients(f(x), [x])[0]]));
  const results = await compute(outputs, { inputs: { x: tensor([1, 7], Float32Array.from(kinks)) } });
  for (const [name, expected] of Object.entries(kinkGradients)) {
    // One rounding of a constant, one of a product and a sum.
    expectClose(results[name], values([1, 7], Float64Array.from(expected)), 3 * 2 ** -24, { what: name });
  }
});
