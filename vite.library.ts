/**
 * The library for pages. `dist/browser/` is what bundlers are led to: a file a module, of which they take what is used at once, and what is
 * loaded when it is needed, such as the decoder of a format. `dist/roentgen.browser.js` is all of it as one file, for pages without a bundler. Shaders and WebAssembly lie
 * within the code, so that there is nothing to resolve, copy or fetch, and what only Node can do is left out.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type UserConfig } from "vite";

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const entry = pathOf("src/index.ts");

/** `vite build --config vite.library.ts` makes the parts, with `--mode one-file` the one file. */
export default defineConfig(({ mode }) => library(mode === "one-file" ? "one-file" : "parts"));

export type LibraryKind = "parts" | "one-file";

/** Vite's settings for a kind of library, and where it goes. */
export function library(kind: LibraryKind, outDir = pathOf(kind === "parts" ? "dist/browser" : "dist")): UserConfig {
  const isWhole = kind === "one-file";
  return {
    publicDir: false,
    logLevel: "warn",
    // What is behind a test for Node can then be seen to be dead.
    define: { "globalThis.process": "undefined" },
    resolve: { alias: { pngjs: "pngjs/browser.js" } },
    plugins: [shadersInside, onlyTheirCode, weightsBeside(isWhole ? 1 : 2), isWhole ? workerOfOneFile : workerBeside],
    build: {
      outDir,
      emptyOutDir: !isWhole,
      target: "es2023",
      reportCompressedSize: false,
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      license: { fileName: isWhole ? "roentgen.browser.licenses.md" : "licenses.md" },
      lib: isWhole
        ? { entry: { "roentgen.browser": entry }, formats: ["es"] }
        : { entry: { index: entry, "training/batch-worker": pathOf("src/training/batch-worker.ts") }, formats: ["es"] },
      rolldownOptions: {
        output: {
          // npm packs no folder of the name node_modules.
          entryFileNames: ({ name }) => `${name.replaceAll("node_modules", "packages").replace("virtual_", "")}.js`,
          chunkFileNames: ({ name }) => `${name.replace("virtual_", "")}-[hash].js`,
          // A file a module in the parts, so that bundlers leave out every module that is not used, whatever it computes as it is loaded.
          ...(isWhole ? { codeSplitting: false } : { preserveModules: true, preserveModulesRoot: pathOf("src") }),
          minify: true,
        },
      },
    },
  };
}

/** Shaders that are loaded together, by their names; the first that fits takes one. Networks on a GPU need no more than the last. */
const shaderGroups: readonly (readonly [name: string, RegExp])[] = [
  ["software", /-sg[48]/],
  [
    "training",
    /gradient|entropy|-statistic|batch-norm-(sums|training)|^(accumulate|adam|adjust|advance|blend|dropout|lamb|radam|record|rotate|sgd|step)/,
  ],
  ["search", /^(distances|largest|segment|top-k|unit-rows)/],
  ["onnx", /^(arg|batch-matmul|binary|gather|max-pool-axis|max-pool2d-places|reduce|resample|round|square-root|strided|unary|where)/],
  ["networks", /./],
];
const groupOf = (shader: string): string => shaderGroups.find(([, names]) => names.test(shader))?.[0] ?? "";

const shaders = new Map(
  readdirSync(pathOf("shaders")).map((file) => [file.replace(/\.wgsl$/, ""), readFileSync(pathOf(`shaders/${file}`), "utf8")]),
);

/** Comments and indentation go; line breaks stay, for errors to count. */
const stripped = (text: string): string => text.replace(/\/\/.*$/gm, "").replace(/^[ \t]+|[ \t]+$/gm, "");

const SHADERS = "virtual:shaders-";

