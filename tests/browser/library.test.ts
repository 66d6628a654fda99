/** The library for pages needs nothing beside it, knows nothing of Node, and is small where little of it is used. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, describe, expect, test } from "vitest";
import * as sources from "../../src/index.ts";
import { codeLength, gzipBytes, loadedWith, read, scriptsIn, unresolvedIn } from "./imports.ts";
import { libraryFolder, repository } from "./library.ts";

describe.each(["one-file", "parts"] as const)("%s", (kind) => {
  test("has nothing to resolve but its own parts", async () => {
    expect(unresolvedIn(await libraryFolder(kind))).toEqual([]);
  });

  test("has no shipped model in it, and knows where they are beside it", async () => {
    const folder = await libraryFolder(kind);
    expect(codeLength(folder)).toBeLessThan(8e6);
    const texts = scriptsIn(folder).map((name) => read(folder, name));
    const [, root] =
      texts.map((text) => /new URL\(`([./]+)weights\/\$\{\w+\}\.safetensors`,import\.meta\.url\)/.exec(text)).find(Boolean) ?? [];
    expect(root).toBe(kind === "one-file" ? "../" : "../../../");
  });

  test("assigns nothing to its own address, in whose place webpack writes a text", async () => {
    const folder = await libraryFolder(kind);
    expect(scriptsIn(folder).filter((name) => /import\.meta\.url\s*=[^=]/.test(read(folder, name)))).toEqual([]);
  });

  test("does not ask for Node", async () => {
    const folder = await libraryFolder(kind);
    const asked = /getBuiltinModule|["'`]node:|libvulkan/;
    expect(scriptsIn(folder).filter((name) => asked.test(read(folder, name)))).toEqual([]);
  });

  test("names the licences of what it holds", async () => {
    const folder = await libraryFolder(kind);
    const text = read(folder, readdirSync(folder).find((name) => name.endsWith("licenses.md")) ?? "");
    for (const held of ["pngjs", "@jsquash/jpeg", "dicom-parser", "fflate", "pbf"]) expect(text).toContain(held);
  });
});

test("the one file is one file", async () => {
  expect(scriptsIn(await libraryFolder("one-file"))).toEqual(["roentgen.browser.js"]);
});

test.each([
  ["one-file", "roentgen.browser.js"],
  ["parts", "index.js"],
] as const)("%s exports what the sources do", async (kind, entry) => {
  const exported = await import(/* @vite-ignore */ join(await libraryFolder(kind), entry));
  expect(Object.keys(exported).sort()).toEqual(Object.keys(sources).sort());
});

describe("a bundler", () => {
  const folder = mkdtempSync(join(tmpdir(), "roentgen-bundle-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What a page loads at once of a program that uses the package, and the shaders of networks, which come later, in bytes of gzip. */
  async function sizesOf(name: string, program: string): Promise<{ readonly atOnce: number; readonly shaders: number }> {
    const installed = join(folder, "node_modules", "roentgen", "dist");
    mkdirSync(installed, { recursive: true });
    cpSync(repository("package.json"), join(installed, "..", "package.json"));
    if (!readdirSync(installed).includes("browser")) symlinkSync(await libraryFolder("parts"), join(installed, "browser"));
    writeFileSync(join(folder, `${name}.js`), program);
    const outDir = join(folder, "dist", name);
    const rolldownOptions = { input: join(folder, `${name}.js`), output: { entryFileNames: "main.js", chunkFileNames: "[name].js" } };
    await build({ root: folder, configFile: false, logLevel: "warn", base: "./", build: { outDir, assetsDir: "", rolldownOptions } });
    const shaders = scriptsIn(outDir).filter((script) => script.startsWith("shaders-networks"));
    return { atOnce: gzipBytes(outDir, loadedWith(outDir, "main.js")), shaders: gzipBytes(outDir, shaders) };
  }

  test("leaves 60 kB of a program that loads a model, and 15 kB of shaders", async () => {
    const { atOnce, shaders } = await sizesOf("model", 'import { loadModel } from "roentgen";\nglobalThis.load = loadModel;');
    expect(atOnce).toBeLessThan(60_000);
    expect(shaders).toBeGreaterThan(5_000);
    expect(shaders).toBeLessThan(15_000);
  });

  test("leaves next to nothing of one that makes a tensor", async () => {
    const { atOnce } = await sizesOf("tensor", 'import { tensor } from "roentgen";\nglobalThis.make = tensor;');
    expect(atOnce).toBeLessThan(1000);
  });
});
