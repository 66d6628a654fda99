/** Charts as PNG, by resvg and the font that comes with @sparticuz/chromium: the same pixels on every machine. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { filesOfTar } from "../../gpu/swiftshader.ts";

/** Draws an SVG document as the bytes of a PNG. */
export type Draw = (svg: string) => Uint8Array;

/** Fonts of systems, for where the package with ours is not installed. */
const systemFonts = [
  "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
  "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
  "/System/Library/Fonts/Supplemental/Arial.ttf",
  "C:\\Windows\\Fonts\\arial.ttf",
];

/** Pixels of the PNG a pixel of the SVG. */
const ZOOM = 2;

let started: Promise<Draw | string> | undefined;

/** What draws charts, or in a sentence why nothing can. */
export function chartDrawer(): Promise<Draw | string> {
  started ??= start();
  return started;
}

async function start(): Promise<Draw | string> {
  const require = createRequire(import.meta.url);
  let wasm: string;
  try {
    wasm = require.resolve("@resvg/resvg-wasm/index_bg.wasm");
  } catch {
    return "PNGs of charts need the package @resvg/resvg-wasm, which is not installed";
  }
  const font = (await packagedFont(require)) ?? (await firstOf(systemFonts));
  if (!font) return "PNGs of charts need a font: install @sparticuz/chromium, which brings one";
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  await initWasm(await readFile(wasm));
  return (svg) => {
    const drawing = new Resvg(svg, {
      fitTo: { mode: "zoom", value: ZOOM },
      // Plot says it in CSS, which resvg does not read.
      background: "#fff",
      font: { fontBuffers: [font], defaultFontFamily: "Open Sans", sansSerifFamily: "Open Sans" },
    });
    try {
      return drawing.render().asPng();
    } finally {
      drawing.free();
    }
  };
}

async function packagedFont(require: NodeJS.Require): Promise<Uint8Array | undefined> {
  try {
    // build/cjs/index.cjs → the package's folder
    const archive = join(dirname(require.resolve("@sparticuz/chromium")), "../../bin/fonts.tar.br");
    return filesOfTar(brotliDecompressSync(await readFile(archive))).get("fonts/Open_Sans/OpenSans-Regular.ttf");
  } catch {
    return undefined;
  }
}

async function firstOf(paths: readonly string[]): Promise<Uint8Array | undefined> {
  for (const path of paths) {
    const font = await readFile(path).catch(() => undefined);
    if (font) return font;
  }
  return undefined;
}
