/**
 * The kernels compute in a page what their twins do: the tests of tests/kernels, bundled for a browser. Without ROENTGEN_TESTS=all only
 * forward results on the adapter as it is; which class of kernels is right does not depend on who opened the adapter.
 */
import { readdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveBundled } from "./bundled-page.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import type { FileOutcome, KernelPage } from "./kernel-page.ts";
import { repository } from "./library.ts";
import type { Site } from "./site.ts";

declare global {
  var kernelPage: KernelPage;
}

const isQuick = process.env.ROENTGEN_TESTS !== "all";
const files = readdirSync(repository("tests/kernels")).filter((file) => file.endsWith(".test.ts"));

await describeInChromium((browser) => {
  let site: Site;
  let page: Page;
  beforeAll(async () => {
    site = await serveBundled("kernel-page.ts", { vitest: "page-vitest.ts" });
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`${site.origin}/`);
    await page.waitForFunction(() => "kernelPage" in globalThis);
  }, PATIENCE);
  afterAll(() => site?.close());

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
