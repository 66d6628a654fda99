/** Graphs as calls of TensorFlow.js, in its order of the axes: channels last. */
import * as tf from "@tensorflow/tfjs-core";
import { topologicalOrder, usersOf } from "../../../src/graph/order.ts";
import { isInput, isParameter, type Node } from "../../../src/kernels/op.ts";
import type { Shape, Tensor } from "../../../src/tensor.ts";

type Tensors = ReadonlyMap<string, tf.Tensor>;
type Constants = ReadonlyMap<Node, tf.Tensor>;

/** A graph as calls, and the order in which each weight's axes are wanted; `isFused` applies activations where the call before them can. */
export function steps(output: Node, { isFused = true }: { readonly isFused?: boolean } = {}): Steps {
  const order = topologicalOrder([output]);
  const users = usersOf(order);
  const weights = new Map<Node, readonly number[]>();
  const filters = new Map<string, readonly number[]>();
  for (const { op, inputs, attrs } of order) {
    inputs.forEach((operand, place) => {
      if (isParameter(operand)) weights.set(operand, axesOf(op.name, place, operand.shape, attrs.groups));
      else if (isInput(operand) && op.name === "rotateFilters")
        filters.set(operand.attrs.name, axesOf(op.name, place, operand.shape, attrs.groups));
    });
  }
  /** The activation that is all that is done with a value. */
  const activationAfter = (node: Node): Node | undefined => {
    const [user, ...others] = users.get(node) ?? [];
    return others.length === 0 && user?.op.name === "activation" && ["relu", "relu6"].includes(user.attrs.kind) ? user : undefined;
  };
  const compute = (given: Tensors, constants: Constants): tf.Tensor => {
    const values = new Map<Node, tf.Tensor>(constants);
    for (const node of order) {
      if (values.has(node)) continue;
      if (isInput(node)) {
        const value = given.get(node.attrs.name);
        if (value) values.set(node, value);
        continue;
      }
      const fused = activationAfter(node);
      const operands = node.inputs.map((operand) => values.get(operand)).filter((operand) => operand !== undefined);
      const call = calls[node.op.name];
      if (!call) throw new Error(`tfjs: there is no call for ${node.op.name}`);
      const isFusable = isFused && ["conv2d", "linear"].includes(node.op.name);
      const value = call(node, operands, isFusable ? fused?.attrs.kind : undefined);
      values.set(node, value);
      if (isFusable && fused) values.set(fused, value);
    }
    const result = values.get(output);
    if (!result) throw new Error("tfjs: there is no result");
    return result;
  };
  const toFirst = (data: Float32Array): Float32Array =>
    output.op.name === "conv2dWeightGradient" ? filterToFirst(data, output) : mapToFirst(data, output.shape);
  return { compute, weights, filters, toFirst };
}

export interface Steps {
  compute(given: Tensors, constants: Constants): tf.Tensor;
  /** The axes of each weight in tfjs's order. */
  readonly weights: ReadonlyMap<Node, readonly number[]>;
  /** Those of filters that are given at each run, by name. */
  readonly filters: ReadonlyMap<string, readonly number[]>;
  /** A result in our order of the axes. */
  toFirst(data: Float32Array): Float32Array;
}

type Activation = "relu" | "relu6" | undefined;
type Call = (node: Node, operands: tf.Tensor[], activation: Activation) => tf.Tensor;
type Sides = readonly [top: number, left: number, bottom: number, right: number];

