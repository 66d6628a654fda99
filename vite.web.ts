/** The viewer as a page: `vite --config vite.web.ts` serves it while one works on it, `vite build` makes `dist/web/`, `vite preview` serves that. */
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type UserConfig } from "vite";
import { contentPolicy, pageHeaders } from "./src/app/web/content-policy.ts";
import { onlyTheirCode, shadersInside } from "./vite.library.ts";

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

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
  define: { "globalThis.process": "undefined" },
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

export default defineConfig(web());
