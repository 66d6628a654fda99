/** Arithmetic, comparisons and logic of elements. */
import type { BinaryKind } from "../../../kernels/binary.ts";
import { isFloat } from "../../../loaders/onnx/element-type.ts";
import { applyBinary, applyUnary, applyWhere, scalar } from "../elementwise.ts";
import type { Call, Operator, Operators } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { typeOf, type Value } from "../value.ts";

const two =
  (kind: BinaryKind): Operator =>
  (call) =>
    applyBinary(kind, call.input(0), call.input(1), call.lift);

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
    return applyBinary("prelu", x, call.input(1), call.lift);
  },
};
