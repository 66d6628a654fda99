/** The viewer's page as tests use it: opened once, with what it tells gathered, and what it asked for and complained of. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { pageHeaders } from "../../src/app/web/content-policy.ts";
import { PATIENCE } from "./chromium.ts";
import { inspect } from "./inspect.ts";
import { WIDE } from "./screenshots.ts";
import { type Site, serve } from "./site.ts";
import { webFolder } from "./web.ts";

/** What the page tells, gathered before its own script runs. */
declare global {
  var told: { readonly type: string; readonly detail: unknown }[];
}

export const gather = (): void => {
  globalThis.told = [];
  for (const type of ["ready", "progress", "result", "error"])
    document.addEventListener(
      type,
      (event) => {
        if (event instanceof CustomEvent) globalThis.told.push({ type, detail: structuredClone(event.detail) });
      },
      { capture: true },
    );
};

/** All that can be read in the viewer; a shadow host itself has no text. */
export const shownText = (page: Page): Promise<string> =>
  page
    .locator("roentgen-viewer")
    .evaluate(({ shadowRoot }) =>
      [...(shadowRoot?.children ?? [])].map((part) => (part instanceof HTMLElement ? part.innerText : "")).join("\n"),
    );

/** A page that is opened before the tests around it, and closed after them. */
export interface ViewerPage {
  readonly site: Site;
  readonly page: Page;
  readonly requests: readonly string[];
  readonly complaints: string[];
  /** What the page told first of a type since it was opened, or since `forget`; waits for it. */
  until(type: string): Promise<unknown>;
  forget(): Promise<unknown>;
  addPictures(files: Parameters<Page["setInputFiles"]>[1]): Promise<void>;
  /** What is drawn, as one number that any change of the picture changes. */
  drawn(): Promise<number>;
  /** `inspect` of the page. */
  inspect(view: string): Promise<void>;
}

export function viewerIn(browser: Browser): ViewerPage {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  const requests: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    site = await serve({ "/": await webFolder() }, { headers: pageHeaders });
    context = await browser.newContext({ viewport: WIDE, colorScheme: "dark" });
    context.setDefaultTimeout(PATIENCE);
    context.on("request", (request) => requests.push(request.url()));
    context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    context.on("weberror", (error) => complaints.push(error.error().message));
    await context.addInitScript(gather);
    page = await context.newPage();
    await page.goto(`${site.origin}/`);
  }, PATIENCE);
  afterAll(() => site?.close());

  return {
    get site() {
      return site;
    },
    get page() {
      return page;
    },
    requests,
    complaints,
    until: (type) =>
      page
        .waitForFunction((wanted) => globalThis.told.find((one) => one.type === wanted)?.detail, type)
        .then((handle) => handle.jsonValue()),
    forget: () => page.evaluate(() => globalThis.told.splice(0)),
    addPictures: (files) => page.locator("input#pictures").setInputFiles(files),
    drawn: () =>
      page
        .locator("roentgen-film canvas.film")
        .first()
        .evaluate(async (canvas: HTMLCanvasElement) => {
          // Drawn as soon as the viewer has handed it over, within the next frame, and the film is done with it.
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          const root = canvas.getRootNode();
          if (root instanceof ShadowRoot && "updateComplete" in root.host) await root.host.updateComplete;
          const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
          let sum = 0;
          for (const [i, value] of data.entries()) sum = (31 * sum + (i + 1) * value) % 4294967291;
          return sum;
        }),
    inspect: (view) => inspect(page, view),
  };
}
