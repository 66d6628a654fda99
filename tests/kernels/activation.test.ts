/** Each activation equals its formula near 0, and far from 0 it saturates and never becomes NaN. */
import * as activations from "../../src/kernels/activation.ts";
import { describeOp, type OpCase } from "../describe-op.ts";
import * as reference from "../reference/activation.ts";

const cases: readonly OpCase<never>[] = [
  { name: "near 0, last vector part full", shapes: [[2, 5, 3, 3]], values: [-4, 4] },
  { name: "very near 0, where terms cancel", shapes: [[1, 8, 4, 4]], values: [-1e-3, 1e-3] },
  { name: "where the pieces meet", shapes: [[1, 7]], values: (_, element) => [-6, -3, -0, 0, 3, 6, 1][element] },
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
