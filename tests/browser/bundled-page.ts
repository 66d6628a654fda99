/** A page whose only script is a module of the tests, with all that it imports. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { repository } from "./library.ts";
import { type Site, serve } from "./site.ts";

/** Serves the page at `/`. `instead` names modules of tests/browser that take the place of packages. */
export async function serveBundled(module: string, instead: Readonly<Record<string, string>> = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "roentgen-page-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const own = (file: string): string => repository(`tests/browser/${file}`);
  await build({
    configFile: false,
    logLevel: "warn",
    root: repository("tests/browser"),
    base: "./",
    resolve: { alias: Object.entries(instead).map(([name, file]) => ({ find: new RegExp(`^${name}$`), replacement: own(file) })) },
    build: {
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      modulePreload: false,
      // What the package says of its own modules does not hold for its tests: they are there for what they do.
      rolldownOptions: { input: own(module), output: { entryFileNames: "main.js" }, treeshake: false },
    },
  });
  return serve({ "/": folder }, { pages: { "/": '<!doctype html><script type="module" src="main.js"></script>' } });
}
