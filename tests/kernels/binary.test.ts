/** Functions of two values are right for every kind, and where axes repeat, whatever their number. */
import { type BinaryKind, binary } from "../../src/kernels/binary.ts";
import type { Node } from "../../src/kernels/op.ts";
import { describeOp, describeShapeErrors, type OpCase } from "../describe-op.ts";
import { binary as reference } from "../reference/binary.ts";

const build = (a: Node, b: Node, kind: BinaryKind): Node => binary(kind, a, b);

/** Small whole numbers and halves, so that some are equal and some 0; what divides is not 0. */
const halves = (operand: number, _element: number, random: number): number => Math.round((2 * random - 1) * 6) / 2 || operand / 2;
const positive = (_operand: number, _element: number, random: number): number => 0.2 + 3 * random;
const kinds = [
  "add",
  "sub",
  "mul",
  "div",
  "min",
  "max",
  "mod",
  "fmod",
  "equal",
  "less",
  "lessOrEqual",
  "greater",
  "greaterOrEqual",
  "prelu",
];
const logic: readonly BinaryKind[] = ["and", "or", "xor"];

describeOp("binary", build, reference, [
  ...(kinds as readonly BinaryKind[]).map((options) => ({
    name: "rows of 5 channels",
    shapes: [
      [3, 5],
      [3, 5],
    ],
    options,
    values: halves,
  })),
  ...logic.map(
    (options): OpCase<BinaryKind> => ({
      name: "zeros and others",
      shapes: [
        [3, 5],
        [3, 5],
      ],
      options,
      values: (_, __, random) => (random < 0.5 ? 0 : random),
    }),
  ),
  {
    name: "any power of positive numbers",
    shapes: [
      [4, 7],
      [4, 7],
    ],
    options: "pow",
    values: positive,
  },
  {
    name: "whole powers of negative numbers",
    shapes: [
      [4, 7],
      [4, 7],
    ],
    options: "pow",
    values: (operand, i, random) => (operand === 0 ? random - 1.5 : (i % 9) - 4),
  },
  { name: "an operand of fewer axes repeats", shapes: [[2, 3, 4, 5], [5]], options: "sub" },
  {
    name: "the first operand has fewer axes",
    shapes: [
      [4, 1],
      [2, 3, 4, 5],
    ],
    options: "sub",
  },
  {
    name: "five axes, each operand repeats along some",
    shapes: [
      [2, 1, 3, 1, 2],
      [1, 5, 1, 4, 2],
    ],
    options: "sub",
  },
  {
    name: "eight axes, none of which lie alike",
    shapes: [
      [2, 3, 2, 1, 2, 1, 2, 1],
      [1, 3, 1, 2, 1, 2, 1, 2],
    ],
    options: "sub",
  },
  { name: "a number alone", shapes: [[2, 5, 3], [1]], options: "sub" },
]);

describeShapeErrors("sub", (a: Node, b: Node) => binary("sub", a, b), [
  {
    name: "sizes that differ",
    shapes: [
      [2, 3],
      [2, 4],
    ],
  },
]);
