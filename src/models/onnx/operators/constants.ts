/** Constants, what is known of a value, and casts from one type to another. */
import type { Node } from "../../../kernels/op.ts";
import { roundFloat } from "../../../kernels/round-float.ts";
import { type ElementType, elementTypeOf, integerRange, isFloat } from "../../../loaders/onnx/element-type.ts";
import { hostTensor, roomFor, wrapped } from "../../../loaders/onnx/host-tensor.ts";
import { type FloatFormat, formatOf, roundTo } from "../../../loaders/onnx/small-float.ts";
import { decodeTensor, type OnnxTensor } from "../../../loaders/onnx/tensor.ts";
import { sizeOf } from "../../../tensor.ts";
import { applyBinary, applyUnary, applyWhere, scalar } from "../elementwise.ts";
import { reshape } from "../movement.ts";
import { axisOf, type Call, type Operators, shapeAtLeast } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { checkSize, device, type HostValue, host, LARGEST_INTEGER, type Lift, shapeOf, typeOf, type Value } from "../value.ts";
import { shapeValue } from "./shaping.ts";

export const constants: Operators = {
  Constant: constant,
  ConstantOfShape: (call) => {
    const shape = call.list(0) ?? refuse("input 0 is missing");
    const tensor = call.tensor("value");
    const { tensor: value } = tensor ? constantOf(tensor) : scalar("float32", 0);
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) refuse(`of [${shape.join(", ")}], which is no shape`);
    checkSize(shape);
    return host({ type: value.type, shape, data: roomFor(value.type, sizeOf(shape)).fill(value.data[0]) });
  },
  Range: (call) => {
    const [start, limit, delta] = [0, 1, 2].map((index) => call.known(index)?.tensor.data[0] ?? refuse(`input ${index} is missing`));
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    checkSize([count]);
    const type = typeOf(call.input(0));
    return cast(
      host(
        hostTensor(
          isFloat(type) ? "float64" : type,
          [count],
          Array.from({ length: count }, (_, i) => start + i * delta),
        ),
      ),
      type,
      call.lift,
    );
  },
  Shape: (call) => {
    const shape = shapeOf(call.input(0));
    const rank = shape.length;
    const place = (given: number): number => Math.min(Math.max(given < 0 ? given + rank : given, 0), rank);
    return shapeValue(shape.slice(place(call.int("start", 0)), place(call.int("end", rank))));
  },
  Size: (call) => host(hostTensor("int64", [], [sizeOf(shapeOf(call.input(0)))])),
  Cast: (call) => {
    const type = elementTypeOf(call.int("to", 0)) ?? refuse(`to type ${call.int("to", 0)}`);
    if (call.has("round_mode") && type === "float8e8m0") call.text("round_mode", "up");
    return cast(call.input(0), type, call.lift, call.int("saturate", 1) === 1);
  },
  CastLike: (call) => cast(call.input(0), typeOf(call.input(1)), call.lift, call.int("saturate", 1) === 1),
  EyeLike: (call) => {
    const [rows, columns] = shapeAtLeast(call, 2);
    const type = call.has("dtype") ? (elementTypeOf(call.int("dtype", 0)) ?? refuse("attribute dtype")) : typeOf(call.input(0));
    const shift = call.int("k", 0);
    return host(
      hostTensor(
        type,
        [rows, columns],
        Array.from({ length: rows * columns }, (_, i) => Number((i % columns) - Math.floor(i / columns) === shift)),
      ),
    );
  },
  /** In inference it passes its input on. */
  Dropout: (call) => {
    call.int("seed", 0);
    const ratio = call.opset < 12 ? call.float("ratio", 0.5) : (call.known(1)?.tensor.data[0] ?? 0.5);
    if (call.opset < 7) refuse("of operator sets before 7 is not done");
    const isTraining = call.opset >= 12 && (call.known(2)?.tensor.data[0] ?? 0) !== 0;
    if (isTraining && ratio !== 0) refuse("in training is not done");
    const shape = shapeOf(call.input(0));
    const mask = call.outputs > 1 ? host({ type: "bool", shape, data: roomFor("bool", sizeOf(shape)).fill(1) }) : undefined;
    return [call.input(0), mask];
  },
  OneHot: (call) => {
    const depth = call.known(1)?.tensor.data[0] ?? refuse("input 1 is missing");
    const indices = call.input(0);
    const shape = shapeOf(indices);
    if (!(depth > 0)) refuse(`of ${depth} places is not done`);
    checkSize([depth, ...shape]);
    const axis = axisOf(call.int("axis", -1), shape.length + 1);
    const counted = (offset: number): HostValue =>
      host(
        hostTensor(
          typeOf(indices),
          [depth, ...shape.slice(axis).map(() => 1)],
          Array.from({ length: depth }, (_, i) => i + offset),
        ),
      );
    const apart = reshape(indices, [...shape.slice(0, axis), 1, ...shape.slice(axis)]);
    // Negative indices count from the end.
    const hit = applyBinary(
      "or",
      applyBinary("equal", apart, counted(0), call.lift),
      applyBinary("equal", apart, counted(-depth), call.lift),
      call.lift,
    );
    const values = call.known(2) ?? refuse("input 2 is missing");
    const [off, on] = Array.from(values.tensor.data, (value) => scalar(values.tensor.type, value));
    return applyWhere(hit, on, off, call.lift);
  },
};

