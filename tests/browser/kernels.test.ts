/**
 * The kernels compute in a page what their twins do: the tests of tests/kernels, bundled for a browser. Without ROENTGEN_TESTS=all only
 * forward results on the adapter as it is; which class of kernels is right does not depend on who opened the adapter.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import type { FileOutcome, KernelPage } from "./kernel-page.ts";
import { type Site, serve } from "./site.ts";

declare global {
  var kernelPage: KernelPage;
}

const isQuick = process.env.ROENTGEN_TESTS !== "all";
const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const files = readdirSync(pathOf("../kernels")).filter((file) => file.endsWith(".test.ts"));

await describeInChromium((browser) => {
  let folder: string;
  let site: Site;
  let page: Page;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "roentgen-kernels-"));
    await build({
      configFile: false,
      logLevel: "warn",
      root: pathOf("."),
      base: "./",
      resolve: { alias: [{ find: /^vitest$/, replacement: pathOf("page-vitest.ts") }] },
      build: {
        outDir: folder,
        emptyOutDir: true,
        minify: false,
        modulePreload: false,
        // What the package says of its own modules does not hold for its tests: they are there for what they do.
        rolldownOptions: {
          input: pathOf("kernel-page.ts"),
          output: { entryFileNames: "main.js" },
          treeshake: false,
        },
      },
    });
    site = await serve({ "/": folder }, { pages: { "/": '<!doctype html><script type="module" src="main.js"></script>' } });
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`${site.origin}/`);
    await page.waitForFunction(() => "kernelPage" in globalThis);
  }, PATIENCE);
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("the adapter is the browser's own SwiftShader", async () => {
    expect(await page.evaluate(() => kernelPage.describeAdapter())).toMatch(/swiftshader/i);
  });

  test("every file of tests is there", async () => {
    expect((await page.evaluate(() => kernelPage.files)).toSorted()).toEqual(files.toSorted());
  });

  test.each(files)("%s", async (file) => {
    const outcome: FileOutcome = await page.evaluate(([name, quick]) => kernelPage.run(name, quick), [file, isQuick] as const);
    expect(outcome.failures).toEqual([]);
    expect(outcome.passed + outcome.skipped).toBeGreaterThan(0);
  });
});
