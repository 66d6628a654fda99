/** Which values a training leaves as they are, by name. */
import { InputError } from "../bytes.ts";
import { networkNamed } from "../models/registry.ts";

/**
 * "none"; "trunk": all but the last layer; "lower": all but the last block and the last layer; or a regular expression that a name matches
 * from its start.
 */
export type Freeze = "none" | "trunk" | "lower" | (string & {});

/** @throws InputError for what is no regular expression. */
export function isFrozenBy(freeze: Freeze, arch: string): (name: string) => boolean {
  if (freeze === "none") return () => false;
  if (freeze === "trunk" || freeze === "lower") {
    const { head, lastBlock } = networkNamed(arch);
    const learning = freeze === "trunk" ? head : [...lastBlock, ...head];
    return (name) => !learning.some((start) => name.startsWith(start));
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^(?:${freeze})`);
  } catch (cause) {
    throw new InputError("freeze", `must be none, trunk, lower or a regular expression, got ${freeze}`, { cause });
  }
  return (name) => pattern.test(name);
}
