/** Functions of one element at a time, as PyTorch defines them. */
import { type Values, values } from "./values.ts";

const elementwise = (x: Values, f: (x: number) => number): Values => values(x.shape, x.data.map(f));
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

export const relu = (x: Values): Values => elementwise(x, (x) => Math.max(x, 0));
export const relu6 = (x: Values): Values => elementwise(x, (x) => clamp(x, 0, 6));
export const leakyRelu = (x: Values, slope = 0.01): Values => elementwise(x, (x) => (x < 0 ? slope * x : x));
export const sigmoid = (x: Values): Values => elementwise(x, logistic);
export const tanh = (x: Values): Values => elementwise(x, Math.tanh);
export const silu = (x: Values): Values => elementwise(x, (x) => x * logistic(x));
export const hardswish = (x: Values): Values => elementwise(x, (x) => (x * clamp(x + 3, 0, 6)) / 6);
export const hardsigmoid = (x: Values): Values => elementwise(x, (x) => clamp(x + 3, 0, 6) / 6);
export const gelu = (x: Values): Values => elementwise(x, (x) => (x / 2) * (1 + erf(x / Math.SQRT2)));
export const mish = (x: Values): Values => elementwise(x, (x) => x * Math.tanh(Math.log1p(Math.exp(x))));

/** erf(x) = 2/√π · exp(−x²) · Σ 2ᵏ x²ᵏ⁺¹ / (1 · 3 · … · (2k + 1)): all terms have one sign, so nothing cancels. From 6 on it is 1 in float64. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
