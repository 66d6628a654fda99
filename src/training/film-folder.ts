/** A folder of films as a list of what is in it: read from a disk, or chosen in a page. */
import { InputError, type Source } from "../bytes.ts";

/** Paths count from the folder, with "/" between their parts. */
export interface FilmFolder {
  /** Its path on a disk or its name in a page, for messages. */
  readonly name: string;
  /** The folders in it at any depth; some may be empty. */
  readonly folders: readonly string[];
  readonly files: ReadonlyMap<string, Source>;
}

/** A file that was chosen with the folder that it lies in. */
export interface ChosenFile {
  /** From the chosen folder's own name on, as a page's `webkitRelativePath` has it. */
  readonly path: string;
  readonly file: Blob;
}

/**
 * The folder that all of these files lie in, in a page. Folders without a file are not seen.
 * @throws InputError for no files, and for files of several folders.
 */
export function chosenFolder(chosen: readonly ChosenFile[]): FilmFolder {
  const names = [...new Set(chosen.map(({ path }) => path.slice(0, Math.max(0, path.indexOf("/")))))];
  if (chosen.length === 0) throw new InputError("folder", "holds no files");
  if (names.length > 1)
    throw new InputError("folder", `one folder is needed, got ${names.map((name) => name || "single files").join(", ")}`);
  const [name] = names;
  if (name === "") throw new InputError("folder", "a folder is needed, got single files");
  const files = new Map(chosen.map(({ path, file }) => [path.slice(name.length + 1), file]));
  const folders = new Set([...files.keys()].flatMap(foldersAround));
  return { name, folders: [...folders].sort(), files };
}

/** Every folder that a path leads through. */
const foldersAround = (path: string): string[] => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

/**
 * Lists a folder (Node).
 * @throws InputError for what is no folder, or cannot be read.
 */
export async function readFolder(path: string): Promise<FilmFolder> {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (!fs) throw new InputError(path, "folders can be read by their path under Node only, in a page choose one");
  const name = path.replace(/(.)\/+$/, "$1");
  let entries: Awaited<ReturnType<typeof entriesOf>>;
  const entriesOf = () => fs.readdir(name, { recursive: true, withFileTypes: true });
  try {
    entries = await entriesOf();
  } catch (cause) {
    throw new InputError(name, "is no folder that can be read", { cause });
  }
  const within = ({ parentPath, name: last }: (typeof entries)[number]): string =>
    `${parentPath}/${last}`.replaceAll("\\", "/").slice(name.length + 1);
  return {
    name,
    folders: entries.filter((entry) => entry.isDirectory()).map(within),
    files: new Map(entries.filter((entry) => entry.isFile()).map((entry) => [within(entry), `${entry.parentPath}/${entry.name}`])),
  };
}
