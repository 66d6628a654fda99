/**
 * The viewer. As a page: `vite --config vite.web.ts` serves it while one works on it, `vite build` makes `dist/web/`, `vite preview` serves
 * that. As an element for other pages: `vite build --mode element` makes `dist/roentgen.viewer.js`, with its engine beside it.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type UserConfig } from "vite";
import { contentPolicy, pageHeaders } from "./src/app/web/content-policy.ts";
import { onlyTheirCode, shadersInside } from "./vite.library.ts";

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

/** Vite's settings, and where the built page goes. */
export const web = (outDir = pathOf("dist/web")): UserConfig => ({
  root: pathOf("src/app/web"),
  base: "./",
  publicDir: false,
  define,
  resolve: { alias: { pngjs: "pngjs/browser.js" } },
  plugins: [shadersInside, onlyTheirCode, policyInside],
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
  },
  server: { host, port: 5173, fs: { allow: [pathOf(".")] } },
  preview: { host, port: 4173, headers: { ...pageHeaders } },
});

/** How the viewer starts its engine, in words that bundlers know, and where the engine lies when both are built as a library. */
const STARTED = 'new URL("./engine-worker.ts", import.meta.url)';
const BESIDE = 'new URL("./roentgen.viewer-engine.js", import.meta.url)';
const starter = pathOf("src/app/web/running-engine.ts");

/** Engine and element are two entries of one build: the address is none of Vite's business. */
const engineBeside: Plugin = {
  name: "roentgen:engine-beside",
  enforce: "pre",
  transform: (code, id) => (id === starter ? code.replace(STARTED, "__ENGINE__") : undefined),
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle)) if (part.type === "chunk") part.code = part.code.replace("__ENGINE__", BESIDE);
  },
};

/** Vite's settings for the element, which has Lit within, and where it goes. */
export const element = (outDir = pathOf("dist")): UserConfig => ({
  publicDir: false,
  define,
  resolve: { alias: { pngjs: "pngjs/browser.js" } },
  plugins: [shadersInside, onlyTheirCode, engineBeside],
  build: {
    outDir,
    emptyOutDir: false,
    target: "es2023",
    reportCompressedSize: false,
    chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
    license: { fileName: "roentgen.viewer.licenses.md" },
    lib: {
      entry: { "roentgen.viewer": pathOf("src/app/web/element.ts"), "roentgen.viewer-engine": pathOf("src/app/web/engine-worker.ts") },
      formats: ["es"],
    },
    rolldownOptions: { output: { entryFileNames: "[name].js", chunkFileNames: "viewer/[name]-[hash].js", minify: true } },
  },
});

export default defineConfig(({ mode }) => (mode === "element" ? element() : web()));