/** The values of a stored tensor. */
export function constantOf(tensor: OnnxTensor): HostValue {
  const decoded =
    decodeTensor(tensor) ?? refuse(`a constant of ${tensor.type}${tensor.content.kind === "external" ? " in another file" : ""}`);
  return host(decoded, tensor.name || undefined);
}

function constant(call: Call): Value {
  const tensor = call.tensor("value");
  if (tensor) return constantOf(tensor);
  if (call.has("value_float")) return scalar("float32", call.float("value_float", 0));
  if (call.has("value_int")) return scalar("int64", call.int("value_int", 0));
  const floats = call.has("value_floats") ? call.floats("value_floats") : undefined;
  if (floats) return host(hostTensor("float32", [floats.length], floats));
  const ints = call.has("value_ints") ? call.ints("value_ints") : undefined;
  if (ints) return host(hostTensor("int64", [ints.length], ints));
  return refuse("has no value that is read");
}

/**
 * The value under another type. Fractions are cut off; values outside an integer type wrap, where ONNX leaves open what happens.
 * Formats of 16 bits and fewer round to nearest, ties to even, and stay numbers of float32.
 */
export function cast(x: Value, type: ElementType, lift: Lift, saturate = true): Value {
  const from = typeOf(x);
  if (type === "string" || type.startsWith("complex") || type === "float8e8m0") refuse(`${from} to ${type} is not done`);
  if (from === type) return x;
  return x.kind === "host" ? castOnHost(x, type, saturate) : castNode(x, type, lift, saturate);
}

function castOnHost({ tensor: { type: from, shape, data } }: HostValue, type: ElementType, saturate: boolean): Value {
  const format = formatOf(type);
  const saturates = saturate && type.startsWith("float8");
  const convert = (value: number): number => {
    if (format) return roundTo(format, Math.fround(value), saturates);
    if (isFloat(type)) return value;
    if (type === "bool") return Number(value !== 0);
    return wrapped(type, isFloat(from) ? Math.trunc(value) : value);
  };
  return host(hostTensor(type, shape, Array.from(data, convert)));
}

/** The nearest values of a format, still stored as float32. */
function rounded(x: Node, format: FloatFormat, saturate = false): Node {
  const { mantissaBits, bias, largest, specials } = format;
  return roundFloat(x, {
    mantissaBits,
    leastExponent: 1 - bias,
    largest,
    overflow: roundTo(format, Number.MAX_VALUE, saturate),
    infinity: roundTo(format, Number.POSITIVE_INFINITY, saturate),
    nan: roundTo(format, Number.NaN, saturate),
    negativeZero: specials !== "negative zero",
  });
}

function castNode(x: Extract<Value, { kind: "device" }>, type: ElementType, lift: Lift, saturate: boolean): Value {
  if (type === "bool") return applyUnary("truth", x, lift, { type, bound: 1 });
  const format = formatOf(type);
  if (format) return device(type, rounded(x.node, format, saturate && type.startsWith("float8")));
  if (isFloat(type)) return device(type, x.node);
  const [least, most] = integerRange(type) ?? refuse(`${x.type} to ${type} is not done`);
  if (isFloat(x.type)) {
    // Four and two bits are for packed weights; a wrapped result would need more than cutting off the fraction.
    if (most < 127) refuse(`computed ${x.type} values to ${type} is not done`);
    return applyUnary("trunc", x, lift, { type, bound: Number.POSITIVE_INFINITY });
  }
  if (x.bound > most || (least === 0 && x.type.startsWith("int")) || x.bound > LARGEST_INTEGER)
    refuse(`computed ${x.type} values to ${type} may wrap`);
  return device(type, x.node, x.bound);
}
