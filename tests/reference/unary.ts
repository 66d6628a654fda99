/** Functions of one value, element by element, by their definitions. */
import type { UnaryKind } from "../../src/kernels/unary.ts";
import { type Values, values } from "./values.ts";

export interface UnaryCall {
  readonly kind: UnaryKind;
  readonly alpha?: number;
  readonly beta?: number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);

/** Σ (−1)ᵏ x^(2k+1) / (k! (2k+1)), which converges everywhere; 1 to the last digit past 6. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let k = 1; k < 200; k++) {
    term *= -(x * x) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const functions: Readonly<Record<UnaryKind, (x: number, alpha: number, beta: number) => number>> = {
  abs: Math.abs,
  neg: (x) => -x,
  floor: Math.floor,
  ceil: Math.ceil,
  round: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  trunc: Math.trunc,
  sign: Math.sign,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  not: (x) => (x === 0 ? 1 : 0),
  truth: (x) => (x === 0 ? 0 : 1),
  isNaN: (x) => (Number.isNaN(x) ? 1 : 0),
  isInf: (x, alpha, beta) => ((x === -Infinity && alpha) || (x === Infinity && beta) ? 1 : 0),
  clip: (x, alpha, beta) => Math.min(Math.max(x, alpha), beta),
  thresholdedRelu: (x, alpha) => (x > alpha ? x : 0),
  softsign: (x) => x / (1 + Math.abs(x)),
  hardSigmoid: (x, alpha, beta) => Math.min(Math.max(alpha * x + beta, 0), 1),
  shrink: (x, alpha, beta) => (x < -alpha ? x + beta : x > alpha ? x - beta : 0),
  square: (x) => x * x,
  exp: Math.exp,
  log: Math.log,
  softplus,
  selu: (x, alpha, beta) => (x < 0 ? beta * alpha * Math.expm1(x) : beta * x),
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf,
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  sigmoid,
  mish: (x) => x * Math.tanh(softplus(x)),
  celu: (x, alpha) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)),
  swish: (x, alpha) => x * sigmoid(alpha * x),
  expm1: Math.expm1,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
};

export const unary = (x: Values, { kind, alpha = 0, beta = 0 }: UnaryCall): Values =>
  values(
    x.shape,
    x.data.map((value) => functions[kind](value, alpha, beta)),
  );
