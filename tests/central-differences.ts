/** Gradients of the plain twins by central differences in float64, for chosen elements. */
import { sizeOf } from "../src/tensor.ts";
import type { Values } from "./reference/values.ts";
import { uniform } from "./uniform.ts";

/** Operands of up to this many elements are differentiated by all of them, larger ones by a sample of so many. */
const SAMPLE = 48;

/** The elements to differentiate by: all, or a seeded sample with the first and the last. */
export function sampledElements(operand: Values, seed: number): number[] {
  const size = sizeOf(operand.shape);
  if (size <= SAMPLE) return [...operand.data.keys()];
  const chosen = new Set([0, size - 1]);
  for (let k = 0; chosen.size < SAMPLE; k++) chosen.add(Math.floor(uniform(seed, k) * size));
  return [...chosen];
}

/**
 * d/dx Σ f(x) · weights for an element of one of f's operands: (f(x + h) − f(x − h)) / 2h, each output's difference taken before the sum,
 * so that outputs that stay as they are cost no digit. With h = 1e−5 (relative to |x| where that is above 1) rounding comes to 1e−11 and
 * the cubic term to 1e−10 of values and derivatives near 1.
 */
export function centralDifference(
  f: (operands: readonly (Values | undefined)[]) => Values,
  operands: readonly (Values | undefined)[],
  weights: Float32Array,
  operand: number,
  element: number,
): number {
  const x = operands[operand];
  if (!x) throw new RangeError(`central difference: there is no operand ${operand}`);
  const h = 1e-5 * Math.max(1, Math.abs(x.data[element]));
  const [above, below] = [x.data[element] + h, x.data[element] - h];
  const [high, low] = [above, below].map((value) => f(operands.with(operand, { shape: x.shape, data: x.data.with(element, value) })).data);
  return high.reduce((sum, value, i) => sum + (value - low[i]) * weights[i], 0) / (above - below);
}
