/** Files that a program writes beside its answers: none is overwritten, and those of one answer are written all or not at all. */
import { access, mkdir, writeFile } from "node:fs/promises";
import { InputError } from "../bytes.ts";

/** @throws InputError where there is something else of that name, or it may not be made. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new InputError(path, "is no folder and cannot be made one", { cause });
  }
}

/**
 * Writes files by their paths.
 * @throws InputError where one exists already; then none is written.
 */
export async function writeNew(files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  const exists = (path: string, options?: ErrorOptions) => new InputError(path, "exists already, and nothing is overwritten", options);
  for (const path of files.keys()) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) throw exists(path);
  }
  for (const [path, content] of files) {
    try {
      await writeFile(path, content, { flag: "wx" });
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") throw exists(path, { cause });
      throw new InputError(path, `cannot be written (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
    }
  }
}
