/** The functions of the element-wise kernels on plain numbers: constants are folded with them. */
import type { BinaryKind } from "../../kernels/binary.ts";
import type { UnaryKind } from "../../kernels/unary.ts";

type Unary = (x: number, alpha: number, beta: number) => number;
type Binary = (a: number, b: number) => number;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** 1 − erf a for a ≥ 0, to 1.2e-7 of itself (Press et al. 1992, "erfcc"). */
function complement(a: number): number {
  const t = 1 / (1 + 0.5 * a);
  const coefficients = [0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368];
  return t * Math.exp(-a * a - 1.26551223 + t * coefficients.reduce((sum, coefficient) => sum * t + coefficient));
}

/** The error function, to 1.2e-7: the Taylor series near 0, where the fit would cancel. */
function erf(x: number): number {
  if (Math.abs(x) > 0.5) return Math.sign(x) * (1 - complement(Math.abs(x)));
  let [term, sum] = [x, x];
  for (let k = 1; k < 20; k++) {
    term *= -(x * x) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** The nearest whole number, ties to even. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}

export const unaryFunctions: Readonly<Record<UnaryKind, Unary>> = {
  abs: Math.abs,
  neg: (x) => -x,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
  sign: Math.sign,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  not: (x) => Number(x === 0),
  truth: (x) => Number(x !== 0),
  isNaN: (x) => Number(Number.isNaN(x)),
  isInf: (x, alpha, beta) => Number((x === Number.NEGATIVE_INFINITY && alpha !== 0) || (x === Number.POSITIVE_INFINITY && beta !== 0)),
  clip: (x, alpha, beta) => Math.min(Math.max(x, alpha), beta),
  thresholdedRelu: (x, alpha) => (x > alpha ? x : 0),
  softsign: (x) => x / (1 + Math.abs(x)),
  hardSigmoid: (x, alpha, beta) => Math.min(Math.max(alpha * x + beta, 0), 1),
  shrink: (x, alpha, beta) => (x < -alpha ? x + beta : x > alpha ? x - beta : 0),
  square: (x) => x * x,
  exp: Math.exp,
  log: Math.log,
  softplus,
  selu: (x, alpha, beta) => beta * (x < 0 ? alpha * Math.expm1(x) : x),
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf,
  gelu: (x) => (x < 0 ? 0.5 * x * complement(-x / Math.SQRT2) : 0.5 * x * (1 + erf(x / Math.SQRT2))),
  geluTanh: (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)),
  sigmoid,
  mish: (x) => x * Math.tanh(softplus(x)),
  celu: (x, alpha) => (x < 0 ? alpha * Math.expm1(x / alpha) : x),
  swish: (x, alpha) => x * sigmoid(alpha * x),
  expm1: Math.expm1,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
};

const remainder: Binary = (a, b) => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};

export const binaryFunctions: Readonly<Record<BinaryKind, Binary>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => (b === 0 || a === 1 ? 1 : a ** b),
  min: Math.min,
  max: Math.max,
  mod: remainder,
  fmod: (a, b) => a % b,
  equal: (a, b) => Number(a === b),
  less: (a, b) => Number(a < b),
  lessOrEqual: (a, b) => Number(a <= b),
  greater: (a, b) => Number(a > b),
  greaterOrEqual: (a, b) => Number(a >= b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
  xor: (a, b) => Number((a !== 0) !== (b !== 0)),
  prelu: (a, b) => (a < 0 ? a * b : a),
};
