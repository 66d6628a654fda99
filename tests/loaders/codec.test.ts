/** A decoder whose package is not installed is an error that says what to install, and no other format needs it. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Hooks under which no optional package is found, as where none is installed. */
const hooks = `export async function resolve(specifier, context, next) {
  if (!/^(@cornerstonejs|jpeg-lossless)/.test(specifier)) return next(specifier, context);
  throw Object.assign(new Error("Cannot find package " + specifier), { code: "ERR_MODULE_NOT_FOUND" });
}`;
const moduleOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

/** What decoding each film gives in a process of its own. */
function decodeWithoutPackages(films: readonly string[]): string[] {
  const root = new URL("../../", import.meta.url);
  const program = `
    import { register } from "node:module";
    register(${JSON.stringify(moduleOf(hooks))});
    const { decodeImage } = await import(${JSON.stringify(new URL("src/loaders/image.ts", root).href)});
    const { readFile } = await import("node:fs/promises");
    for (const name of ${JSON.stringify(films)}) {
      const bytes = new Uint8Array(await readFile(new URL(name, ${JSON.stringify(new URL("tests/fixtures/films/", root).href)})));
      console.log(await decodeImage(bytes, name).then(({ width }) => "width " + width, String));
    }`;
  const output = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], {
    cwd: fileURLToPath(root),
    encoding: "utf8",
  });
  return output.trim().split("\n");
}

test("each compressed syntax names the package it lacks; plain, RLE and JPEG pixels need none", () => {
  const films = ["explicit-12.dcm", "rle-12.dcm", "jpeg-8.dcm", "jpeg-lossless-1.dcm", "jpeg-ls-12.dcm", "jpeg-2000-12.dcm"];
  const missing = (name: string, reads: string, wanted: string) =>
    `InputError: ${name}: holds ${reads}, which needs a package that is not installed: npm install ${wanted}`;
  expect(decodeWithoutPackages(films)).toEqual([
    "width 20",
    "width 20",
    "width 20",
    missing("jpeg-lossless-1.dcm", "lossless JPEG", "jpeg-lossless-decoder-js"),
    missing("jpeg-ls-12.dcm", "JPEG-LS", "@cornerstonejs/codec-charls"),
    missing("jpeg-2000-12.dcm", "JPEG 2000", "@cornerstonejs/codec-openjpeg"),
  ]);
});
