/** A file with some of its bytes changed, the same for the same seed. */
import { uniform } from "../../uniform.ts";

/** One to eight bytes overwritten; every fourth time the file is cut off too. */
export function generatedBytes(whole: Uint8Array, seed: number): Uint8Array {
  const changed = whole.slice();
  const count = 1 + Math.floor(8 * uniform(seed, 0));
  for (let change = 1; change <= count; change++)
    changed[Math.floor(changed.length * uniform(seed, 2 * change))] = Math.floor(256 * uniform(seed, 2 * change + 1));
  return seed % 4 === 0 ? changed.subarray(0, Math.floor(changed.length * uniform(seed, 99))) : changed;
}
