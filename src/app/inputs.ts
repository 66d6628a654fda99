/** The pictures that a command line names: files, folders, globs, and a list on stdin. */
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { createInterface } from "node:readline";
import { glob, isDynamicPattern } from "tinyglobby";
import { InputError } from "../bytes.ts";

/** Endings of the files that are picked out of folders. */
const PICTURES = "**/*.png";

/**
 * Paths in the order given; those from a folder or a glob are sorted. What does not exist is passed on as typed, so that it is reported
 * like any other file that cannot be read.
 * @throws InputError for a folder, a glob or a list without any picture.
 */
export async function expandInputs(typed: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const name of typed) {
    if (name === "-") {
      paths.push(...(await listed()));
      continue;
    }
    const found = await stat(name).catch(() => undefined);
    if (found?.isDirectory()) paths.push(...(await matches(PICTURES, name)));
    else if (!found && isDynamicPattern(name)) paths.push(...(await matches(name)));
    else paths.push(name);
  }
  return paths;
}

/** One path a line of stdin. */
async function listed(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== "") lines.push(line.trim());
  if (lines.length === 0) throw new InputError("-", "stdin names no file");
  return lines;
}

async function matches(pattern: string, folder?: string): Promise<string[]> {
  const found = await glob([pattern], {
    cwd: folder,
    absolute: isAbsolute(pattern),
    onlyFiles: true,
    caseSensitiveMatch: false,
    expandDirectories: false,
  });
  if (found.length === 0) throw new InputError(folder ?? pattern, folder ? "holds no PNG" : "matches no file");
  const sorted = found.sort();
  return folder ? sorted.map((path) => `${folder.replace(/\/+$/, "")}/${path}`) : sorted;
}
