/** Whether everybody can use what a page shows, by axe-core's rules. */
import axeCore from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { inEveryShape } from "./screenshots.ts";

declare global {
  /** What the page has once axe-core's source was run in it. */
  var axe: typeof axeCore;
}

/** Expects that everybody can use what the page shows, wide and narrow, dark and light; takes its pictures, where somebody wants them. */
export const inspect = (page: Page, view: string): Promise<void> =>
  inEveryShape(page, view, async (shape) => expect(await violations(page), shape).toEqual([]));

/** The rules of axe-core that the page breaks, and where. */
async function violations(page: Page): Promise<unknown> {
  // By the debugger's own way in, which a content policy does not stand in.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeCore.source);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.map(({ target, failureSummary }) => [target.join(" "), failureSummary]),
    }));
  });
}
