/** Concatenation lays its operands side by side along any axis, copied or written in place by the kernels that produce them. */
import { relu } from "../../src/kernels/activation.ts";
import { concat } from "../../src/kernels/concat.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import type { Node } from "../../src/kernels/op.ts";
import { describeOp, describeShapeErrors, type OpCase } from "../describe-op.ts";
import { relu as plainRelu } from "../reference/activation.ts";
import { concat as reference } from "../reference/concat.ts";
import { conv2d as plainConv2d } from "../reference/conv2d.ts";
import type { Values } from "../reference/values.ts";

// biome-ignore format: one case a line
describeOp(
  "concat",
  (a: Node, b: Node, axis?: number) => concat([a, b], axis),
  (a: Values, b: Values, axis?: number) => reference([a, b], axis),
  [
    { name: "channels, offset of whole vectors", shapes: [[2, 4, 3, 3], [2, 8, 3, 3]] },
    { name: "channels, offset of whole vectors, last vector part full", shapes: [[2, 4, 3, 3], [2, 3, 3, 3]] },
    { name: "channels, offset within a vector", shapes: [[2, 3, 3, 4], [2, 5, 3, 4]] },
    { name: "channels, one after the other in one vector", shapes: [[1, 1, 3, 3], [1, 1, 3, 3]] },
    { name: "channels, the second operand spans three vectors", shapes: [[1, 3, 2, 2], [1, 9, 2, 2]] },
    { name: "64 and 32 channels, as in DenseNet", shapes: [[1, 64, 3, 3], [1, 32, 3, 3]] },
    { name: "pictures", shapes: [[2, 5, 3, 3], [1, 5, 3, 3]], options: 0 },
    { name: "rows", shapes: [[2, 5, 3, 3], [2, 5, 1, 3]], options: 2 },
    { name: "columns", shapes: [[2, 5, 3, 3], [2, 5, 3, 2]], options: 3 },
    { name: "features of two axes", shapes: [[3, 5], [3, 6]], options: 1 },
    { name: "rows of two axes", shapes: [[3, 5], [2, 5]], options: 0 },
    { name: "one axis", shapes: [[5], [6]], options: 0 },
  ],
);

// biome-ignore format: one case a line
describeOp(
  "concat of three",
  (a: Node, b: Node, c: Node, axis?: number) => concat([a, b, c], axis),
  (a: Values, b: Values, c: Values, axis?: number) => reference([a, b, c], axis),
  [
    { name: "whole vectors", shapes: [[1, 4, 3, 3], [1, 8, 3, 3], [1, 4, 3, 3]] },
    { name: "the third is off the vectors, the second on them", shapes: [[1, 4, 3, 3], [1, 6, 3, 3], [1, 5, 3, 3]] },
    { name: "all within two vectors", shapes: [[2, 3, 2, 2], [2, 2, 2, 2], [2, 3, 2, 2]] },
    { name: "columns", shapes: [[2, 3, 2, 1], [2, 3, 2, 2], [2, 3, 2, 3]], options: 3 },
  ],
);

describeOp(
  "concat of one",
  (x: Node) => concat([x]),
  (x: Values) => reference([x]),
  [{ name: "is the identity", shapes: [[1, 5, 3, 3]] }],
);

const twice: readonly OpCase<number>[] = [
  { name: "whole vectors", shapes: [[1, 4, 3, 3]], options: 1 },
  { name: "off the vectors", shapes: [[2, 3, 3, 3]], options: 1 },
  { name: "pictures", shapes: [[2, 3, 3, 3]], options: 0 },
];

describeOp(
  "concat of a value with itself",
  (x: Node, axis: number) => concat([x, x], axis),
  (x: Values, axis: number) => reference([x, x], axis),
  twice,
);

describeOp(
  "concat of a kernel's result with itself",
  (x: Node, axis: number) => {
    const y = relu(x);
    return concat([y, y], axis);
  },
  (x: Values, axis: number) => reference([plainRelu(x), plainRelu(x)], axis),
  twice,
);

// biome-ignore format: one case a line
const convolved: readonly OpCase<never>[] = [
  { name: "whole vectors", shapes: [[2, 4, 4, 4], [8, 4, 3, 3], [4, 12, 3, 3]], terms: 108 },
  { name: "off the vectors", shapes: [[2, 5, 4, 4], [6, 5, 3, 3], [4, 11, 3, 3]], terms: 99 },
  { name: "the second on the vectors, the third off them", shapes: [[1, 4, 4, 4], [6, 4, 3, 3], [5, 10, 3, 3]], terms: 90 },
];

describeOp(
  "concat of a value and its convolution, twice, as in DenseNet",
  (x: Node, first: Node, second: Node) => {
    const start = relu(x);
    const grown = concat([start, conv2d(start, first, undefined, { padding: 1 })]);
    return concat([grown, conv2d(relu(grown), second, undefined, { padding: 1 })]);
  },
  (x: Values, first: Values, second: Values) => {
    const start = plainRelu(x);
    const grown = reference([start, plainConv2d(start, first, undefined, { padding: 1 })]);
    return reference([grown, plainConv2d(plainRelu(grown), second, undefined, { padding: 1 })]);
  },
  convolved,
);

describeOp(
  "concat of a convolution and what it reads",
  (x: Node, weight: Node) => {
    const start = relu(x);
    return concat([conv2d(start, weight, undefined, { padding: 1 }), start]);
  },
  (x: Values, weight: Values) => {
    const start = plainRelu(x);
    return reference([plainConv2d(start, weight, undefined, { padding: 1 }), start]);
  },
  [
    {
      name: "no kernel reads and writes one buffer",
      shapes: [
        [2, 4, 4, 4],
        [8, 4, 3, 3],
      ],
      terms: 36,
    },
  ],
);

describeOp(
  "convolution of what lies inside two concatenations",
  (x: Node, first: Node, second: Node) => {
    const y = conv2d(x, first, undefined, { padding: 1 });
    return conv2d(concat([concat([x, y]), relu(concat([y, x]))], 0), second);
  },
  (x: Values, first: Values, second: Values) => {
    const y = plainConv2d(x, first, undefined, { padding: 1 });
    return plainConv2d(reference([reference([x, y]), plainRelu(reference([y, x]))], 0), second, undefined);
  },
  convolved,
);

// biome-ignore format: one case a line
describeShapeErrors("concat", (a: Node, b: Node, axis?: number) => concat([a, b], axis), [
  { name: "another size off the axis", shapes: [[1, 3, 4, 4], [1, 3, 4, 5]] },
  { name: "another number of axes", shapes: [[1, 3, 4, 4], [1, 3]] },
  { name: "an axis that is not there", shapes: [[1, 3], [1, 3]], options: 2 },
]);

describeShapeErrors("concat", () => concat([]), [{ name: "no operand", shapes: [] }]);
