/** Pictures of a page for people to look at: wide and narrow, light and dark. Without a folder none are taken, since they cost time. */
import { join } from "node:path";
import type { Page } from "playwright-core";

const folder = process.env.ROENTGEN_SCREENSHOTS;

/** Takes pictures of the page under a name, and leaves it wide. */
export function screenshooter(pageOf: () => Page): (name: string) => Promise<void> {
  return async (name) => {
    if (!folder) return;
    const page = pageOf();
    for (const [size, viewport] of Object.entries({ wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } })) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`), fullPage: size === "narrow" });
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  };
}
