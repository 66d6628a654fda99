/**
 * The viewer. As a page: `vite --config vite.web.ts` serves it while one works on it, `vite build` makes `dist/web/`, `vite preview` serves
 * that. As an element for other pages: `vite build --mode element` makes `dist/roentgen.viewer.js`, with its engine beside it.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type UserConfig } from "vite";
import { contentPolicy, pageHeaders } from "./src/app/web/content-policy.ts";
import { onlyTheirCode, shadersInside, weightsBeside } from "./vite.library.ts";

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What a page is told at build time: that there is no Node, which version this is, and the mode, for which Annotorious asks. */
const define = {
  "globalThis.process": "undefined",
  "process.env.NODE_ENV": JSON.stringify("production"),
  ROENTGEN_VERSION: JSON.stringify(JSON.parse(readFileSync(pathOf("package.json"), "utf8")).version),
};

/** This machine alone. */
const host = "127.0.0.1";

/** The policy in the page's own text too, for servers that send no headers. */
const policyInside: Plugin = {
  name: "roentgen:policy",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "content-security-policy", content: contentPolicy }, injectTo: "head-prepend" },
  ],
};

/** Whether the page is built, or served while one works on it. */
const isBuilt: Plugin = {
  name: "roentgen:is-built",
  config: (_, { command }) => ({ define: { "import.meta.env.IS_BUILT": String(command === "build") } }),
};

const SERVICE_WORKER = "service-worker";

/** Tells the service worker what the page consists of; it is read off the folder, when all is written that others put there. */
const filesToKeep: Plugin = {
  name: "roentgen:files-to-keep",
  apply: "build",
  writeBundle: {
    order: "post",
    sequential: true,
    handler({ dir = "" }) {
      const built = readdirSync(dir, { recursive: true, encoding: "utf8" })
        .filter((file) => /\.\w+$/.test(file))
        .sort();
      const weights = built.filter((file) => file.endsWith(".safetensors"));
      const files = built.filter((file) => !weights.includes(file) && !file.endsWith(".md") && file !== `${SERVICE_WORKER}.js`);
      const digest = createHash("sha256");
      for (const file of files) digest.update(file).update(readFileSync(join(dir, file)));
      // The page by its folder's address: a server may lead from its file's there, and pages may not be led on from a cache.
      const known = { version: digest.digest("hex").slice(0, 16), files: files.map((file) => file.replace("index.html", "./")), weights };
      const path = join(dir, `${SERVICE_WORKER}.js`);
      writeFileSync(path, `const BUILT = ${JSON.stringify(known)};\n${readFileSync(path, "utf8")}`);
    },
  },
};

/** Vite's settings, and where the built page goes. */
export const web = (outDir = pathOf("dist/web")): UserConfig => ({
  root: pathOf("src/app/web"),
  base: "./",
  publicDir: false,
  define,
  resolve: { alias: { pngjs: "pngjs/browser.js" } },
  plugins: [shadersInside, onlyTheirCode, policyInside, isBuilt, filesToKeep],
  worker: { format: "es", plugins: () => [shadersInside, onlyTheirCode] },
  build: {
    outDir,
    emptyOutDir: true,
    target: "es2023",
    // As files, since the page may not fetch data URLs.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      input: { index: pathOf("src/app/web/index.html"), [SERVICE_WORKER]: pathOf("src/app/web/service-worker.ts") },
      // A service worker is known by its address, and looks after what lies below it.
      output: { entryFileNames: ({ name }) => (name === SERVICE_WORKER ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
  server: { host, port: 5173, fs: { allow: [pathOf(".")] } },
  preview: { host, port: 4173, headers: { ...pageHeaders } },
});

/** The workers of the viewer: who starts one and in what words, which bundlers know, and what it is called as an entry of the element's build. */
const workers = [
  { starter: pathOf("src/app/web/running-engine.ts"), source: "./engine-worker.ts", entry: "roentgen.viewer-engine" },
  { starter: pathOf("src/training/worker.ts"), source: "./batch-worker.js", entry: "roentgen.viewer-batches" },
].map((worker) => ({ ...worker, started: `new URL("${worker.source}", import.meta.url)`, mark: `__${worker.entry}__` }));

/** Element and workers are entries of one build: where they lie is none of Vite's business. They lie beside the element, their parts in a folder. */
const workersBeside: Plugin = {
  name: "roentgen:workers-beside",
  enforce: "pre",
  transform(code, id) {
    const worker = workers.find(({ starter }) => starter === id);
    return worker && code.replace(worker.started, JSON.stringify(worker.mark));
  },
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type !== "chunk") continue;
      const folder = part.fileName.includes("/") ? "../" : "./";
      for (const { mark, entry } of workers)
        part.code = part.code.replace(new RegExp(`(["'\`])${mark}\\1`), `new URL("${folder}${entry}.js", import.meta.url)`);
    }
  },
};

/** Vite's settings for the element, which has Lit within, and where it goes. */
export const element = (outDir = pathOf("dist")): UserConfig => ({
  publicDir: false,
  define,
  resolve: { alias: { pngjs: "pngjs/browser.js" } },
  plugins: [shadersInside, onlyTheirCode, weightsBeside(1), workersBeside],
  build: {
    outDir,
    emptyOutDir: false,
    target: "es2023",
    reportCompressedSize: false,
    chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
    license: { fileName: "roentgen.viewer.licenses.md" },
    lib: {
      entry: {
        "roentgen.viewer": pathOf("src/app/web/element.ts"),
        "roentgen.viewer-engine": pathOf("src/app/web/engine-worker.ts"),
        "roentgen.viewer-batches": pathOf("src/training/batch-worker.ts"),
      },
      formats: ["es"],
    },
    rolldownOptions: { output: { entryFileNames: "[name].js", chunkFileNames: "viewer/[name]-[hash].js", minify: true } },
  },
});

export default defineConfig(({ mode }) => (mode === "element" ? element() : web()));
