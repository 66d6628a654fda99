/** Files that are there whole or not at all, and their folders. */
import { InputError, readBytes } from "../bytes.ts";
import { pageFiles } from "./page-files.ts";

/** What writing a file takes, so that a test can let it fail. */
export interface FileSystem {
  /** Writes and closes a file, once its bytes have reached the disk. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** Files that a training comes back to. */
export interface StoredFiles extends FileSystem {
  /** @throws InputError for a file that there is not, or that cannot be read. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The names of the files in a folder; none where there is no folder. */
  list(folder: string): Promise<readonly string[]>;
  /** @throws InputError where there can be no such folder. */
  makeFolder(folder: string): Promise<void>;
}

/** The disk under Node; in a page, IndexedDB. */
export const usualFiles = (): StoredFiles => (globalThis.process?.versions?.node === undefined ? pageFiles() : nodeFiles());

/**
 * Writes a file beside its place and moves it there when its bytes are on the disk, so that whatever fails, the file that was there before
 * stays as it was.
 * @throws InputError if it cannot be written: no space, no such folder, no file system.
 */
export async function writeWhole(path: string, bytes: Uint8Array, files: FileSystem = usualFiles()): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await files.write(partial, bytes);
    await files.rename(partial, path);
  } catch (cause) {
    await files.remove(partial).catch(() => {});
    throw new InputError(path, `cannot be written (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
  }
}

/**
 * Makes a folder, and those that it lies in, where there is none.
 * @throws InputError where there is something else of that name, it may not be made, or there is no file system.
 */
export async function makeFolder(path: string): Promise<void> {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (!fs) throw new InputError(path, "there is no file system to write to");
  try {
    await fs.mkdir(path, { recursive: true });
  } catch (cause) {
    throw new InputError(path, "is no folder and cannot be made one", { cause });
  }
}

function nodeFiles(): StoredFiles {
  const fs = globalThis.process.getBuiltinModule("node:fs/promises");
  const { dirname } = globalThis.process.getBuiltinModule("node:path");
  const synced = async (name: string, flags: string, work: (file: Awaited<ReturnType<typeof fs.open>>) => Promise<void>): Promise<void> => {
    const file = await fs.open(name, flags);
    try {
      await work(file);
      await file.sync();
    } finally {
      await file.close();
    }
  };
  return {
    write: (name, bytes) => synced(name, "w", (file) => file.writeFile(bytes)),
    async rename(from, to) {
      await fs.rename(from, to);
      // The folder's entry too; some systems cannot open a folder, and keep it anyway.
      await synced(dirname(to), "r", async () => {}).catch(() => {});
    },
    remove: (name) => fs.rm(name, { force: true }),
    read: (path) => readBytes(path),
    list: (folder) => fs.readdir(folder).catch(() => []),
    makeFolder,
  };
}
