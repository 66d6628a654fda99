/** Imports point downwards only: each folder of src/ uses what lies below it, as the plan of the architecture has it. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const src = new URL("../src/", import.meta.url);

/** Files of src/ itself that everyone may import; they import nothing but each other. */
const basics = ["tensor.ts", "bytes.ts", "half.ts", "random.ts", "page-store.ts"];

/** What the files of each folder may import beside the basics and their own folder: folders, or single files. */
const below: Readonly<Record<string, readonly string[]>> = {
  gpu: [],
  kernels: ["gpu/"],
  // Contributions to a gradient are added, and the first is one; what may not be overwritten is copied.
  graph: ["gpu/", "kernels/op.ts", "kernels/choice.ts", "kernels/arithmetic.ts", "kernels/copy.ts", "kernels/ones.ts"],
  loaders: [],
  imaging: ["loaders/image.ts"],
  statistics: [],
  models: ["gpu/", "kernels/", "graph/", "loaders/", "imaging/"],
  training: ["gpu/", "kernels/", "graph/", "loaders/", "imaging/", "models/", "statistics/"],
  explanation: ["gpu/", "kernels/", "graph/", "loaders/", "imaging/", "models/", "statistics/"],
  retrieval: ["gpu/", "kernels/", "graph/", "loaders/", "imaging/", "models/", "statistics/"],
};
const systems = Object.keys(below).map((folder) => `${folder}/`);

const allowed: Readonly<Record<string, readonly string[]>> = { ...below, systems, app: [...systems, "systems/", "index.ts"] };

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .sort();

/** Paths within src/ that a file imports, types and dynamic imports too. */
function importsOf(file: string): string[] {
  const code = readFileSync(new URL(file, src), "utf8");
  const specifiers = [...code.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"(\.[^"]*)"/g)].map(([, specifier]) => specifier);
  return specifiers.map((specifier) => fileURLToPath(new URL(specifier, new URL(file, src))).slice(fileURLToPath(src).length));
}

const folderOf = (file: string): string => (file.includes("/") ? file.slice(0, file.indexOf("/")) : "");

test("every folder has its place", () => {
  const folders = new Set(files.map(folderOf).filter(Boolean));
  expect([...folders].filter((folder) => !(folder in allowed))).toEqual([]);
  expect(files.filter((file) => folderOf(file) === "")).toEqual([...basics, "index.ts"].sort().filter((file) => files.includes(file)));
});

describe.each(Object.keys(allowed).filter((folder) => files.some((file) => folderOf(file) === folder)))("%s/", (folder) => {
  test(`imports nothing but ${[...allowed[folder], ...basics].join(", ")}`, () => {
    const may = [`${folder}/`, ...allowed[folder], ...basics];
    const violations = files
      .filter((file) => folderOf(file) === folder)
      .flatMap((file) =>
        importsOf(file)
          .filter((path) => !may.some((target) => (target.endsWith("/") ? path.startsWith(target) : path === target)))
          .map((path) => `${file} imports ${path}`),
      );
    expect(violations).toEqual([]);
  });
});

test("the basics import nothing but each other", () => {
  expect(basics.flatMap(importsOf).filter((path) => !basics.includes(path))).toEqual([]);
});

test("the public index holds re-exports only", () => {
  const code = readFileSync(new URL("index.ts", src), "utf8");
  const statements = code
    .replace(/\/\*.*?\*\//gs, "")
    .split(";")
    .map((statement) => statement.trim())
    .filter(Boolean);
  expect(statements.filter((statement) => !/^export (type )?(\*|\{[^}]*\})( as \w+)? from "[^"]+"$/.test(statement))).toEqual([]);
});

test("loaders, imaging and statistics know neither the GPU nor the page", () => {
  const foreign = /\b(GPU[A-Z]\w*|document\.|navigator\.|HTML\w*Element|ImageData|OffscreenCanvas)/;
  const named = files
    .filter((file) => ["loaders", "imaging", "statistics"].includes(folderOf(file)))
    .filter((file) => foreign.test(readFileSync(new URL(file, src), "utf8").replace(/\/\*.*?\*\/|\/\/.*$/gms, "")));
  expect(named).toEqual([]);
});
