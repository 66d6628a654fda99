/** Every operation on pictures gives the same bytes in Node and in Chromium. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashes } from "../imaging/operations.ts";
import { serveBundled } from "./bundled-page.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import type { Site } from "./site.ts";

await describeInChromium((browser) => {
  let site: Site;
  beforeAll(async () => {
    site = await serveBundled("imaging-page.ts");
  }, PATIENCE);
  afterAll(() => site?.close());

  test("every operation gives the bytes that it gives under Node", async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/`);
    await page.waitForFunction(() => "pictureHashes" in globalThis);
    const expected = await hashes();
    expect(Object.keys(expected).length).toBeGreaterThan(60);
    expect(await page.evaluate(() => pictureHashes())).toEqual(expected);
  });
});
