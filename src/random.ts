/** Random numbers that are a function of (seed, index), the same in every engine and in any order. */

/** A uniform number in [0, 1) with 32 random bits: the finaliser of MurmurHash3 over seed and index. */
export function random(seed: number, index: number): number {
  let h = Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x27d4eb2f);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}