/** Padding as tfjs has it: one number, or a pair an axis. */
function paddingOf([top, left, bottom, right]: Sides): number | tf.backend_util.ExplicitPadding {
  if (top === left && left === bottom && bottom === right) return top;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

const pooling = (node: Node) => {
  const { kernel, stride, padding, ceilMode } = node.attrs;
  return [kernel, stride, paddingOf(padding), ceilMode ? "ceil" : "floor"] as const;
};

/** Kernels that tfjs reaches through its gradients alone. */
const runKernel = (name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attributes);

const calls: Readonly<Record<string, Call>> = {
  conv2d(node, [x, filter, bias], activation) {
    const {
      attrs: { stride, padding, dilation, groups },
      inputs: [, weight],
    } = node;
    if (weight.op.name === "rotateFilters") return dataGradient(node, x, filter);
    if (groups > 1 && weight.shape[1] !== 1) throw new Error("tfjs: there is no grouped convolution");
    const operation = groups > 1 ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
    return operation({
      x: x as tf.Tensor4D,
      filter: filter as tf.Tensor4D,
      strides: stride,
      // Sides that differ are computed, but not declared.
      pad: paddingOf(padding) as number,
      dilations: dilation,
      dimRoundingMode: "floor",
      bias,
      activation,
    });
  },
  // What the convolution by it comes to takes the filter as it is.
  rotateFilters: (_, [filter]) => filter,
  conv2dWeightGradient({ attrs: { stride, padding, dilation, groups }, shape }, [x, dy]) {
    const filterShape = axesOf("conv2d", 1, shape, groups).map((axis) => shape[axis]);
    const attributes = { strides: stride, pad: paddingOf(padding), dimRoundingMode: "floor", filterShape };
    if (groups === 1) return runKernel("Conv2DBackpropFilter", { x, dy }, { ...attributes, dataFormat: "NHWC" });
    if (shape[1] !== 1) throw new Error("tfjs: there is no grouped convolution");
    return runKernel("DepthwiseConv2dNativeBackpropFilter", { x, dy }, { ...attributes, dilations: dilation });
  },
  convTranspose2d({ attrs: { stride, padding }, shape: [n, channels, height, width] }, [x, filter, bias]) {
    const pad = paddingOf(padding);
    if (typeof pad !== "number") throw new Error("tfjs: transposed convolution with uneven padding");
    const y = tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [n, height, width, channels], stride, pad, "floor");
    return tf.add(y, bias);
  },
  batchNorm({ attrs: { epsilon } }, [x, scale, offset, mean, variance]) {
    return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, epsilon);
  },
  // Normalised where they are used, as its layers do it in training.
  batchStatistics: (_, [x]) => x,
  batchNormTraining({ attrs: { epsilon } }, [x, scale, offset]) {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, epsilon);
  },
  activation({ attrs: { kind } }, [x]) {
    const known: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
      relu: tf.relu,
      relu6: tf.relu6,
      sigmoid: tf.sigmoid,
      tanh: tf.tanh,
    };
    if (!known[kind]) throw new Error(`tfjs: there is no ${kind}`);
    return known[kind](x);
  },
  arithmetic: ({ attrs: { operation } }, [a, b]) => ({ add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div })[operation as "add"](a, b),
  maxPool2d: (node, [x]) => tf.maxPool(x as tf.Tensor4D, ...pooling(node)),
  avgPool2d: (node, [x]) => tf.avgPool(x as tf.Tensor4D, ...pooling(node)),
  adaptiveAvgPool2d({ shape, inputs: [{ shape: from }] }, [x]) {
    if (shape.some((size, axis) => size !== from[axis])) throw new Error("tfjs: adaptive pooling to another size");
    return x;
  },
  globalAvgPool: (_, [x]) => tf.mean(x, [1, 2]),
  concat: ({ shape, attrs: { axis } }, operands) => tf.concat(operands, shape.length === 4 ? [0, 3, 1, 2][axis] : axis),
  reshape: ({ shape, inputs: [{ shape: from }] }, [x]) => tf.reshape(from.length === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x, [...shape]),
  linear: (_, [a, b, bias], activation) => tf.fused.matMul({ a, b, transposeB: true, bias, activation }),
  matmul: (_, [a, b]) => tf.matMul(a, b),
  softmax: ({ attrs: { entryPoint } }, [x]) => (entryPoint === "softmax" ? tf.softmax(x) : tf.logSoftmax(x)),
  nearest({ attrs: { k, metric } }, [queries, , ...chunks]) {
    if (metric !== "cosine") throw new Error(`tfjs: there is no ${metric} search`);
    const cosines = chunks.filter((_, index) => index % 2 === 0).map((items) => tf.matMul(queries, items));
    const { values, indices } = tf.topk(tf.concat(cosines, 1), k);
    return tf.concat([tf.cast(indices, "float32"), tf.sub(1, values)], 1);
  },
};

