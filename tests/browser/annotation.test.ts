/**
 * Films are annotated in the built page: boxes and outlines by pointer and keys, kept over a reload, undone, exported and read back; two
 * annotators are compared and brought to a consensus; films are read blind. No model is needed for any of it.
 */
import { readFile } from "node:fs/promises";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pageHeaders } from "../../src/app/web/content-policy.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { inspect } from "./inspect.ts";
import { repository } from "./library.ts";
import { type Site, serve } from "./site.ts";
import { shownText } from "./viewer-page.ts";
import { webFolder } from "./web.ts";

await describeInChromium((browser) => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const scripts: string[] = [];

  beforeAll(async () => {
    site = await serve({ "/": await webFolder() }, { headers: pageHeaders });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark", serviceWorkers: "block" });
    context.setDefaultTimeout(PATIENCE);
    context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    context.on("weberror", (error) => complaints.push(error.error().message));
    context.on("request", (request) => request.resourceType() === "script" && scripts.push(new URL(request.url()).pathname));
    // Weights are left out, so that only what is looked at takes time; the viewer says that there is no model.
    await context.route(/\.safetensors$/, (route) => route.abort());
    page = await context.newPage();
    await open();
  }, PATIENCE);
  afterAll(() => site?.close());

  const film = () => page.locator("roentgen-marks");
  const tags = () => page.locator("roentgen-marks .tag").allTextContents();
  const rows = () => page.locator(".marks li .name").allTextContents();
  const button = (name: string) => page.getByRole("button", { name });
  const tool = (name: string) => page.getByRole("toolbar").getByRole("button", { name }).click();

  async function open(): Promise<void> {
    await page.goto(`${site.origin}/`);
    await page.locator("input#pictures").setInputFiles(repository("samples/phantom.png"));
    await page.locator("roentgen-film .reading").waitFor();
    await button("Dismiss").click();
  }

  async function annotate(): Promise<void> {
    await button("Annotate films").click();
    await page.getByRole("toolbar", { name: "Annotation tools" }).waitFor();
  }

  async function name(who: string): Promise<void> {
    await page.getByLabel("Annotator").fill(who);
    await page.getByLabel("Annotator").press("Enter");
  }

  /** Where a share of the film is on the page. */
  async function placeOf(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = await page.locator("roentgen-marks .plane").boundingBox();
    if (!box) throw new Error("there is no film");
    return { x: box.x + x * box.width, y: box.y + y * box.height };
  }

  async function drag(from: readonly [number, number], to: readonly [number, number], mouse: "left" | "middle" = "left"): Promise<void> {
    const [start, end] = [await placeOf(...from), await placeOf(...to)];
    await page.mouse.move(start.x, start.y);
    await page.mouse.down({ button: mouse });
    await page.mouse.move((start.x + end.x) / 2, end.y, { steps: 3 });
    await page.mouse.move(end.x, end.y, { steps: 3 });
    await page.mouse.up({ button: mouse });
  }

  async function click(x: number, y: number): Promise<void> {
    const place = await placeOf(x, y);
    await page.mouse.move(place.x, place.y, { steps: 2 });
    await page.mouse.click(place.x, place.y);
  }

  async function exported(name: string): Promise<Buffer> {
    const [download] = await Promise.all([page.waitForEvent("download"), button(name).click()]);
    return readFile(await download.path());
  }

  test("nothing of the annotation is loaded before it is opened", async () => {
    const before = scripts.length;
    await annotate();
    expect(scripts.length).toBeGreaterThan(before);
    const texts = await Promise.all(scripts.slice(0, before).map((path) => page.request.get(site.origin + path).then((one) => one.text())));
    expect(texts.filter((text) => text.includes("a9s-annotation"))).toEqual([]);
  });

  test("without a name nothing is marked; with one a box is drawn with the pointer and an outline corner by corner", async () => {
    await expect(page.getByLabel("Annotator").evaluate((field) => field.matches(":focus"))).resolves.toBe(true);
    await tool("Box");
    await drag([0.3, 0.3], [0.45, 0.5]);
    await page.getByText("Enter your name as the annotator first").waitFor();
    await name("Ann");
    await drag([0.3, 0.3], [0.45, 0.5]);
    await expect.poll(rows).toEqual(["opacity box"]);
    await page.getByLabel("Label", { exact: true }).first().fill("effusion");
    await page.getByLabel("Label", { exact: true }).first().press("Enter");
    await tool("Outline");
    for (const [x, y] of [
      [0.6, 0.4],
      [0.75, 0.4],
      [0.75, 0.6],
      [0.62, 0.62],
      [0.6, 0.4],
    ])
      await click(x, y);
    await expect.poll(rows).toEqual(["opacity box", "effusion outline"]);
    expect(await tags()).toEqual(["opacity", "effusion"]);
    await inspect(page, "annotated");
  });

  test("what is drawn is where the pointer was, also when the film is zoomed and panned", async () => {
    await button("Zoom in").click();
    await drag([0.5, 0.5], [0.55, 0.5], "middle");
    await tool("Box");
    await drag([0.5, 0.5], [0.6, 0.6]);
    await expect.poll(rows).toHaveLength(3);
    const { items } = JSON.parse(String(await exportedW3c()));
    const [x, y, width, height] = items[2].target.selector.value.replace("xywh=pixel:", "").split(",").map(Number);
    const { width: columns, height: lines } = items[2].target.source;
    // Half a pixel of the page at each end.
    for (const [got, share, of] of [
      [x, 0.5, columns],
      [y, 0.5, lines],
      [width, 0.1, columns],
      [height, 0.1, lines],
    ])
      expect(Math.abs(got / of - share)).toBeLessThan(0.005);
    await button("Reset").click();
  });

  async function exportedW3c(): Promise<Buffer> {
    const files = page.locator("details", { has: page.locator("summary", { hasText: "Files" }) });
    if (!(await files.evaluate((details: HTMLDetailsElement) => details.open))) await files.locator("summary").click();
    return exported("W3C annotations");
  }

  test("marks are undone and made again, moved by keys, and removed", async () => {
    await film().focus();
    await page.keyboard.press("Control+z");
    await expect.poll(rows).toHaveLength(2);
    await page.keyboard.press("Control+Shift+z");
    await expect.poll(rows).toHaveLength(3);
    await page.keyboard.press("s");
    await film().focus();
    await page.keyboard.press("n");
    await page.keyboard.press("p");
    const before = JSON.parse(String(await exportedW3c())).items;
    const chosen = await page.locator(".marks li.chosen .name").textContent();
    await film().focus();
    await page.keyboard.press("ArrowRight");
    await expect
      .poll(async () => JSON.parse(String(await exportedW3c())).items.filter(({ modified }: { modified?: string }) => modified))
      .toHaveLength(1);
    expect(chosen).toBe("effusion box");
    expect(before).toHaveLength(3);
    await film().focus();
    await page.keyboard.press("Delete");
    await expect.poll(rows).toEqual(["opacity box", "effusion outline"]);
  });

  test("a box is drawn by keys alone", async () => {
    await page.keyboard.press("b");
    await film().focus();
    for (const key of ["Enter", "ArrowRight", "ArrowRight", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await expect.poll(rows).toHaveLength(3);
    await page.keyboard.press("Control+z");
    await expect.poll(rows).toHaveLength(2);
  });

  test("after a reload everything is there again, with the name", async () => {
    await open();
    await annotate();
    await expect.poll(rows).toEqual(["opacity box", "effusion outline"]);
    await expect.poll(tags).toEqual(["opacity", "effusion"]);
    expect(await page.getByLabel("Annotator").inputValue()).toBe("Ann");
  });

  test("what another tab marks is seen here", async () => {
    const here = page;
    page = await context.newPage();
    await open();
    await annotate();
    await button("no finding").click();
    await page.getByText("There are findings on this film").waitFor();
    await page.getByRole("button", { name: /^Add “/ }).click();
    await expect.poll(rows).toHaveLength(3);
    await page.close();
    page = here;
    await expect.poll(rows).toEqual(["opacity box", "effusion outline", "opacity whole film"]);
  });

  test("marks go out as W3C, COCO and masks, and come back into an empty browser", async () => {
    const w3c = await exportedW3c();
    expect(JSON.parse(String(await exported("COCO"))).annotations).toHaveLength(2);
    expect((await exported("Masks (zip)")).subarray(0, 2).toString()).toBe("PK");
    const other = await browser.newContext({ serviceWorkers: "block" });
    other.setDefaultTimeout(PATIENCE);
    await other.route(/\.safetensors$/, (route) => route.abort());
    const here = page;
    page = await other.newPage();
    await open();
    await annotate();
    await page.locator("summary", { hasText: "Files" }).click();
    await page.getByLabel("Import").setInputFiles({ name: "annotations.json", mimeType: "application/json", buffer: w3c });
    await page.getByLabel("Show the marks of others").check();
    await expect.poll(rows).toHaveLength(3);
    await page
      .getByLabel("Import")
      .setInputFiles({ name: "broken.json", mimeType: "application/json", buffer: Buffer.from('{"type":"AnnotationPage"}') });
    await page.getByText("broken.json: items must be a list, got nothing").waitFor();
    await other.close();
    page = here;
  });

  test("a second annotator sees none of the first one's marks, is compared with them, and a third makes a consensus", async () => {
    await name("Bo");
    await expect.poll(rows).toEqual([]);
    await page.getByLabel("Label", { exact: true }).first().fill("opacity");
    await page.getByLabel("Label", { exact: true }).first().press("Enter");
    await page.keyboard.press("Escape");
    await tool("Box");
    await drag([0.31, 0.3], [0.45, 0.52]);
    await expect.poll(rows).toEqual(["opacity box"]);
    await page.locator("summary", { hasText: "Agreement" }).click();
    await page.getByText("Ann – Bo").waitFor();
    const values = await page.locator("dl.values").first().innerText();
    expect(values).toMatch(/matches\s+1 \(IoU 0\.8\d\)/);
    expect(values).toMatch(/IoU\s+0\.\d\d/);
    await name("Cy");
    await page.locator("summary", { hasText: "Consensus" }).click();
    await page.getByRole("button", { name: "Merge opacity" }).click();
    await page.getByText("in the consensus").waitFor();
    await expect.poll(tags).toContain("opacity · consensus by Cy");
    await inspect(page, "consensus");
  });

  test("films are read blind: no names, scores or marks of others, answers by keys, kept as a table", async () => {
    await page.locator("input#pictures").setInputFiles(repository("tests/fixtures/films/grey.jpg"));
    await page.locator("summary", { hasText: "Blind reading" }).click();
    await page.getByLabel("Answers").fill("normal, covid");
    await page.getByLabel("Answers").press("Enter");
    await button("Start reading").click();
    await page.getByRole("heading", { name: "Film 1 of 2" }).waitFor();
    expect(await shownText(page)).not.toMatch(/phantom|grey\.jpg|Ann\b|consensus|Scores/);
    expect(await tags()).toEqual([]);
    await inspect(page, "reading");
    for (const place of [1, 2]) {
      await page.getByRole("heading", { name: `Film ${place} of 2` }).waitFor();
      await page.keyboard.press(String(place));
      await button("Next film").click();
    }
    await page.getByText("2 films read.").waitFor({ state: "attached" });
    const [header, ...answers] = String(await exported("Readings (CSV)"))
      .trim()
      .split("\n");
    expect(header).toBe("reader,sha256,file,place,label,confidence,seconds,started,answered,seed,session");
    expect(answers).toHaveLength(2);
    expect(answers[0]).toMatch(/^Cy,[0-9a-f]{64},(phantom\.png|grey\.jpg),1,normal,50,\d+\.\d,/);
  });

  test("the content policy stands in nobody's way", () => {
    expect(complaints.filter((text) => !/safetensors|Failed to load resource/.test(text))).toEqual([]);
  });
});
