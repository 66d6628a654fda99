/** Tests that drive a browser; where none can start they are skipped, and the reason is their title. */
import type { Browser } from "playwright-core";
import { afterAll, describe, test } from "vitest";
import { PATIENCE, startChromium } from "./chromium.ts";

/** The tests that `body` makes, with a browser that is theirs alone. */
export async function describeInChromium(body: (browser: Browser) => void): Promise<void> {
  const started = await startChromium();
  if ("problem" in started) {
    test.skip(`in a page, but no Chromium can start: ${started.problem}`, () => {});
    return;
  }
  const { browser } = started;
  describe("in a page", { timeout: PATIENCE }, () => {
    afterAll(() => browser.close());
    body(browser);
  });
}
