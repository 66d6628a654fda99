/** The one way in which a bad film may end. */
import { expect } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { type DecodeOptions, decodeImage } from "../../src/loaders/image.ts";

/** Checks that a file is refused with an error that names it and says `message`. */
export async function expectRefusal(bytes: Uint8Array, message: string | RegExp, options?: DecodeOptions): Promise<void> {
  const problem = await decodeImage(bytes, "film", options).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(InputError);
  expect(String(problem)).toMatch(/^InputError: film: /);
  expect(String(problem)).toMatch(message);
}

/** Checks that a file is refused wherever it is cut off, from its signature on. */
export async function expectNoPart(file: Uint8Array, from = 1): Promise<void> {
  for (let length = from; length < file.length; length++) {
    const problem = await decodeImage(file.subarray(0, length), "film").catch((error: unknown) => error);
    if (!(problem instanceof InputError)) expect.fail(`${length} of ${file.length} bytes gave ${String(problem)}`);
  }
}
