/** Whole networks differentiate by all their parameters at once: residual sums, several users of a value, kernels of every kind in a row. */
import { relu, relu6 } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { linear } from "../../src/kernels/linear.ts";
import type { Node } from "../../src/kernels/op.ts";
import { flatten } from "../../src/kernels/reshape.ts";
import { type Shape, sizeOf } from "../../src/tensor.ts";
import { describeOp } from "../describe-op.ts";
import * as plain from "../reference/activation.ts";
import { add as plainAdd } from "../reference/arithmetic.ts";
import { convTranspose2d as plainConvTranspose2d } from "../reference/conv-transpose2d.ts";
import { conv2d as plainConv2d } from "../reference/conv2d.ts";
import { linear as plainLinear } from "../reference/linear.ts";
import { flatten as plainFlatten } from "../reference/reshape.ts";
import type { Values } from "../reference/values.ts";

/** An error made in one layer is summed again in the next: as many products as the layers take one after the other. */
const terms = (_: Shape, ...weights: readonly Shape[]): number => weights.reduce((sum, weight) => sum + sizeOf(weight.slice(1)), 0);

/** Inputs from −1 to 1; weights small enough that maps stay about as large, layer by layer. */
const scaled =
  (shapes: readonly Shape[]) =>
  (operand: number, _: number, random: number): number =>
    (2 * random - 1) * (operand === 0 ? 1 : Math.sqrt(6 / Math.max(3, sizeOf(shapes[operand].slice(1)))));

const stride = 2;
const padding = 1;

// biome-ignore format: in the order of the operands
const residual: readonly Shape[] = [
  [1, 3, 9, 8], [10, 3, 3, 3], [10], [12, 10, 3, 3], [12], [12, 12, 3, 3], [12, 10, 1, 1], [12, 12, 3, 3], [5, 12 * 2], [5],
];

describeOp(
  "a residual network",
  (x: Node, stem: Node, stemBias: Node, first: Node, firstBias: Node, second: Node, shortcut: Node, third: Node, fc: Node, bias: Node) => {
    const map = relu(conv2d(x, stem, stemBias, { padding }));
    const inner = relu(conv2d(map, first, firstBias, { stride, padding }));
    const block = relu(add(conv2d(inner, second, undefined, { padding }), conv2d(map, shortcut, undefined, { stride })));
    const last = relu(add(block, conv2d(block, third, undefined, { padding })));
    return linear(flatten(conv2d(last, third, undefined, { stride, padding: 0 })), fc, bias);
  },
  (
    x: Values,
    stem: Values,
    stemBias: Values,
    first: Values,
    firstBias: Values,
    second: Values,
    shortcut: Values,
    third: Values,
    fc: Values,
    bias: Values,
  ) => {
    const map = plain.relu(plainConv2d(x, stem, stemBias, { padding }));
    const inner = plain.relu(plainConv2d(map, first, firstBias, { stride, padding }));
    const block = plain.relu(
      plainAdd(plainConv2d(inner, second, undefined, { padding }), plainConv2d(map, shortcut, undefined, { stride })),
    );
    const last = plain.relu(plainAdd(block, plainConv2d(block, third, undefined, { padding })));
    return plainLinear(plainFlatten(plainConv2d(last, third, undefined, { stride, padding: 0 })), fc, bias);
  },
  [{ name: "a weight used twice, two ways to one sum", shapes: residual, values: scaled(residual) }],
  ([x, ...weights]) => terms(x, ...weights),
);

const inverted: readonly Shape[] = [[1, 6, 9, 8], [20, 6, 1, 1], [20, 1, 3, 3], [20], [6, 20, 1, 1], [6, 4, 2, 2], [4]];

describeOp(
  "an inverted residual and a transposed convolution",
  (x: Node, expand: Node, depthwise: Node, depthwiseBias: Node, project: Node, up: Node, upBias: Node) => {
    const wide = relu6(conv2d(x, expand));
    const deep = relu6(conv2d(wide, depthwise, depthwiseBias, { padding, groups: 20 }));
    const narrow = add(x, conv2d(deep, project));
    const small = relu6(conv2d(conv2d(narrow, expand), depthwise, depthwiseBias, { stride, padding, groups: 20 }));
    return relu(convTranspose2d(conv2d(small, project), up, upBias, { stride }));
  },
  (x: Values, expand: Values, depthwise: Values, depthwiseBias: Values, project: Values, up: Values, upBias: Values) => {
    const wide = plain.relu6(plainConv2d(x, expand, undefined));
    const deep = plain.relu6(plainConv2d(wide, depthwise, depthwiseBias, { padding, groups: 20 }));
    const narrow = plainAdd(x, plainConv2d(deep, project, undefined));
    const small = plain.relu6(
      plainConv2d(plainConv2d(narrow, expand, undefined), depthwise, depthwiseBias, { stride, padding, groups: 20 }),
    );
    return plain.relu(plainConvTranspose2d(plainConv2d(small, project, undefined), up, upBias, { stride }));
  },
  [{ name: "the same filters at two strides", shapes: inverted, values: scaled(inverted) }],
  ([x, ...weights]) => terms(x, ...weights),
);
