/** Values held in few bits: quantised networks are computed as the floats that their steps stand for. */
import type { ElementType } from "../../../loaders/onnx/element-type.ts";
import { integerRange } from "../../../loaders/onnx/element-type.ts";
import type { Shape } from "../../../tensor.ts";
import { applyBinary, applyUnary } from "../elementwise.ts";
import { reshape } from "../movement.ts";
import { axisOf, type Call, type Operators } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { shapeOf, typeOf, type Value } from "../value.ts";
import { cast } from "./constants.ts";

export const quantization: Operators = {
  /** (x − zero point) · scale */
  DequantizeLinear: (call) => {
    const { scale, zero } = steps(call);
    const x = cast(call.input(0), "float32", call.lift);
    const y = applyBinary("mul", zero ? applyBinary("sub", x, zero, call.lift) : x, scale, call.lift);
    return cast(y, typeOf(call.input(1)), call.lift);
  },
  /** x / scale to the nearest whole number, ties to even, plus the zero point, within the type's range. */
  QuantizeLinear: (call) => {
    const { scale, zero, type } = steps(call);
    const x = cast(call.input(0), "float32", call.lift);
    const whole = applyUnary("round", applyBinary("div", x, scale, call.lift), call.lift);
    const [alpha, beta] = integerRange(type) ?? refuse(`to ${type} is not done`);
    if (beta > 65535 || beta < 127) refuse(`to ${type} is not done`);
    return cast(applyUnary("clip", zero ? applyBinary("add", whole, zero, call.lift) : whole, call.lift, { alpha, beta }), type, call.lift);
  },
};

/** Scale and zero point: one for all, or one for each place along an axis. */
function steps(call: Call): { scale: Value; zero: Value | undefined; type: ElementType } {
  const shape = shapeOf(call.input(0));
  if (call.int("block_size", 0) !== 0) refuse("in blocks is not done");
  if (call.int("output_dtype", 0) !== 0 || call.int("precision", 0) !== 0) refuse("to a type that an attribute names is not done");
  if (call.int("saturate", 1) !== 1) refuse("without saturation is not done");
  const axis = shapeOf(call.input(1)).length === 0 ? 0 : axisOf(call.int("axis", 1), Math.max(shape.length, 2));
  if (shapeOf(call.input(1)).length === 0) call.int("axis", 1);
  const zero = call.inputs[2];
  const type = zero ? typeOf(zero) : call.operator === "QuantizeLinear" ? "uint8" : typeOf(call.input(0));
  if (!integerRange(type)) refuse(`of ${type} is not done`);
  const placed = (value: Value): Value => reshape(cast(value, "float32", call.lift), along(shapeOf(value), shape, axis));
  return { scale: placed(call.input(1)), zero: zero && placed(zero), type };
}

/** A list as an axis of a value; a number alone fits everything. */
function along(list: Shape, shape: Shape, axis: number): Shape {
  if (list.length === 0 || (list.length === 1 && list[0] === 1)) return [];
  if (list.length !== 1 || list[0] !== shape[axis]) refuse(`scales [${list.join(", ")}] along axis ${axis} of [${shape.join(", ")}]`);
  return shape.map((size, at) => (at === axis ? size : 1));
}
