/** The library for pages, built once for all tests of a process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { type LibraryKind, library } from "../../vite.library.ts";

const built = new Map<LibraryKind, Promise<string>>();

/** The folder that holds what `npm run build` makes for pages. */
export function libraryFolder(kind: LibraryKind): Promise<string> {
  const known = built.get(kind) ?? make(kind);
  built.set(kind, known);
  return known;
}

async function make(kind: LibraryKind): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `roentgen-${kind}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  await build({ ...library(kind, folder), configFile: false });
  return folder;
}

/** A folder of the repository. */
export const repository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
