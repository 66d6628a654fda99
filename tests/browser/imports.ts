/** What built scripts load, and how large they are. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseAst } from "vite";

/** A module's imports: those that are loaded with it, and those that may be later. */
export function importsOf(code: string): { readonly now: readonly string[]; readonly later: readonly string[] } {
  const now: string[] = [];
  const later: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const source = "source" in value && value.source;
    const target = typeof source === "object" && source !== null && "value" in source ? String(source.value) : undefined;
    if (target !== undefined && "type" in value) (value.type === "ImportExpression" ? later : now).push(target);
    Object.values(value).forEach(visit);
  };
  visit(parseAst(code).body);
  return { now, later };
}

/** All scripts of a folder and of those below. */
export const scriptsIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));

/** The script that another one means by a specifier. */
export const scriptMeant = (specifier: string, by: string): string =>
  specifier.startsWith(".") ? join(dirname(by), specifier) : specifier;

export const read = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");

/** A script and all that is loaded with it. */
export function loadedWith(folder: string, entry: string): string[] {
  const loaded = new Set([entry]);
  for (const script of loaded) for (const next of importsOf(read(folder, script)).now) loaded.add(scriptMeant(next, script));
  return [...loaded];
}

/** Bytes of gzip, each script by itself. */
export const gzipBytes = (folder: string, scripts: readonly string[]): number =>
  scripts.reduce((sum, script) => sum + gzipSync(read(folder, script)).length, 0);

/** Characters of all scripts of a folder, those that are loaded later too. */
export const codeLength = (folder: string): number => scriptsIn(folder).reduce((sum, script) => sum + read(folder, script).length, 0);

/** What a folder's scripts import that is none of them. */
export function unresolvedIn(folder: string): string[] {
  const scripts = scriptsIn(folder);
  const imported = scripts.flatMap((name) =>
    Object.values(importsOf(read(folder, name)))
      .flat()
      .map((specifier) => scriptMeant(specifier, name)),
  );
  return imported.filter((script) => !scripts.includes(script));
}
