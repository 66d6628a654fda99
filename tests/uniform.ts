/** A number in [0, 1) that follows from the seed and the counter alone (the finaliser of MurmurHash3). */
export function uniform(seed: number, counter: number): number {
  let bits = Math.imul(counter + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca77);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 8) / 2 ** 24;
}
