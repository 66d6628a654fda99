/** Deflated bytes, up to a limit: a few of them may claim to be any number. */
import { Inflate, Unzlib } from "fflate";

/** Bytes inflated at a time: each may give 1032, so that the limit is overshot by little. */
const STEP = 2 ** 14;

/**
 * Inflates a stream (RFC 1951), or one with zlib's header (RFC 1950).
 * @returns the bytes in parts, or undefined where there are more than `limit`.
 * @throws Error where the stream is damaged or ends early.
 */
export function inflateUpTo(bytes: Uint8Array, limit: number, wrapping: "raw" | "zlib"): Uint8Array[] | undefined {
  const chunks: Uint8Array[] = [];
  let [length, isWhole] = [0, false];
  const take = (chunk: Uint8Array, isFinal: boolean): void => {
    chunks.push(chunk);
    length += chunk.length;
    isWhole ||= isFinal;
  };
  const inflater = wrapping === "raw" ? new Inflate(take) : new Unzlib(take);
  for (let at = 0; at < bytes.length && length <= limit; at += STEP)
    inflater.push(bytes.subarray(at, at + STEP), at + STEP >= bytes.length);
  if (length > limit) return undefined;
  if (!isWhole) throw new Error("the stream has no end");
  return chunks;
}
