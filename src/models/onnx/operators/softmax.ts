/** Softmax and its relatives along an axis. */
import { argMax } from "../../../kernels/arg-extreme.ts";
import { binary } from "../../../kernels/binary.ts";
import type { Node } from "../../../kernels/op.ts";
import { reshape } from "../../../kernels/reshape.ts";
import { logSoftmax, softmax } from "../../../kernels/softmax.ts";
import { transpose } from "../../../kernels/transpose.ts";
import { type Shape, sizeOf } from "../../../tensor.ts";
import { scalar } from "../elementwise.ts";
import { axisOf, type Call, type Operators, shapeAtLeast } from "../operator.ts";
import { device, host, typeOf, type Value } from "../value.ts";

export const softmaxes: Operators = {
  Softmax: (call) => along(call, overChannels(softmax)),
  LogSoftmax: (call) => along(call, overChannels(logSoftmax)),
  Hardmax: (call) => along(call, (x, axis) => oneHot(x, axis, call)),
};

/** Before operator set 13 the axis and all after it were taken as one, and the axis was 1 unless said otherwise. */
function along(call: Call, build: (x: Node, axis: number) => Node): Value {
  const shape = shapeAtLeast(call, 1);
  const isOld = call.opset < 13;
  const axis = axisOf(call.int("axis", isOld ? 1 : -1), shape.length);
  const x = call.node(0);
  if (!isOld) return device(typeOf(call.input(0)), build(x, axis));
  const rows = build(reshape(x, [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]), 1);
  return device(typeOf(call.input(0)), reshape(rows, shape));
}

/** The kernel works on axis 1: another is brought there and back. */
const overChannels =
  (build: (x: Node) => Node) =>
  (x: Node, axis: number): Node => {
    if (x.shape.length === 1) return reshape(build(reshape(x, [1, x.shape[0]])), x.shape);
    if (axis === 1) return build(x);
    const order = swapped(x.shape, axis);
    return transpose(build(transpose(x, order)), order);
  };

const swapped = (shape: Shape, axis: number): number[] => shape.map((_, at) => (at === 1 ? axis : at === axis ? 1 : at));

/** 1 at the first of the largest elements, 0 elsewhere. */
function oneHot(x: Node, axis: number, { lift }: Call): Node {
  const places = Array.from({ length: x.shape[axis] }, (_, place) => place);
  const shape = x.shape.map((size, at) => (at === axis ? size : 1));
  const counted = lift(host({ type: "float32", shape, data: Float32Array.from(places) }));
  const hit = binary("equal", argMax(x, { axis }), counted);
  return x.shape[axis] === 1 ? binary("equal", hit, lift(scalar("float32", 1))) : hit;
}
