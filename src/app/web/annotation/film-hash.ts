/** By what a film is known again: the SHA-256 of its file. */
import { readBytes } from "../../../bytes.ts";
import { sha256 } from "../../../loaders/sha256.ts";
import { strings } from "./strings.ts";

/**
 * @throws InputError where the file cannot be read.
 * @throws Error on a page that is not secure, where browsers have no SHA-256.
 */
export async function filmHash(source: Blob | string): Promise<string> {
  if (!globalThis.isSecureContext) throw new Error(strings.notSecure);
  return sha256(await readBytes(source));
}
