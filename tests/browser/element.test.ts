/** The viewer's element in somebody else's page: attributes in, events out, and an engine that is small where little of it is used. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { element } from "../../vite.web.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { codeLength, gzipBytes, loadedWith, unresolvedIn } from "./imports.ts";
import { repository } from "./library.ts";
import { serve } from "./site.ts";
import { gather } from "./viewer-page.ts";

const page = `<!doctype html>
<title>Films</title>
<script type="module" src="/dist/roentgen.viewer.js"></script>
<roentgen-viewer model="/weights/cxr-mobilenet-v2.safetensors" src="/samples/phantom.png" explain="grad-cam"></roentgen-viewer>`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "roentgen-element-"));
  await build({ ...element(folder), logLevel: "warn", configFile: false });
}, PATIENCE);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the element has nothing to resolve but its own parts", () => {
  expect(unresolvedIn(folder)).toEqual([]);
});

test("no shipped model is in it", () => {
  expect(codeLength(folder)).toBeLessThan(8e6);
});

test("its engine is 60 kB as it starts, and what it does not do at once comes later", () => {
  expect(gzipBytes(folder, loadedWith(folder, "roentgen.viewer-engine.js"))).toBeLessThan(60_000);
});

await describeInChromium((browser) => {
  test("a page that has the element is told of the model, its progress and the scores, and shows the heat map", async () => {
    const folders = { "/dist/": folder, "/weights/": repository("weights"), "/samples/": repository("samples") };
    const site = await serve(folders, { pages: { "/": page } });
    try {
      const context = await browser.newContext();
      context.setDefaultTimeout(PATIENCE);
      const complaints: string[] = [];
      context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      await context.addInitScript(gather);
      const opened = await context.newPage();
      await opened.goto(`${site.origin}/`);
      await opened.getByText(/^features, \d/).waitFor();
      const told = await opened.evaluate(() => globalThis.told);
      expect(new Set(told.map(({ type }) => type))).toEqual(new Set(["progress", "ready", "result"]));
      expect(told.find(({ type }) => type === "ready")?.detail).toMatchObject({
        name: "cxr-mobilenet-v2.safetensors",
        arch: "mobilenet_v2",
      });
      expect(told.find(({ type }) => type === "result")?.detail).toMatchObject({ picture: "phantom.png" });
      expect(complaints).toEqual([]);
    } finally {
      await site.close();
    }
  });
});
