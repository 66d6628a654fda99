/** What the page says where there is no GPU to compute on, or none with room. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { pageHeaders } from "../../src/app/web/content-policy.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { inspect } from "./inspect.ts";
import { type Site, serve } from "./site.ts";
import { shownText } from "./viewer-page.ts";
import { webFolder } from "./web.ts";

await describeInChromium((browser) => {
  let site: Site;
  beforeAll(async () => {
    site = await serve({ "/": await webFolder() }, { headers: pageHeaders });
  }, PATIENCE);
  afterAll(() => site?.close());

  test.each([
    ["no WebGPU", "This browser cannot compute on the GPU", "delete WorkerNavigator.prototype.gpu"],
    ["no adapter", "There is no GPU to compute on", "GPU.prototype.requestAdapter = async () => null"],
    // As Chromium says of a buffer that is mapped at once; others it reports later.
    [
      "no memory left",
      "The GPU has no memory left",
      "GPUDevice.prototype.createBuffer = () => { throw new RangeError('createBuffer failed, size is too large') }",
    ],
  ])("with %s the page says what to do", async (_, heading, spoil) => {
    const spoilt = await browser.newContext({ serviceWorkers: "block" });
    spoilt.setDefaultTimeout(PATIENCE);
    await spoilt.route(/engine-worker.*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${spoil};\n${await response.text()}` });
    });
    const page = await spoilt.newPage();
    await page.goto(`${site.origin}/`);
    expect(await page.getByRole("alert").innerText()).toContain(heading);
    await page.locator("input#pictures").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("") });
    await inspect(page, `failed-${heading.toLowerCase().replace(/\W+/g, "-")}`);
    expect(await shownText(page)).not.toMatch(/\d %|NaN/);
    await spoilt.close();
  });
});
