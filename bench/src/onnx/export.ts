/** Our graphs as ONNX models, one ONNX node for each of ours and nothing folded: that is left to whoever runs them. */
import { topologicalOrder } from "../../../src/graph/order.ts";
import { isInput, isParameter, type Node } from "../../../src/kernels/op.ts";
import type { Shape, Tensor } from "../../../src/tensor.ts";
import { type Attribute, type OnnxNode, onnxFile } from "./file.ts";

/** The bytes of an ONNX model with inputs by their names and the output "y". */
export function exportOnnx(output: Node): Uint8Array {
  const names = new Map<Node, string>();
  const inputs: Record<string, Shape> = {};
  const floats = new Map<string, Tensor>();
  const integers = new Map<string, readonly number[]>();
  const nodes: OnnxNode[] = [];
  const order = topologicalOrder([output]);
  for (const [index, node] of order.entries()) {
    if (isInput(node)) {
      names.set(node, node.attrs.name);
      inputs[node.attrs.name] = node.shape;
      continue;
    }
    if (isParameter(node)) {
      const { name, tensor } = node.attrs;
      if (!tensor) throw new Error(`export: ${name} has no values`);
      names.set(node, name === "zeros" ? "" : name);
      if (name !== "zeros") floats.set(name, tensor);
      continue;
    }
    const name = node === output ? "y" : `v${index}`;
    names.set(node, name);
    const constant = (part: string, values: readonly number[]): string => {
      integers.set(`${name}.${part}`, values);
      return `${name}.${part}`;
    };
    const scalar = (part: string, value: number): string => {
      floats.set(`${name}.${part}`, { shape: [], data: Float32Array.of(value) });
      return `${name}.${part}`;
    };
    const write = exporters[node.op.name];
    if (!write) throw new Error(`export: there is no ONNX for ${node.op.name}`);
    nodes.push(...write({ node, name, inputs: node.inputs.map((operand) => names.get(operand) ?? ""), constant, scalar }));
  }
  return onnxFile({ inputs, outputs: { y: output.shape }, nodes, floats, integers });
}

interface Context {
  readonly node: Node;
  /** Of the result. */
  readonly name: string;
  /** Names of the operands; "" for one that was left out. */
  readonly inputs: readonly string[];
  /** A constant of integers, and a number: ONNX has them as operands. */
  readonly constant: (part: string, values: readonly number[]) => string;
  readonly scalar: (part: string, value: number) => string;
}

const one = (op: string, { name, inputs }: Context, attributes: Readonly<Record<string, Attribute>> = {}): OnnxNode[] => [
  { op, inputs: inputs.at(-1) === "" ? inputs.slice(0, -1) : inputs, output: name, attributes },
];

const kernelOf = ({ node: { inputs } }: Context): Shape => inputs[1].shape.slice(2);

