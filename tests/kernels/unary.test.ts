/** Functions of one value agree with their definitions to a few units in the last place, near 0 and far from it. */
import type { Node } from "../../src/kernels/op.ts";
import { unary } from "../../src/kernels/unary.ts";
import { describeOp, type OpCase } from "../describe-op.ts";
import { unary as reference, type UnaryCall } from "../reference/unary.ts";

const build = (x: Node, { kind, ...options }: UnaryCall): Node => unary(kind, x, options);

/** 105 values from `low` to `high`, evenly; in 5 channels, so that pad lanes must be masked. */
const over = (options: UnaryCall, low: number, high: number): OpCase<UnaryCall> => ({
  name: `from ${low} to ${high}`,
  shapes: [[21, 5]],
  options,
  values: (_, element) => low + ((high - low) * element) / 104,
});

/** The same near 0, where what cancels shows: the tolerance follows the largest value. */
const near = (options: UnaryCall): OpCase<UnaryCall> => over(options, -0.01, 0.0104);

describeOp("unary", build, reference, [
  over({ kind: "abs" }, -3, 3),
  over({ kind: "neg" }, -3, 3),
  over({ kind: "floor" }, -5.2, 5.2),
  over({ kind: "ceil" }, -5.2, 5.2),
  over({ kind: "round" }, -13, 13),
  over({ kind: "trunc" }, -5.2, 5.2),
  over({ kind: "sign" }, -5.2, 5.2),
  over({ kind: "sqrt" }, 0, 9),
  over({ kind: "reciprocal" }, 0.5, 9),
  over({ kind: "not" }, -5.2, 5.2),
  over({ kind: "truth" }, -5.2, 5.2),
  over({ kind: "clip", alpha: -1, beta: 2 }, -5, 5),
  over({ kind: "thresholdedRelu", alpha: 1 }, -5, 5),
  over({ kind: "softsign" }, -5, 5),
  over({ kind: "hardSigmoid", alpha: 0.2, beta: 0.5 }, -5, 5),
  over({ kind: "shrink", alpha: 1, beta: 0.5 }, -5, 5),
  over({ kind: "square" }, -5, 5),
  over({ kind: "exp" }, -9, 9),
  over({ kind: "expm1" }, -4, 4),
  near({ kind: "expm1" }),
  over({ kind: "log" }, 0.001, 12),
  over({ kind: "log" }, 0.9, 1.1),
  over({ kind: "log" }, 1e-30, 1e30),
  over({ kind: "softplus" }, -9, 9),
  over({ kind: "softplus" }, -19, -9),
  over({ kind: "selu", alpha: 1.67, beta: 1.05 }, -5, 5),
  over({ kind: "celu", alpha: 2 }, -5, 5),
  over({ kind: "swish", alpha: 1.5 }, -5, 5),
  over({ kind: "sinh" }, -5, 5),
  near({ kind: "sinh" }),
  over({ kind: "cosh" }, -5, 5),
  over({ kind: "tanh" }, -5, 5),
  near({ kind: "tanh" }),
  over({ kind: "asinh" }, -50, 50),
  near({ kind: "asinh" }),
  over({ kind: "acosh" }, 1, 50),
  over({ kind: "acosh" }, 1, 1.01),
  over({ kind: "atanh" }, -0.99, 0.99),
  near({ kind: "atanh" }),
  over({ kind: "erf" }, -4, 4),
  near({ kind: "erf" }),
  over({ kind: "gelu" }, -4, 4),
  over({ kind: "gelu" }, -5, -3.5),
  over({ kind: "geluTanh" }, -4, 4),
  over({ kind: "sigmoid" }, -9, 9),
  over({ kind: "sigmoid" }, -19, -9),
  over({ kind: "mish" }, -5, 5),
  over({ kind: "sin" }, -20, 20),
  over({ kind: "cos" }, -20, 20),
  over({ kind: "tan" }, -1.4, 1.4),
  over({ kind: "asin" }, -1, 1),
  over({ kind: "acos" }, -1, 1),
  over({ kind: "acos" }, 0.9999, 1),
  over({ kind: "atan" }, -30, 30),
  near({ kind: "atan" }),
]);

const special = [0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describeOp("unary, of what is no number", build, reference, [
  { name: "NaN alone is NaN", shapes: [[1, 6]], options: { kind: "isNaN" }, values: (_, element) => special[element] },
  { name: "both infinities", shapes: [[1, 6]], options: { kind: "isInf", alpha: 1, beta: 1 }, values: (_, element) => special[element] },
  { name: "that below alone", shapes: [[1, 6]], options: { kind: "isInf", alpha: 1 }, values: (_, element) => special[element] },
]);
