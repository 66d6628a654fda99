/** Files that a program writes where none was. */
import { access } from "node:fs/promises";
import { InputError } from "../bytes.ts";
import { writeWhole } from "../training/write-file.ts";

/** @throws InputError where there is a file or folder already, unless it may be overwritten. */
export async function checkNew(path: string, force: boolean): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists && !force) throw new InputError(path, "exists already, --force overwrites it");
}

/** Writes a file whole or not at all; see `checkNew`. */
export async function writeNew(path: string, bytes: Uint8Array, force: boolean): Promise<void> {
  await checkNew(path, force);
  await writeWhole(path, bytes);
}
