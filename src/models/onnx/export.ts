/** Our graphs as ONNX models: a row an op, nothing folded, weights under our names. */
import { InputError } from "../../bytes.ts";
import { topologicalOrder } from "../../graph/order.ts";
import { isInput, isParameter, type Node } from "../../kernels/op.ts";
import { type OpenShape, type WritableAttribute, type WritableNode, writeOnnx } from "../../loaders/onnx/write.ts";
import type { Shape, Tensor } from "../../tensor.ts";

export interface ExportOptions {
  /** Whether the first axis of inputs and outputs is left open. */
  readonly dynamicBatch?: boolean;
  /** Strings that describe the model, such as a model file's metadata: what loads it again reads them. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of an ONNX model (operator set 18) that computes the outputs from the graph's inputs, each under its name.
 * @throws InputError for a graph with an op that has no row here, or with parameters that have no values.
 * @example
 * const logits = resnet18(weights, input("pictures", [1, 3, 224, 224]));
 * await writeFile("resnet18.onnx", onnxBytes({ logits }));
 */
export function onnxBytes(
  outputs: Readonly<Record<string, Node>>,
  { dynamicBatch = true, metadata = {} }: ExportOptions = {},
): Uint8Array<ArrayBuffer> {
  const open = (shape: Shape): OpenShape => (dynamicBatch ? ["batch", ...shape.slice(1)] : shape);
  const names = new Map<Node, string>();
  const inputs: Record<string, OpenShape> = {};
  const floats = new Map<string, Tensor>();
  const integers = new Map<string, readonly number[]>();
  const nodes: WritableNode[] = [];
  for (const [index, node] of topologicalOrder(Object.values(outputs)).entries()) {
    const name = `v${index}`;
    if (isInput(node)) {
      names.set(node, node.attrs.name);
      inputs[node.attrs.name] = open(node.shape);
    } else if (isParameter(node)) {
      const { name: own, tensor } = node.attrs;
      if (!tensor) throw new InputError(own, "has a shape but no values, which an ONNX file needs");
      // What stands for an operand that a layer does not have is left out.
      names.set(node, own === "zeros" ? "" : own);
      if (own !== "zeros") floats.set(own, tensor);
    } else {
      names.set(node, name);
      const constant = (part: string, values: readonly number[]): string => {
        integers.set(`${name}.${part}`, values);
        return `${name}.${part}`;
      };
      const scalar = (part: string, value: number): string => {
        floats.set(`${name}.${part}`, { shape: [], data: Float32Array.of(value) });
        return `${name}.${part}`;
      };
      const write = Object.hasOwn(rows, node.op.name) ? rows[node.op.name] : undefined;
      if (!write) throw new InputError(node.op.name, "has no form in ONNX here");
      nodes.push(...write({ node, name, inputs: node.inputs.map((operand) => names.get(operand) ?? ""), constant, scalar }));
    }
  }
  // An output may be an input, or one value under two names: each gets a node of its own.
  for (const [name, node] of Object.entries(outputs)) nodes.push({ op: "Identity", inputs: [names.get(node) ?? ""], output: name });
  const shapes = Object.entries(outputs).map(([name, { shape }]) => [name, open(shape)] as const);
  return writeOnnx({ inputs, outputs: Object.fromEntries(shapes), nodes, floats, integers, metadata });
}

/** What a row is given. */
interface Row {
  readonly node: Node;
  /** Of the result. */
  readonly name: string;
  /** Names of the operands; "" for one that was left out. */
  readonly inputs: readonly string[];
  /** A list of integers and a number: ONNX has them as operands. */
  readonly constant: (part: string, values: readonly number[]) => string;
  readonly scalar: (part: string, value: number) => string;
}

const one = (op: string, { name, inputs }: Row, attributes: Readonly<Record<string, WritableAttribute>> = {}): WritableNode[] => [
  { op, inputs: inputs.at(-1) === "" ? inputs.slice(0, -1) : inputs, output: name, attributes },
];

/** Several nodes, the last of which gives the result; each is given the name of its own. */
function chain(row: Row, ...steps: readonly ((name: string, before: string) => WritableNode)[]): WritableNode[] {
  const nodes: WritableNode[] = [];
  for (const [index, step] of steps.entries())
    nodes.push(step(index === steps.length - 1 ? row.name : `${row.name}.${index}`, nodes.at(-1)?.output ?? row.inputs[0]));
  return nodes;
}

const kernelOf = ({ node: { inputs } }: Row): Shape => inputs[1].shape.slice(2);

const activations: Readonly<Record<string, (row: Row) => WritableNode[]>> = {
  relu: (row) => one("Relu", row),
  relu6: (row) => one("Clip", { ...row, inputs: [...row.inputs, row.scalar("min", 0), row.scalar("max", 6)] }),
  leakyRelu: (row) => one("LeakyRelu", row, { alpha: { float: row.node.attrs.slope } }),
  sigmoid: (row) => one("Sigmoid", row),
  tanh: (row) => one("Tanh", row),
  hardswish: (row) => one("HardSwish", row),
  hardsigmoid: (row) => one("HardSigmoid", row, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  mish: (row) => one("Mish", row),
  silu: (row) =>
    chain(
      row,
      (output, x) => ({ op: "Sigmoid", inputs: [x], output }),
      (output, gate) => ({ op: "Mul", inputs: [row.inputs[0], gate], output }),
    ),
  gelu: (row) =>
    chain(
      row,
      (output, x) => ({ op: "Mul", inputs: [x, row.scalar("root", Math.SQRT1_2)], output }),
      (output, x) => ({ op: "Erf", inputs: [x], output }),
      (output, x) => ({ op: "Add", inputs: [x, row.scalar("one", 1)], output }),
      (output, x) => ({ op: "Mul", inputs: [x, row.inputs[0]], output }),
      (output, x) => ({ op: "Mul", inputs: [x, row.scalar("half", 0.5)], output }),
    ),
};

const arithmetic: Readonly<Record<string, string>> = { add: "Add", sub: "Sub", mul: "Mul", div: "Div" };

const rows: Readonly<Record<string, (row: Row) => WritableNode[]>> = {
  conv2d: (row) => {
    const { stride, padding, dilation, groups } = row.node.attrs;
    return one("Conv", row, { kernel_shape: kernelOf(row), strides: stride, pads: padding, dilations: dilation, group: groups });
  },
  convTranspose2d: (row) => {
    const { stride, padding, dilation, outputPadding } = row.node.attrs;
    const attributes = { strides: stride, pads: padding, dilations: dilation, output_padding: outputPadding };
    return one("ConvTranspose", row, { kernel_shape: kernelOf(row), ...attributes });
  },
  batchNorm: (row) => one("BatchNormalization", row, { epsilon: { float: row.node.attrs.epsilon } }),
  activation: (row) => activations[String(row.node.attrs.kind)](row),
  arithmetic: (row) => one(arithmetic[String(row.node.attrs.operation)], row),
  scale: (row) =>
    chain(
      row,
      (output, x) => ({ op: "Mul", inputs: [x, row.scalar("factor", row.node.attrs.factor)], output }),
      (output, x) => ({ op: "Add", inputs: [x, row.scalar("offset", row.node.attrs.offset)], output }),
    ),
  maxPool2d: (row) => {
    const { kernel, stride, padding, dilation, ceilMode } = row.node.attrs;
    const attributes = { kernel_shape: kernel, strides: stride, pads: padding, dilations: dilation };
    return one("MaxPool", row, { ...attributes, ceil_mode: Number(ceilMode) });
  },
  avgPool2d: (row) => {
    const { kernel, stride, padding, ceilMode, countIncludePad } = row.node.attrs;
    const counts = { ceil_mode: Number(ceilMode), count_include_pad: Number(countIncludePad) };
    return one("AveragePool", row, { kernel_shape: kernel, strides: stride, pads: padding, ...counts });
  },
  adaptiveAvgPool2d: (row) => {
    const [, , height, width] = row.node.shape;
    const [, , inHeight, inWidth] = row.node.inputs[0].shape;
    const kernel = [inHeight / height, inWidth / width];
    if (!kernel.every(Number.isInteger))
      throw new InputError("adaptiveAvgPool2d", `of ${inHeight} × ${inWidth} to ${height} × ${width} has no form in ONNX`);
    return one("AveragePool", row, { kernel_shape: kernel, strides: kernel });
  },
  globalAvgPool: (row) =>
    chain(
      row,
      (output, x) => ({ op: "GlobalAveragePool", inputs: [x], output }),
      (output, x) => ({ op: "Flatten", inputs: [x], output, attributes: { axis: 1 } }),
    ),
  concat: (row) => one("Concat", row, { axis: row.node.attrs.axis }),
  // A first axis that stays is copied, so that any batch fits.
  reshape: (row) => {
    const { shape, inputs } = row.node;
    const sizes = shape[0] === inputs[0].shape[0] ? [0, ...shape.slice(1)] : shape;
    return one("Reshape", { ...row, inputs: [row.inputs[0], row.constant("shape", sizes)] });
  },
  slice: (row) => {
    const { axis, start, end } = row.node.attrs;
    const operands = [row.constant("starts", [start]), row.constant("ends", [end]), row.constant("axes", [axis])];
    return one("Slice", { ...row, inputs: [row.inputs[0], ...operands] });
  },
  transpose: (row) => one("Transpose", row, { perm: row.node.attrs.order }),
  linear: (row) => one("Gemm", row, { transB: 1 }),
  matmul: (row) => one("MatMul", row),
  softmax: (row) => one(row.node.attrs.entryPoint === "softmax" ? "Softmax" : "LogSoftmax", row, { axis: 1 }),
  // Items lie in chunks, each with its norms: operands 2, 4, …
  nearest: ({ name, inputs, node, constant, scalar }) => {
    const { k, metric } = node.attrs;
    if (metric !== "cosine") throw new InputError("nearest", `by ${metric} distance has no form in ONNX here`);
    const items = inputs.filter((_, operand) => operand >= 2 && operand % 2 === 0);
    return [
      ...items.flatMap((part): WritableNode[] => [
        { op: "Transpose", inputs: [part], output: `${name}.${part}.columns`, attributes: { perm: [1, 0] } },
        { op: "MatMul", inputs: [inputs[0], `${name}.${part}.columns`], output: `${name}.${part}.cosines` },
      ]),
      { op: "Concat", inputs: items.map((part) => `${name}.${part}.cosines`), output: `${name}.cosines`, attributes: { axis: 1 } },
      { op: "TopK", inputs: [`${name}.cosines`, constant("k", [k])], output: `${name}.largest`, moreOutputs: [`${name}.indices`] },
      { op: "Cast", inputs: [`${name}.indices`], output: `${name}.numbers`, attributes: { to: 1 } },
      { op: "Sub", inputs: [scalar("one", 1), `${name}.largest`], output: `${name}.distances` },
      { op: "Concat", inputs: [`${name}.numbers`, `${name}.distances`], output: name, attributes: { axis: 1 } },
    ];
  },
  pad: (row) => {
    const amounts: readonly (readonly [number, number])[] = row.node.attrs.amounts;
    const pads = row.constant("pads", [...amounts.map(([before]) => before), ...amounts.map(([, after]) => after)]);
    return one("Pad", { ...row, inputs: [row.inputs[0], pads, row.scalar("value", row.node.attrs.value)] });
  },
  resize: (row) => {
    const { mode, alignCorners, height, width } = row.node.attrs;
    const coordinates = mode === "nearest" ? "asymmetric" : alignCorners ? "align_corners" : "half_pixel";
    return one(
      "Resize",
      { ...row, inputs: [row.inputs[0], "", "", row.constant("sizes", [height, width])] },
      {
        mode: mode === "nearest" ? "nearest" : "linear",
        coordinate_transformation_mode: coordinates,
        nearest_mode: "floor",
        axes: [2, 3],
      },
    );
  },
};