/** The shaders' texts, in place of the file that fetches them. For tuning a digest stands for a text, so that no text is loaded for it. */
export const shadersInside: Plugin = {
  name: "roentgen:shaders",
  enforce: "pre",
  resolveId: (id) => (id.startsWith(SHADERS) ? id : undefined),
  load(id) {
    if (id.startsWith(SHADERS)) {
      const texts = [...shaders].filter(([name]) => SHADERS + groupOf(name) === id).map(([name, text]) => [name, stripped(text)]);
      return `export const texts = ${JSON.stringify(Object.fromEntries(texts))};`;
    }
    if (id !== pathOf("src/gpu/shader-text.ts")) return undefined;
    const digest = createHash("sha256")
      .update(JSON.stringify([...shaders]))
      .digest("hex")
      .slice(0, 16);
    const groups = shaderGroups.map(([name, names]) => `[${names}, () => import("${SHADERS}${name}")]`);
    return `const groups = [${groups}];
      export const shaderText = async (name) => (await groups.find(([names]) => names.test(name))[1]()).texts[name];
      export const shaderTexts = async () => ["${digest}"];`;
  },
};

const NOTHING = "virtual:nothing";

/**
 * Decoders come with a loader of their own for WebAssembly, which is not used (see `codec.ts`), would bring a second copy of it, and
 * asks for Node's modules.
 */
export const onlyTheirCode: Plugin = {
  name: "roentgen:codecs",
  enforce: "pre",
  resolveId: (id) => (id === "fs" || id === "path" ? NOTHING : undefined),
  load: (id) => (id === NOTHING ? "export default {};" : undefined),
  transform(code, id) {
    if (!/node_modules\/@jsquash\/.*_dec\.js$/.test(id)) return undefined;
    return (
      code
        .replaceAll(/new URL\("[^"]*\.wasm",\s*import\.meta\.url\)/g, '""')
        // webpack writes an address in its place, to which nothing can be assigned.
        .replaceAll(/import\.meta\.url\s*=\s*(["'])[^"']*\1;?/g, "")
    );
  },
};

/** How training starts a worker, in words that bundlers know. */
const STARTED = 'new URL("./batch-worker.js", import.meta.url)';
const worker = pathOf("src/training/worker.ts");

/** Worker and library are two entries of one build: the address stays as it is, and Vite does not build the worker by itself. */
const workerBeside: Plugin = {
  name: "roentgen:worker-beside",
  enforce: "pre",
  transform: (code, id) => (id === worker ? code.replace(STARTED, "__BATCH_WORKER__") : undefined),
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle)) if (part.type === "chunk") part.code = part.code.replace("__BATCH_WORKER__", STARTED);
  },
};

const SHIPPED = /new URL\(`\.\.\/\.\.\/weights\/[^`]*`, import\.meta\.url\)/;

/**
 * Shipped models stay files of the package; Vite would write them into the code of a library, all 30 MB.
 * @param depth how many folders of the package the output's folder is in, itself counted.
 */
export const weightsBeside = (depth: number): Plugin => ({
  name: "roentgen:weights-beside",
  enforce: "pre",
  transform: (code, id) => (id === pathOf("src/models/shipped.ts") ? code.replace(SHIPPED, "__SHIPPED_MODEL__(name)") : undefined),
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type !== "chunk") continue;
      const weights = `${"../".repeat(depth + part.fileName.split("/").length - 1)}weights/`;
      part.code = part.code.replace(/__SHIPPED_MODEL__\((\w+)\)/, `new URL(\`${weights}\${$1}.safetensors\`,import.meta.url)`);
    }
  },
});

const WORKER_NAME = "roentgen-batch-worker";

/** The one file is also its own worker, told by the name that it is started under. */
const workerOfOneFile: Plugin = {
  name: "roentgen:one-file",
  enforce: "pre",
  transform(code, id) {
    if (id === worker) return code.replace(`${STARTED}, { type: "module" }`, `import.meta.url, { type: "module", name: "${WORKER_NAME}" }`);
    if (id !== entry) return undefined;
    return `${code}
      import { serveBatches } from "./training/batch-server.ts";
      if (globalThis.name === "${WORKER_NAME}") serveBatches();`;
  },
};
