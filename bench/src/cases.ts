/** What is measured: single operations at the shapes of known networks, and whole networks. */

import { gradients } from "../../src/graph/gradient.ts";
import { type ConvTranspose2dOptions, convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { type Conv2dOptions, conv2d } from "../../src/kernels/conv2d.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { linear } from "../../src/kernels/linear.ts";
import { matmul } from "../../src/kernels/matmul.ts";
import { maxPool2d } from "../../src/kernels/max-pool2d.ts";
import { input, type Node, parameter } from "../../src/kernels/op.ts";
import { softmax } from "../../src/kernels/softmax.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { declaredWeights, weightsFrom } from "../../src/models/weights.ts";
import type { Shape, Tensor } from "../../src/tensor.ts";
import { generated } from "../../tests/generator.ts";
import { convTranspose2d as convTranspose2dTwin } from "../../tests/reference/conv-transpose2d.ts";
import { conv2d as conv2dTwin } from "../../tests/reference/conv2d.ts";
import { conv2dDataGradient, conv2dWeightGradient } from "../../tests/reference/conv2d-gradient.ts";
import { globalAvgPool as globalAvgPoolTwin } from "../../tests/reference/global-avg-pool.ts";
import { linear as linearTwin } from "../../tests/reference/linear.ts";
import { matmul as matmulTwin } from "../../tests/reference/matmul.ts";
import { maxPool2d as maxPool2dTwin } from "../../tests/reference/max-pool2d.ts";
import { softmax as softmaxTwin } from "../../tests/reference/softmax.ts";
import { type Values, values } from "../../tests/reference/values.ts";
import { nearestCase } from "./nearest.ts";
import { type Training, trainingStep } from "./training.ts";

export interface Case {
  readonly name: string;
  /**
   * operation: operands and result stay on the GPU, runs are submitted back to back and waited for together.
   * network: each run uploads a picture and reads the result back.
   * load: from weights on the host to the first result, in a fresh process.
   * training: each run uploads a batch, takes a step, and reads the loss before it.
   */
  readonly kind: "operation" | "network" | "load" | "training";
  /** Left out unless --all asks for it. */
  readonly isSlow: boolean;
  readonly graph: () => Graph;
  /** The result in float64 by the plain twin; a network is compared with stored values instead. */
  readonly twin?: () => Values;
  /** How far a result is from the twin's; by default the largest difference over the largest magnitude. */
  readonly error?: (result: Float32Array, expected: ArrayLike<number>) => number;
}

export interface Graph {
  readonly output: Node;
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** What is done with the output in a training step. */
  readonly training?: Training;
}

/** Values that a run is given, and those that belong to the operation. */
interface Operands {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly parameters?: Readonly<Record<string, Shape>>;
}

function operation(
  name: string,
  { inputs, parameters = {} }: Operands,
  build: (...operands: Node[]) => Node,
  twin: (...operands: Values[]) => Values,
  isSlow = false,
): Case {
  const shapes = Object.entries({ ...inputs, ...parameters });
  return {
    name,
    kind: "operation",
    isSlow,
    graph: () => {
      const given = Object.fromEntries(Object.entries(inputs).map(([operand, shape]) => [operand, operandOf(operand, shape)]));
      const nodes = shapes.map(([operand, shape]) =>
        operand in inputs ? input(operand, shape) : parameter(operand, shape, operandOf(operand, shape)),
      );
      return { output: build(...nodes), inputs: given };
    },
    twin: () => twin(...shapes.map(([operand, shape]) => values(shape, Float64Array.from(operandOf(operand, shape).data)))),
  };
}

/** What a run is given lies within [−1, 1); weights are smaller where many products are summed. */
const operandOf = (name: string, shape: Shape): Tensor => generated(name === "x" || name === "a" ? "input" : name, shape);

const gemm = (size: number, isSlow = false): Case =>
  operation(
    `gemm ${size}`,
    { inputs: { a: [size, size], b: [size, size] } },
    matmul,
    // All rows of the result cost minutes; the twin gives as many as 2²⁹ products pay for.
    (a, b) => matmulTwin(values([rowsOf(size), size], a.data.subarray(0, rowsOf(size) * size)), b),
    isSlow,
  );

const rowsOf = (size: number): number => Math.min(size, Math.floor(2 ** 29 / size ** 2));

interface ConvShape {
  readonly kernel: number;
  /** Side of the map. */
  readonly side: number;
  readonly from: number;
  readonly to: number;
  readonly stride?: number;
  readonly isSlow?: boolean;
}

function conv({ kernel, side, from, to, stride = 1, isSlow }: ConvShape): Case {
  const options: Conv2dOptions = { stride, padding: Math.floor(kernel / 2) };
  return operation(
    `conv${kernel}x${kernel}${stride > 1 ? ` s${stride}` : ""} ${side} ${from === to ? from : `${from}-${to}`}`,
    { inputs: { x: [1, from, side, side] }, parameters: { "conv.weight": [to, from, kernel, kernel], "conv.bias": [to] } },
    (x, weight, bias) => conv2d(x, weight, bias, options),
    (x, weight, bias) => conv2dTwin(x, weight, bias, options),
    isSlow,
  );
}

function depthwise(side: number, channels: number, stride = 1): Case {
  const options: Conv2dOptions = { stride, padding: 1, groups: channels };
  return operation(
    `depthwise3x3${stride > 1 ? ` s${stride}` : ""} ${side} ${channels}`,
    { inputs: { x: [1, channels, side, side] }, parameters: { "conv.weight": [channels, 1, 3, 3], "conv.bias": [channels] } },
    (x, weight, bias) => conv2d(x, weight, bias, options),
    (x, weight, bias) => conv2dTwin(x, weight, bias, options),
  );
}

function transposed(kernel: 2 | 3, side: number, from: number, to: number): Case {
  const options: ConvTranspose2dOptions = kernel === 2 ? { stride: 2 } : { stride: 2, padding: 1, outputPadding: 1 };
  return operation(
    `transposed${kernel}x${kernel} s2 ${side} ${from}-${to}`,
    { inputs: { x: [1, from, side, side] }, parameters: { "up.weight": [from, to, kernel, kernel], "up.bias": [to] } },
    (x, weight, bias) => convTranspose2d(x, weight, bias, options),
    (x, weight, bias) => convTranspose2dTwin(x, weight, bias, options),
  );
}

function maxPool(kernel: number, side: number, channels: number): Case {
  const options = { kernel, stride: 2, padding: kernel === 3 ? 1 : 0 };
  return operation(
    `maxpool${kernel}x${kernel} s2 ${side} ${channels}`,
    { inputs: { x: [1, channels, side, side] } },
    (x) => maxPool2d(x, options),
    (x) => maxPool2dTwin(x, options),
  );
}

/** A convolution of stride 1 that keeps the size, in training. */
interface TrainedShape {
  readonly kernel: number;
  readonly side: number;
  readonly from: number;
  readonly to: number;
  readonly isDepthwise?: boolean;
}

const BATCH = 4;

/** dL/dweight from x and dL/dy. */
function weightGradient(shape: TrainedShape): Case {
  const { x: xShape, dy: dyShape, weight: weightShape, options } = trained(shape);
  return operation(
    `weight gradient ${titleOf(shape)}`,
    { inputs: { x: xShape, dy: dyShape } },
    (x, dy) => {
      const weight = input("conv.weight", weightShape);
      return gradients(conv2d(x, weight, undefined, options), [weight], dy)[0];
    },
    (x, dy) => conv2dWeightGradient(x, dy, weightShape, options),
  );
}

/** dL/dx from the weight and dL/dy. The weight is an operand like another: in training each step has its own. */
function dataGradient(shape: TrainedShape): Case {
  const { x: xShape, dy: dyShape, weight: weightShape, options } = trained(shape);
  return operation(
    `data gradient ${titleOf(shape)}`,
    { inputs: { dy: dyShape, "conv.weight": weightShape } },
    (dy, weight) => {
      const x = input("x", xShape);
      return gradients(conv2d(x, weight, undefined, options), [x], dy)[0];
    },
    (dy, weight) => conv2dDataGradient(dy, weight, xShape, options),
  );
}

const titleOf = ({ kernel, side, from, to, isDepthwise = false }: TrainedShape): string =>
  `${isDepthwise ? "depthwise" : ""}${kernel}x${kernel} ${side} ${from === to ? from : `${from}-${to}`} batch ${BATCH}`;

function trained({ kernel, side, from, to, isDepthwise = false }: TrainedShape) {
  const options: Conv2dOptions = { padding: Math.floor(kernel / 2), groups: isDepthwise ? from : 1 };
  return {
    x: [BATCH, from, side, side],
    dy: [BATCH, to, side, side],
    weight: [to, isDepthwise ? 1 : from, kernel, kernel],
    options,
  };
}

function network(name: string, { size = 224, batch = 1, isSlow = false, kind = "network" as Case["kind"] } = {}): Case {
  const title = kind === "load" ? `load + first result, ${name}` : `${name} ${size}${batch > 1 ? ` batch ${batch}` : ""}`;
  return { name: title, kind, isSlow, graph: () => networkGraph(name, size, batch) };
}

/** A network on the parameters that the stored PyTorch results were made with. */
function networkGraph(name: string, size: number, batch: number): Graph {
  const { build, channels } = networkNamed(name);
  const shape = [batch, channels, size, size];
  const declared = declaredWeights();
  build(declared, input("x", shape));
  const tensors = new Map(declared.values.map(({ attrs, shape }) => [attrs.name, generated(attrs.name, shape)]));
  return { output: build(weightsFrom(tensors), input("x", shape)), inputs: { x: generated("input", shape) } };
}

export const cases: readonly Case[] = [
  gemm(256),
  gemm(512),
  gemm(1024),
  gemm(2048, true),
  operation(
    "linear 1x2048-1000",
    { inputs: { x: [1, 2048] }, parameters: { "fc.weight": [1000, 2048], "fc.bias": [1000] } },
    (x, weight, bias) => linear(x, weight, bias),
    (x, weight, bias) => linearTwin(x, weight, bias),
  ),
  conv({ kernel: 3, side: 112, from: 16, to: 16 }),
  conv({ kernel: 3, side: 112, from: 32, to: 32 }),
  conv({ kernel: 3, side: 112, from: 64, to: 64 }),
  conv({ kernel: 3, side: 56, from: 64, to: 64 }),
  conv({ kernel: 3, side: 28, from: 128, to: 128 }),
  conv({ kernel: 3, side: 14, from: 256, to: 256 }),
  conv({ kernel: 3, side: 7, from: 512, to: 512 }),
  conv({ kernel: 1, side: 56, from: 64, to: 256 }),
  conv({ kernel: 1, side: 28, from: 256, to: 128 }),
  conv({ kernel: 1, side: 14, from: 1024, to: 256 }),
  conv({ kernel: 1, side: 7, from: 2048, to: 512 }),
  conv({ kernel: 3, side: 56, from: 64, to: 128, stride: 2 }),
  conv({ kernel: 3, side: 28, from: 256, to: 256, stride: 2 }),
  conv({ kernel: 1, side: 56, from: 256, to: 512, stride: 2 }),
  conv({ kernel: 7, side: 224, from: 3, to: 64, stride: 2 }),
  depthwise(112, 32),
  depthwise(112, 96, 2),
  depthwise(56, 144),
  depthwise(28, 192, 2),
  depthwise(14, 576),
  depthwise(7, 960),
  transposed(2, 16, 1024, 512),
  transposed(2, 32, 512, 256),
  transposed(2, 128, 128, 64),
  transposed(3, 32, 256, 128),
  transposed(3, 64, 128, 64),
  maxPool(3, 112, 64),
  maxPool(2, 128, 128),
  operation("global average 7 2048", { inputs: { x: [1, 2048, 7, 7] } }, globalAvgPool, globalAvgPoolTwin),
  operation("softmax 1x1000", { inputs: { x: [1, 1000] } }, softmax, softmaxTwin),
  operation("softmax 256x1000", { inputs: { x: [256, 1000] } }, softmax, softmaxTwin),
  weightGradient({ kernel: 3, side: 28, from: 64, to: 64 }),
  dataGradient({ kernel: 3, side: 28, from: 64, to: 64 }),
  weightGradient({ kernel: 1, side: 28, from: 256, to: 64 }),
  dataGradient({ kernel: 1, side: 28, from: 256, to: 64 }),
  weightGradient({ kernel: 3, side: 28, from: 192, to: 192, isDepthwise: true }),
  dataGradient({ kernel: 3, side: 28, from: 192, to: 192, isDepthwise: true }),
  nearestCase(1, 100_000),
  nearestCase(32, 100_000),
  network("resnet18"),
  network("resnet50"),
  network("mobilenet_v2"),
  network("squeezenet1_0"),
  network("densenet121"),
  network("unet_small", { size: 256 }),
  network("vgg16", { isSlow: true }),
  network("unet", { size: 256, isSlow: true }),
  network("resnet18", { batch: 8, isSlow: true }),
  network("resnet50", { batch: 8, isSlow: true }),
  network("mobilenet_v2", { batch: 8, isSlow: true }),
  trainingStep("resnet18", 96, 8),
  trainingStep("mobilenet_v2", 96, 8),
  network("resnet50", { kind: "load" }),
  network("mobilenet_v2", { kind: "load", isSlow: true }),
];

/** @throws Error for a name that is none. */
export function caseNamed(name: string): Case {
  const found = cases.find((known) => known.name === name);
  if (!found) throw new Error(`${name}: no such case`);
  return found;
}