/** The gradient of a convolution of stride 1 by its input, which we compute as a convolution by the rotated filter. */
function dataGradient(
  { attrs: { padding, dilation, groups }, inputs: [, weight], shape }: Node,
  dy: tf.Tensor,
  filter: tf.Tensor,
): tf.Tensor {
  const [n, channels, height, width] = shape;
  const reach = [0, 1].map((axis) => dilation[axis] * (weight.shape[2 + axis] - 1));
  const before = padding.map((size: number, side: number) => reach[side % 2] - size);
  const attributes = {
    strides: [1, 1],
    pad: paddingOf(before as Sides),
    dimRoundingMode: "floor",
    inputShape: [n, height, width, channels],
  };
  if (groups === 1) return runKernel("Conv2DBackpropInput", { dy, filter }, { ...attributes, dataFormat: "NHWC" });
  return runKernel("DepthwiseConv2dNativeBackpropInput", { dy, filter }, { ...attributes, dilations: dilation });
}

/** The axes of PyTorch's weights in the order of TensorFlow's: [height, width, in, out], and [height, width, out, in] transposed. */
function axesOf(op: string, place: number, shape: Shape, groups = 1): readonly number[] {
  if ((place === 1 && op === "conv2d") || op === "rotateFilters") return groups === 1 ? [2, 3, 1, 0] : [2, 3, 0, 1];
  if (place === 1 && op === "convTranspose2d") return [2, 3, 1, 0];
  if (op === "nearest" && shape.length === 2) return [1, 0];
  return shape.map((_, axis) => axis);
}

export const toLast = (rank: number): readonly number[] => (rank === 4 ? [0, 2, 3, 1] : Array.from({ length: rank }, (_, axis) => axis));

/** A filter's gradient, [height, width, in, out] or, depthwise, [height, width, channels, 1], as PyTorch has it. */
function filterToFirst(data: Float32Array, { shape, attrs: { groups } }: Node): Float32Array {
  const axes = axesOf("conv2d", 1, shape, groups);
  const given = axes.map((axis) => shape[axis]);
  return permuted(
    { shape: given, data },
    shape.map((_, axis) => axes.indexOf(axis)),
  ).data;
}

/** Channels first again. */
const mapToFirst = (data: Float32Array, shape: Shape): Float32Array =>
  shape.length === 4 ? permuted({ shape: [shape[0], shape[2], shape[3], shape[1]], data }, [0, 3, 1, 2]).data : Float32Array.from(data);

/** A tensor with its axes in another order. */
export function permuted({ shape, data }: Tensor, axes: readonly number[]): Tensor {
  const result = axes.map((axis) => shape[axis]);
  const padded = [...new Array<number>(4 - axes.length).fill(1), ...result];
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const steps = [...new Array<number>(4 - axes.length).fill(0), ...axes.map((axis) => strides[axis])];
  const out = new Float32Array(data.length);
  let to = 0;
  for (let i = 0; i < padded[0]; i++)
    for (let j = 0; j < padded[1]; j++)
      for (let k = 0; k < padded[2]; k++) {
        const from = i * steps[0] + j * steps[1] + k * steps[2];
        for (let l = 0; l < padded[3]; l++) out[to++] = data[from + l * steps[3]];
      }
  return { shape: result, data: out };
}
