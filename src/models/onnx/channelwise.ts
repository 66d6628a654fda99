/** A known factor or addend for each channel, as the batch norm that convolutions take in. */
import { batchNorm, isBatchNorm } from "../../kernels/batch-norm.ts";
import type { BinaryKind } from "../../kernels/binary.ts";
import { isParameter, type Node, parameter } from "../../kernels/op.ts";
import { isFloat } from "../../loaders/onnx/element-type.ts";
import { type Shape, sizeOf } from "../../tensor.ts";
import { type DeviceValue, device, type HostValue, type Value } from "./value.ts";

/**
 * x · c, x + c or x − c, where c is known and has one number a channel of the map x: exporters write the scale of a batch norm, and the bias
 * of a convolution, as such nodes. Undefined for anything else.
 */
export function applyChannelwise(kind: BinaryKind, x: Value, c: Value): DeviceValue | undefined {
  if (x.kind !== "device" || c.kind !== "host" || !isFloat(x.type) || (kind !== "mul" && kind !== "add" && kind !== "sub"))
    return undefined;
  if (x.node.shape.length < 3 || !isPerChannel(c.tensor.shape, x.node.shape)) return undefined;
  const numbers = numbersOf(c);
  const [factor, addend] = kind === "mul" ? [numbers, undefined] : [undefined, kind === "sub" ? numbers.map((value) => -value) : numbers];
  const before = isBatchNorm(x.node) && x.node.inputs.slice(1).every(isParameter) ? x.node : undefined;
  if (before === undefined) {
    const constant = (value: number): Float32Array => new Float32Array(numbers.length).fill(value);
    const [weight, bias] = [factor ?? constant(1), addend ?? constant(0)];
    const y = batchNorm(x.node, values(weight), values(bias), values(constant(0)), values(constant(1)), { epsilon: 0 });
    return device(x.type, y);
  }
  const [input, weight, bias, mean, variance] = before.inputs;
  const [scale, shift] = [weight, bias].map(parameterNumbers);
  if (!scale || !shift) return undefined;
  const scaled = factor ? values(scale.map((value, i) => value * factor[i])) : weight;
  const shifted = values(shift.map((value, i) => (factor ? value * factor[i] : value + (addend?.[i] ?? 0))));
  return device(x.type, batchNorm(input, scaled, shifted, mean, variance, { epsilon: before.attrs.epsilon }));
}

/** [c, 1, 1], [1, c, 1, 1] for a map [n, c, h, w]. */
function isPerChannel(shape: Shape, map: Shape): boolean {
  const aligned = [...Array<number>(Math.max(0, map.length - shape.length)).fill(1), ...shape];
  return aligned.length === map.length && aligned[1] === map[1] && sizeOf(shape) === map[1] && map[1] > 1;
}

const numbersOf = ({ tensor: { data } }: HostValue): Float32Array => (data instanceof Float32Array ? data : Float32Array.from(data));
const parameterNumbers = (node: Node): Float32Array | undefined => (isParameter(node) ? node.attrs.tensor?.data : undefined);
const values = (data: Float32Array): Node => parameter("channels", [data.length], { shape: [data.length], data });
