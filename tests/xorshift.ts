/** Seeded whole numbers for tests that draw their cases (Marsaglia's xorshift, 2003). */

/** A function that draws a whole number below its argument; the same seed draws the same numbers. */
export function xorshift(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
