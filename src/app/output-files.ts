/** Files that a program writes beside its answers: none is overwritten unasked, and those of one answer are written all or not at all. */
import { access, writeFile } from "node:fs/promises";
import { InputError } from "../bytes.ts";
import { writeWhole } from "../training/write-file.ts";

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const kept = "exists already, and nothing is overwritten";
const spared = "exists already, --force overwrites it";

/** @throws InputError where there is a file or folder already, unless it may be overwritten. */
export async function checkNew(path: string, force: boolean): Promise<void> {
  if (!force && (await isThere(path))) throw new InputError(path, spared);
}

/** Writes a file whole or not at all; see `checkNew`. */
export async function writeChecked(path: string, bytes: Uint8Array, force: boolean): Promise<void> {
  await checkNew(path, force);
  await writeWhole(path, bytes);
}

/** @throws InputError where there is such a file already, unless it may be overwritten, or it cannot be written. */
export const writeUnlessThere = (path: string, content: Uint8Array | string, force: boolean): Promise<void> =>
  put(path, content, force ? "w" : "wx", spared);

/** @throws InputError where there is such a file already, or it cannot be written. */
export const writeNew = (path: string, content: Uint8Array | string): Promise<void> => put(path, content, "wx", kept);

/**
 * Writes files by their paths.
 * @throws InputError where one exists already; then none is written.
 */
export async function writeAllNew(files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  for (const path of files.keys()) if (await isThere(path)) throw new InputError(path, kept);
  for (const [path, content] of files) await writeNew(path, content);
}

/** @param ifThere - what is said of a file that is there already, and kept. */
async function put(path: string, content: Uint8Array | string, flag: "w" | "wx", ifThere: string): Promise<void> {
  try {
    await writeFile(path, content, { flag });
  } catch (cause) {
    const exists = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new InputError(path, exists ? ifThere : `cannot be written (${cause instanceof Error ? cause.message : String(cause)})`, {
      cause,
    });
  }
}
