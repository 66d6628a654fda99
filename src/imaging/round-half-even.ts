/** Rounding as IEEE 754, C and Python do it by default. */

/** The nearest integer, of two equally near the even one; `Math.round` takes the upper. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}
