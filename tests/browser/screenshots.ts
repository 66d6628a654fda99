/** A page as people see it: wide and narrow, light and dark; and pictures of that for people to look at. */
import { join } from "node:path";
import type { Page } from "playwright-core";

/** Where pictures go. Without a folder none are taken, since they cost time. */
export const screenshots = process.env.ROENTGEN_SCREENSHOTS;

export const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

/** Shows a page in every shape, takes its picture under the view's name, and leaves it wide. */
export async function inEveryShape(page: Page, view: string, look: (shape: string) => Promise<void>): Promise<void> {
  for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      const shape = `${view}-${size}-${colorScheme}`;
      if (screenshots) await page.screenshot({ path: join(screenshots, `${shape}.png`), fullPage: size === "narrow" });
      await look(shape);
    }
  }
  await page.setViewportSize(WIDE);
}
