/** The nearest value of a floating-point format, found among all of them; of two equally near ones that with an even code. */
import type { RoundFloatOptions } from "../../src/kernels/round-float.ts";
import { type Values, values } from "./values.ts";

export function roundFloat(x: Values, { mantissaBits, leastExponent, largest, overflow, infinity, nan }: RoundFloatOptions): Values {
  const grid = [0];
  for (let code = 1; grid[grid.length - 1] < largest; code++) {
    const exponent = Math.floor(code / 2 ** mantissaBits);
    const mantissa = code % 2 ** mantissaBits;
    const scale = 2 ** (leastExponent + Math.max(exponent, 1) - 1 - mantissaBits);
    grid.push(((exponent > 0 ? 2 ** mantissaBits : 0) + mantissa) * scale);
  }
  const past = 2 * largest - grid[grid.length - 2];
  const nearest = (magnitude: number): number => {
    const above = [...grid, past].findIndex((value) => value >= magnitude);
    if (above <= 0) return above === 0 ? 0 : overflow;
    const [low, high] = [grid[above - 1], grid[above] ?? past];
    const isHigh = magnitude - low > high - magnitude || (magnitude - low === high - magnitude && above % 2 === 0);
    return isHigh ? (high > largest ? overflow : high) : low;
  };
  return values(
    x.shape,
    x.data.map((value) => {
      if (Number.isNaN(value)) return nan;
      return Math.sign(value) * (Number.isFinite(value) ? nearest(Math.abs(value)) : infinity);
    }),
  );
}
