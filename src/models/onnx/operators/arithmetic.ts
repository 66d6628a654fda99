/** Arithmetic, comparisons and logic of elements. */
import type { BinaryKind } from "../../../kernels/binary.ts";
import { isFloat } from "../../../loaders/onnx/element-type.ts";
import { applyChannelwise } from "../channelwise.ts";
import { applyBinary, applyUnary, applyWhere, scalar } from "../elementwise.ts";
import { reshape, sameShape } from "../movement.ts";
import { axisOf, type Call, type Operator, type Operators } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { shapeOf, typeOf, type Value } from "../value.ts";

const two =
  (kind: BinaryKind): Operator =>
  (call) => {
    const [a, b] = [call.input(0), call.opset < 7 ? placed(call) : call.input(1)];
    const swapped = kind === "add" || kind === "mul" ? applyChannelwise(kind, b, a) : undefined;
    return applyChannelwise(kind, a, b) ?? swapped ?? applyBinary(kind, a, b, call.lift);
  };

/** Before operator set 7 the second operand was said to begin at an axis of the first, and repeated along all after it. */
function placed(call: Call): Value {
  const [shape, other] = [shapeOf(call.input(0)), shapeOf(call.input(1))];
  if (call.int("broadcast", 0) === 0 && !sameShape(shape, other)) refuse("shapes differ and attribute broadcast is not set");
  const first = call.has("axis") ? axisOf(call.int("axis", 0), shape.length) : shape.length - other.length;
  return reshape(call.input(1), [...other, ...Array<number>(Math.max(0, shape.length - first - other.length)).fill(1)]);
}

const many =
  (kind: BinaryKind): Operator =>
  (call) =>
    folded(kind, call);

function folded(kind: BinaryKind, { inputs, input, lift }: Call): Value {
  return inputs.slice(1).reduce((sum: Value, _, index) => applyBinary(kind, sum, input(index + 1), lift), input(0));
}

export const arithmetic: Operators = {
  Add: two("add"),
  Sub: two("sub"),
  Mul: two("mul"),
  Div: two("div"),
  Pow: (call) => {
    // Whole numbers to a power are whole: worked out exactly or not at all.
    if (!isFloat(typeOf(call.input(0)))) call.known(1);
    return applyBinary("pow", call.input(0), call.input(1), call.lift);
  },
  Mod: (call) => {
    const isC = call.int("fmod", 0) === 1;
    return applyBinary(isC ? "fmod" : "mod", call.input(0), call.input(1), call.lift);
  },
  Min: many("min"),
  Max: many("max"),
  Sum: many("add"),
  Mean: (call) => {
    const sum = folded("add", call);
    return applyBinary("mul", sum, scalar(typeOf(sum), 1 / call.inputs.length), call.lift);
  },
  Equal: two("equal"),
  Less: two("less"),
  LessOrEqual: two("lessOrEqual"),
  Greater: two("greater"),
  GreaterOrEqual: two("greaterOrEqual"),
  And: two("and"),
  Or: two("or"),
  Xor: two("xor"),
  Not: (call) => applyUnary("not", call.input(0), call.lift, { type: "bool", bound: 1 }),
  Where: (call) => applyWhere(call.input(0), call.input(1), call.input(2), call.lift),
  IsNaN: (call) => applyUnary("isNaN", call.input(0), call.lift, { type: "bool", bound: 1 }),
  IsInf: (call) => {
    const [alpha, beta] = [call.int("detect_negative", 1), call.int("detect_positive", 1)];
    return applyUnary("isInf", call.input(0), call.lift, { alpha, beta, type: "bool", bound: 1 });
  },
  PRelu: (call) => {
    const x = call.input(0);
    if (!isFloat(typeOf(x))) refuse(`of ${typeOf(x)} is not done`);
    const [slope, rank] = [call.input(1), shapeOf(x).length];
    // Before operator set 7 a list of slopes was one a channel.
    const isOld = call.opset < 7 && shapeOf(slope).length === 1 && rank > 2;
    return applyBinary("prelu", x, isOld ? reshape(slope, [...shapeOf(slope), ...Array<number>(rank - 2).fill(1)]) : slope, call.lift);
  },
};
