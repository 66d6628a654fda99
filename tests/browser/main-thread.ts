/**
 * What keeps the viewer's page from answering: the longest tasks of its main thread while it opens, makes its model ready, scores a film,
 * draws a heat map and shows a large film of 16 bits. Prints a table; `npx tsx tests/browser/main-thread.ts`. The page is opened once
 * before, so that the caches of the browser are warm.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { pageHeaders } from "../../src/app/web/content-policy.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { PATIENCE, startChromium } from "./chromium.ts";
import { repository } from "./library.ts";
import { serve } from "./site.ts";
import { webFolder } from "./web.ts";

/** One event of Chromium's trace, times in microseconds: `dur` as a clock tells, `tdur` as the thread computed. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const categories = ["toplevel", "blink.user_timing", "devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"];

/** What is done with the page, in order; each ends when its effect is seen. */
const phases: Readonly<Record<string, (page: Page, origin: string) => Promise<unknown>>> = {
  load: (page, origin) => page.goto(`${origin}/`),
  compile: (page) => page.getByText(/mobilenet_v2, /).waitFor(),
  run: async (page) => {
    await page.locator("input#pictures").setInputFiles(repository("samples/phantom.png"));
    await page.locator(".score").first().waitFor();
  },
  "heat map": async (page) => {
    await page.getByLabel("Method").selectOption("grad-cam");
    await page.getByText(/^features, \d/).waitFor();
  },
  "16-bit film": async (page) => {
    await page.locator("input#pictures").setInputFiles(large);
    await page.getByRole("button", { name: /^large\.png/ }).click();
    await page.getByRole("application", { name: /3000 by 2500/ }).waitFor();
    await page.locator("roentgen-film").hover();
    for (let step = 0; step < 10; step++) await page.mouse.wheel(0, -60);
    await page.getByRole("button", { name: /^large\.png .*%/ }).waitFor();
  },
};

/** 15 MB of grey levels, all of them different from their neighbours. */
function largeFilm(): Uint8Array {
  const [width, height] = [3000, 2500];
  const data = Uint16Array.from({ length: width * height }, (_, i) =>
    Math.round((i % width) * 20 + 3000 * Math.sin(i / width / 40) + 3000),
  );
  return encodePng({ width, height, channels: 1, bitDepth: 16, data });
}

async function traced(browser: Browser, page: Page, origin: string): Promise<readonly TraceEvent[]> {
  await browser.startTracing(page, { categories });
  for (const [name, go] of Object.entries(phases)) {
    await go(page, origin);
    await page.evaluate((phase) => performance.mark(`end of ${phase}`), name);
  }
  return JSON.parse((await browser.stopTracing()).toString()).traceEvents;
}

/** A task, and the part of the page's life that it falls into. */
interface Task {
  readonly phase: string;
  readonly clockMs: number;
  readonly threadMs: number;
  /** What took the longest in it. */
  readonly within: string;
}

function tasksIn(events: readonly TraceEvent[]): Task[] {
  const marks = Object.keys(phases).map((phase) => ({ phase, event: events.find(({ name }) => name === `end of ${phase}`) }));
  const main = marks[0].event;
  if (!main) throw new Error("the trace has no marks");
  const own = events.filter(({ ph, pid, tid }) => ph === "X" && pid === main.pid && tid === main.tid);
  return own
    .filter(({ name }) => name === "ThreadControllerImpl::RunTask" || name === "RunTask")
    .flatMap((task) => {
      const phase = marks.find(({ event }) => event && task.ts < event.ts)?.phase;
      const end = task.ts + (task.dur ?? 0);
      const inside = own.filter(({ ts, dur = 0, name }) => ts > task.ts && ts + dur <= end && !/RunTask/.test(name));
      const longest = inside.toSorted((a, b) => (b.dur ?? 0) - (a.dur ?? 0))[0];
      const [clockMs, threadMs] = [task.dur ?? 0, task.tdur ?? task.dur ?? 0].map((microseconds) => microseconds / 1000);
      return phase === undefined ? [] : [{ phase, clockMs, threadMs, within: longest?.name ?? "" }];
    });
}

// By its path: the bytes would be handed over in the page, on the very thread that is looked at.
const folder = mkdtempSync(join(tmpdir(), "roentgen-main-thread-"));
const large = join(folder, "large.png");
writeFileSync(large, largeFilm());
const started = await startChromium();
if ("problem" in started) throw new Error(started.problem);
const { browser } = started;
const site = await serve({ "/": await webFolder() }, { headers: pageHeaders });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
context.setDefaultTimeout(PATIENCE);
const first = await context.newPage();
await phases.load(first, site.origin);
await phases.compile(first, site.origin);
await first.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
await first.close();
const page = await context.newPage();
const tasks = tasksIn(await traced(browser, page, site.origin));
const interactive = await page.evaluate(() => {
  const [{ domContentLoadedEventEnd }] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  return { scripts: domContentLoadedEventEnd, paint };
});
console.log(`interactive after ${interactive.scripts.toFixed(0)} ms, painted after ${interactive.paint.toFixed(0)} ms\n`);
console.log(
  "| part | tasks | above 50 ms | longest by the clock | longest by the thread | within |\n| --- | --- | --- | --- | --- | --- |",
);
for (const phase of Object.keys(phases)) {
  const own = tasks.filter((task) => task.phase === phase).toSorted((a, b) => b.threadMs - a.threadMs);
  const clock = Math.max(...own.map(({ clockMs }) => clockMs));
  const long = own.filter(({ threadMs }) => threadMs > 50).length;
  console.log(`| ${phase} | ${own.length} | ${long} | ${clock.toFixed(0)} ms | ${own[0]?.threadMs.toFixed(0)} ms | ${own[0]?.within} |`);
}
await browser.close();
await site.close();
rmSync(folder, { recursive: true });
