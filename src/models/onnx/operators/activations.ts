/** Functions of one element. */
import { hardswish, leakyRelu, relu, relu6 } from "../../../kernels/activation.ts";
import type { Node } from "../../../kernels/op.ts";
import type { UnaryKind } from "../../../kernels/unary.ts";
import { isFloat } from "../../../loaders/onnx/element-type.ts";
import { applyBinary, applyUnary } from "../elementwise.ts";
import { retyped } from "../movement.ts";
import type { Call, Operator, Operators } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { device, type HostValue, typeOf, type Value } from "../value.ts";

const one =
  (kind: UnaryKind): Operator =>
  (call) =>
    applyUnary(kind, call.input(0), call.lift);

/** Those that convolutions compute in their epilogue, or that have a kernel of their own. */
const quick =
  (build: (x: Node) => Node, slow: UnaryKind, options: { alpha?: number; beta?: number } = {}): Operator =>
  (call) => {
    const x = call.input(0);
    return x.kind === "device" ? retyped(x, build(x.node)) : applyUnary(slow, x, call.lift, options);
  };

export const activations: Operators = {
  Abs: one("abs"),
  Neg: one("neg"),
  Floor: one("floor"),
  Ceil: one("ceil"),
  Round: one("round"),
  Sign: one("sign"),
  Sqrt: one("sqrt"),
  Reciprocal: one("reciprocal"),
  Exp: one("exp"),
  Log: one("log"),
  Sin: one("sin"),
  Cos: one("cos"),
  Tan: one("tan"),
  Asin: one("asin"),
  Acos: one("acos"),
  Atan: one("atan"),
  Sinh: one("sinh"),
  Cosh: one("cosh"),
  Tanh: one("tanh"),
  Asinh: one("asinh"),
  Acosh: one("acosh"),
  Atanh: one("atanh"),
  Erf: one("erf"),
  Sigmoid: one("sigmoid"),
  Softplus: one("softplus"),
  Softsign: one("softsign"),
  Mish: one("mish"),
  Relu: quick(relu, "clip", { alpha: 0, beta: Number.POSITIVE_INFINITY }),
  HardSwish: (call) => {
    const x = call.input(0);
    if (x.kind === "device") return retyped(x, hardswish(x.node));
    return applyBinary("mul", x, applyUnary("hardSigmoid", x, call.lift, { alpha: 1 / 6, beta: 0.5 }), call.lift);
  },
  LeakyRelu: (call) => {
    const alpha = call.float("alpha", 0.01);
    return retyped(device(typeOf(call.input(0)), call.node(0)), leakyRelu(call.node(0), alpha));
  },
  Elu: (call) => applyUnary("selu", call.input(0), call.lift, { alpha: call.float("alpha", 1), beta: 1 }),
  Selu: (call) => {
    const options = { alpha: call.float("alpha", 1.6732632423543772), beta: call.float("gamma", 1.0507009873554805) };
    return applyUnary("selu", call.input(0), call.lift, options);
  },
  Celu: (call) => applyUnary("celu", call.input(0), call.lift, { alpha: call.float("alpha", 1) }),
  HardSigmoid: (call) =>
    applyUnary("hardSigmoid", call.input(0), call.lift, { alpha: call.float("alpha", 0.2), beta: call.float("beta", 0.5) }),
  ThresholdedRelu: (call) => applyUnary("thresholdedRelu", call.input(0), call.lift, { alpha: call.float("alpha", 1) }),
  Shrink: (call) => {
    const options = { alpha: call.float("lambd", 0.5), beta: call.float("bias", 0) };
    if (!isFloat(typeOf(call.input(0)))) refuse(`of ${typeOf(call.input(0))} is not done`);
    return applyUnary("shrink", call.input(0), call.lift, options);
  },
  Gelu: (call) => {
    const approximate = call.text("approximate", "none");
    if (approximate !== "none" && approximate !== "tanh") refuse(`attribute approximate is ${approximate}`);
    return applyUnary(approximate === "tanh" ? "geluTanh" : "gelu", call.input(0), call.lift);
  },
  Swish: (call) => applyUnary("swish", call.input(0), call.lift, { alpha: call.float("alpha", 1) }),
  Clip: clip,
};

/** Bounds were attributes before operator set 11. Known ones are part of the kernel; 0 and 6 become ReLU6, which convolutions take in. */
function clip(call: Call): Value {
  const x = call.input(0);
  const [low, high] = call.inputs.slice(1);
  const known = (value: Value | undefined): value is HostValue | undefined => value === undefined || value.kind === "host";
  if (!known(low) || !known(high)) {
    const raised = low ? applyBinary("max", x, low, call.lift) : x;
    return high ? applyBinary("min", raised, high, call.lift) : raised;
  }
  const [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const isOld = call.opset < 11;
  const alpha = isOld ? call.float("min", -3.4028234663852886e38) : (low?.tensor.data[0] ?? least);
  const beta = isOld ? call.float("max", 3.4028234663852886e38) : (high?.tensor.data[0] ?? most);
  if (x.kind === "device" && isFloat(x.type) && alpha === 0 && beta === 6) return retyped(x, relu6(x.node));
  if (x.kind === "device" && isFloat(x.type) && alpha === 0 && beta > 3.4e38) return retyped(x, relu(x.node));
  // Where the bounds cross, the upper one wins, as min(max(x, low), high) does.
  return applyUnary("clip", x, call.lift, { alpha: Math.min(alpha, beta), beta, bound: x.kind === "device" ? x.bound : undefined });
}
