/** The pictures that a command line names: files, folders, globs, and a list on stdin. */
import { open, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { createInterface } from "node:readline";
import { glob, isDynamicPattern } from "tinyglobby";
import { InputError } from "../bytes.ts";
import { isPictureOf, SIGNATURE } from "./picture-names.ts";

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
    if (found?.isDirectory()) paths.push(...(await pictures(name)));
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

/** The pictures of a folder and of those in it. */
async function pictures(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of await filesLike("**/*", folder)) if (await isPictureOf(path, () => signatureOf(join(folder, path)))) found.push(path);
  if (found.length === 0) throw new InputError(folder, "holds no picture");
  return found.map((path) => `${folder.replace(/\/+$/, "")}/${path}`);
}

/** What stands where DICOM has its signature. */
async function signatureOf(path: string): Promise<Uint8Array> {
  const file = await open(path).catch(() => undefined);
  try {
    const { buffer, bytesRead = 0 } = (await file?.read(Buffer.alloc(SIGNATURE.length), 0, SIGNATURE.length, SIGNATURE.place)) ?? {};
    return buffer?.subarray(0, bytesRead) ?? new Uint8Array(0);
  } finally {
    await file?.close();
  }
}

async function matches(pattern: string): Promise<string[]> {
  const found = await filesLike(pattern);
  if (found.length === 0) throw new InputError(pattern, "matches no file");
  return found;
}

async function filesLike(pattern: string, folder?: string): Promise<string[]> {
  const found = await glob([pattern], {
    cwd: folder,
    absolute: isAbsolute(pattern),
    onlyFiles: true,
    caseSensitiveMatch: false,
    expandDirectories: false,
  });
  return found.sort();
}
