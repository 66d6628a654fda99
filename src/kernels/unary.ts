/** Functions of one value, element by element, as ONNX has them; `activation` is what convolutions take in. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** The file and the value of its `params.kind` for each function. */
const kernels = {
  abs: ["unary", 0],
  neg: ["unary", 1],
  floor: ["unary", 2],
  ceil: ["unary", 3],
  round: ["unary", 4],
  trunc: ["unary", 5],
  sign: ["unary", 6],
  sqrt: ["unary", 7],
  reciprocal: ["unary", 8],
  not: ["unary", 9],
  truth: ["unary", 10],
  isNaN: ["unary", 11],
  isInf: ["unary", 12],
  clip: ["unary", 13],
  thresholdedRelu: ["unary", 14],
  softsign: ["unary", 15],
  hardSigmoid: ["unary", 16],
  shrink: ["unary", 17],
  square: ["unary", 18],
  exp: ["unary-exponential", 0],
  log: ["unary-exponential", 1],
  softplus: ["unary-exponential", 2],
  selu: ["unary-exponential", 3],
  sinh: ["unary-exponential", 4],
  cosh: ["unary-exponential", 5],
  tanh: ["unary-exponential", 6],
  asinh: ["unary-exponential", 7],
  acosh: ["unary-exponential", 8],
  atanh: ["unary-exponential", 9],
  erf: ["unary-exponential", 10],
  gelu: ["unary-exponential", 11],
  geluTanh: ["unary-exponential", 12],
  sigmoid: ["unary-exponential", 13],
  mish: ["unary-exponential", 14],
  celu: ["unary-exponential", 15],
  swish: ["unary-exponential", 16],
  expm1: ["unary-exponential", 17],
  sin: ["unary-trigonometric", 0],
  cos: ["unary-trigonometric", 1],
  tan: ["unary-trigonometric", 2],
  asin: ["unary-trigonometric", 3],
  acos: ["unary-trigonometric", 4],
  atan: ["unary-trigonometric", 5],
} as const;

/**
 * round: ties to even · not, truth: 1 or 0 for x = 0, x ≠ 0 · isInf: −∞ where alpha is not 0, +∞ where beta is not · clip: alpha … beta ·
 * thresholdedRelu: x above alpha, else 0 · hardSigmoid: alpha · x + beta within 0 … 1 · shrink: x ± beta past ±alpha, else 0 ·
 * selu: beta · (x, or alpha · (eˣ − 1) below 0) · celu: x, or alpha · (e^(x / alpha) − 1) below 0 · swish: x · sigmoid(alpha · x).
 */
export type UnaryKind = keyof typeof kernels;

interface UnaryAttrs {
  readonly kind: UnaryKind;
  readonly alpha: number;
  readonly beta: number;
}

/** f(x) for each element. */
export const unary = (kind: UnaryKind, x: Node, { alpha = 0, beta = 0 }: { readonly alpha?: number; readonly beta?: number } = {}): Node =>
  apply(op, [x], { kind, alpha, beta });

const op: Op<UnaryAttrs> = {
  name: "unary",
  inputs: ["x"],
  shape: ([x]) => x,
  launches({ attrs: { kind, alpha, beta }, shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    const [shader, code] = kernels[kind];
    return [
      {
        shader,
        bind: ["x", "y"],
        params: { size: vectors, channels, blocks, kind: code, alpha, beta },
        workgroups: grid(vectors),
      },
    ];
  },
};