const exporters: Readonly<Record<string, (context: Context) => OnnxNode[]>> = {
  conv2d: (context) => {
    const { stride, padding, dilation, groups } = context.node.attrs;
    return one("Conv", context, { kernel_shape: kernelOf(context), strides: stride, pads: padding, dilations: dilation, group: groups });
  },
  convTranspose2d: (context) => {
    const { stride, padding, dilation, outputPadding } = context.node.attrs;
    const attributes = { strides: stride, pads: padding, dilations: dilation, output_padding: outputPadding };
    return one("ConvTranspose", context, { kernel_shape: kernelOf(context), ...attributes });
  },
  batchNorm: (context) => one("BatchNormalization", context, { epsilon: { float: context.node.attrs.epsilon } }),
  activation: (context) => {
    const { kind } = context.node.attrs;
    if (kind === "relu6")
      return one("Clip", { ...context, inputs: [...context.inputs, context.scalar("min", 0), context.scalar("max", 6)] });
    const ops: Readonly<Record<string, string>> = { relu: "Relu", sigmoid: "Sigmoid", tanh: "Tanh", hardswish: "HardSwish" };
    if (!ops[kind]) throw new Error(`export: there is no ONNX for ${kind}`);
    return one(ops[kind], context);
  },
  arithmetic: (context) => one({ add: "Add", sub: "Sub", mul: "Mul", div: "Div" }[String(context.node.attrs.operation)] ?? "", context),
  maxPool2d: (context) => {
    const { kernel, stride, padding, dilation, ceilMode } = context.node.attrs;
    return one("MaxPool", context, {
      kernel_shape: kernel,
      strides: stride,
      pads: padding,
      dilations: dilation,
      ceil_mode: ceilMode ? 1 : 0,
    });
  },
  avgPool2d: (context) => {
    const { kernel, stride, padding, ceilMode, countIncludePad } = context.node.attrs;
    const counts = { ceil_mode: ceilMode ? 1 : 0, count_include_pad: countIncludePad ? 1 : 0 };
    return one("AveragePool", context, { kernel_shape: kernel, strides: stride, pads: padding, ...counts });
  },
  adaptiveAvgPool2d: (context) => {
    const { node } = context;
    if (node.shape.some((size, axis) => size !== node.inputs[0].shape[axis])) throw new Error("export: adaptive pooling to another size");
    return one("Identity", context);
  },
  globalAvgPool: (context) => {
    const maps = `${context.name}.maps`;
    return [...one("GlobalAveragePool", { ...context, name: maps }), ...one("Flatten", { ...context, inputs: [maps] }, { axis: 1 })];
  },
  concat: (context) => one("Concat", context, { axis: context.node.attrs.axis }),
  reshape: (context) => one("Reshape", { ...context, inputs: [context.inputs[0], context.constant("shape", context.node.shape)] }),
  linear: (context) => one("Gemm", context, { transB: 1 }),
  matmul: (context) => one("MatMul", context),
  softmax: (context) => one(context.node.attrs.entryPoint === "softmax" ? "Softmax" : "LogSoftmax", context, { axis: 1 }),
  nearest: (context) => {
    const { name, inputs, node, constant, scalar } = context;
    const { k, metric } = node.attrs;
    if (metric !== "cosine") throw new Error(`export: there is no ONNX for a ${metric} search`);
    const items = inputs.filter((_, operand) => operand >= 2 && operand % 2 === 0);
    return [
      ...items.flatMap((part): OnnxNode[] => [
        { op: "Transpose", inputs: [part], output: `${name}.${part}.columns`, attributes: { perm: [1, 0] } },
        { op: "MatMul", inputs: [inputs[0], `${name}.${part}.columns`], output: `${name}.${part}.cosines` },
      ]),
      { op: "Concat", inputs: items.map((part) => `${name}.${part}.cosines`), output: `${name}.cosines`, attributes: { axis: 1 } },
      { op: "TopK", inputs: [`${name}.cosines`, constant("k", [k])], output: [`${name}.largest`, `${name}.indices`] },
      { op: "Cast", inputs: [`${name}.indices`], output: `${name}.numbers`, attributes: { to: 1 } },
      { op: "Sub", inputs: [scalar("one", 1), `${name}.largest`], output: `${name}.distances` },
      { op: "Concat", inputs: [`${name}.numbers`, `${name}.distances`], output: name, attributes: { axis: 1 } },
    ];
  },
  pad: (context) => {
    const amounts: readonly (readonly [number, number])[] = context.node.attrs.amounts;
    const pads = context.constant("pads", [...amounts.map(([before]) => before), ...amounts.map(([, after]) => after)]);
    return one("Pad", { ...context, inputs: [context.inputs[0], pads, context.scalar("value", context.node.attrs.value)] });
  },
  resize: (context) => {
    const { mode, alignCorners } = context.node.attrs;
    const sizes = context.constant("sizes", context.node.shape);
    const coordinates = mode === "nearest" ? "asymmetric" : alignCorners ? "align_corners" : "half_pixel";
    return one(
      "Resize",
      { ...context, inputs: [context.inputs[0], "", "", sizes] },
      { mode: mode === "nearest" ? "nearest" : "linear", coordinate_transformation_mode: coordinates, nearest_mode: "floor" },
    );
  },
};
