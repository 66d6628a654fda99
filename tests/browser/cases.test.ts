/** The built page finds like films as the command line does, makes indexes that it takes, and reports what it shows: tables, JSON, pages. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Download, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unpackIndex } from "../../src/app/web/cases/index-archive.ts";
import { pageHeaders } from "../../src/app/web/content-policy.ts";
import { phantom } from "../../src/imaging/phantom.ts";
import { readCsv, writeCsv } from "../../src/loaders/csv.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { runProgram } from "../run-program.ts";
import { fileOf, tinyClassifier } from "../tiny-model.ts";
import { withDetector } from "../with-detector.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { inspect } from "./inspect.ts";
import { screenshots } from "./screenshots.ts";
import { type Site, serve } from "./site.ts";
import { webFolder } from "./web.ts";

const folder = mkdtempSync(join(tmpdir(), "roentgen-cases-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: readonly string[]): string => join(folder, ...names);

/** Five films of an index, of three patients, and one to ask about. */
const films = Array.from({ length: 6 }, (_, seed) => phantom({ size: 256, seed }).image);
const names = films.map((_, i) => (i === 5 ? "=asked, of.png" : `f${i}.png`));
const ASKED = names[5];
const tiny = tinyClassifier();

await describeInChromium((browser) => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(at("films"));
    for (const [i, film] of films.entries()) writeFileSync(at("films", names[i]), encodePng(film));
    const columns = ["file", "label", "patient_id", "source", "split"];
    const rows = names.map((name, i) => [`films/${name}`, i % 2 === 0 ? "even" : "odd", `p${i % 3}`, "drawn", i < 5 ? "in" : "out"]);
    writeFileSync(at("films.csv"), writeCsv({ columns, rows }));
    writeFileSync(at("model.safetensors"), fileOf(tiny));
    await search("index", at("films.csv"), "--where", "split=in", "--out", at("collection"), "--model", at("model.safetensors"));
    site = await serve({ "/": await webFolder() }, { headers: pageHeaders });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark", acceptDownloads: true });
    context.setDefaultTimeout(PATIENCE);
    // A small network in place of the page's own, which takes long to compile for a software adapter.
    await context.route(/cxr-mobilenet-v2.*\.safetensors$/, (route) => route.fulfill({ body: Buffer.from(fileOf(tiny)) }));
    context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    context.on("weberror", (error) => complaints.push(error.error().message));
    page = await context.newPage();
    await page.goto(`${site.origin}/`);
    await page.locator("input#pictures").setInputFiles(at("films", ASKED));
    await page.locator(".list .state.done").waitFor();
  }, PATIENCE);
  afterAll(() => site?.close());

  async function search(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runProgram("src/app/search.ts", args);
    expect(code, stderr).toBe(0);
    return stdout;
  }

  const choose = async (button: string, files: string | readonly string[]): Promise<void> => {
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: button, exact: true }).click(),
    ]);
    await chooser.setFiles(files);
  };
  const saved = async (button: string): Promise<{ readonly name: string; readonly bytes: Buffer }> => {
    const [download] = await Promise.all<Download | undefined>([
      page.waitForEvent("download"),
      page
        .getByRole("button", { name: button, exact: true })
        .click()
        .then(() => undefined),
    ]);
    const path = await download?.path();
    return { name: download?.suggestedFilename() ?? "", bytes: readFileSync(path ?? "") };
  };
  const strip = () => page.locator("roentgen-cases");
  const neighbours = () => strip().getByRole("listitem").getByRole("button");

  test("an index has the neighbours and distances of the command line, within 1e-5", async () => {
    await choose("Open an index…", at("collection"));
    await expect.poll(() => neighbours().count(), { timeout: PATIENCE }).toBe(5);
    await page.getByLabel("Leave out").selectOption("nothing");
    const asked = ["query", at("films", ASKED), "--index", at("collection"), "-k", "5", "--json"];
    const [{ neighbours: headless }] = JSON.parse(await search(...asked)).results;
    await expect.poll(() => neighbours().count(), { timeout: PATIENCE }).toBe(5);
    const { bytes } = await saved("Save JSON");
    const [{ neighbours: found }] = JSON.parse(bytes.toString()).results;
    expect(found).toHaveLength(5);
    for (const [rank, { distance, item }] of found.entries()) {
      expect(item.sha256).toBe(headless[rank].sha256);
      expect(Math.abs(distance - headless[rank].distance)).toBeLessThanOrEqual(1e-5 * Math.max(1, headless[rank].distance));
      const [{ label, file }, shown] = [headless[rank], await neighbours().nth(rank).innerText()];
      expect(shown.split("\n").map((line) => line.trim())).toEqual(
        expect.arrayContaining([label, `${rank + 1}. distance ${distance.toPrecision(4)}`, file.split("/").at(-1), "from drawn"]),
      );
    }
  });

  test("films are shown when their folder is given, and one of them large beside the picture, by keys alone", async () => {
    await expect.poll(() => strip().getByText("picture not given").count()).toBe(5);
    await choose("Show its films…", at("films"));
    await expect.poll(() => strip().locator("li canvas").count(), { timeout: PATIENCE }).toBe(5);
    const drawn = await strip()
      .locator("li canvas")
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
        return new Set(data).size;
      });
    expect(drawn).toBeGreaterThan(20);
    await inspect(page, "cases");
    await neighbours().first().focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await expect.poll(() => dialog.locator("roentgen-film .reading").count(), { timeout: PATIENCE }).toBe(2);
    expect(await dialog.getByRole("button", { name: "Close" }).evaluate((one) => one.matches(":focus"))).toBe(true);
    await inspect(page, "compare");
    const first = await dialog.getByRole("heading").innerText();
    await dialog.getByRole("button", { name: "Farther" }).click();
    expect(await dialog.getByRole("heading").innerText()).not.toBe(first);
    await page.keyboard.press("Escape");
    await expect.poll(() => dialog.count()).toBe(0);
  });

  test("k, the patient and the vote are the person's to choose", async () => {
    await page.getByLabel("Leave out").selectOption("the same patient");
    await page.getByLabel("Patient", { exact: true }).fill("p2");
    await page.getByLabel("Patient", { exact: true }).press("Enter");
    // f2 is of this patient.
    await expect.poll(() => neighbours().count(), { timeout: PATIENCE }).toBe(4);
    expect((await neighbours().allTextContents()).join()).not.toContain("f2.png");
    await page.getByLabel("Neighbours").fill("1");
    await page.getByLabel("Neighbours").press("Enter");
    await expect.poll(() => neighbours().count(), { timeout: PATIENCE }).toBe(1);
    expect(await strip().locator("section").innerText()).toMatch(/The neighbours vote for (even|odd): (even|odd) 1 \(100\.0 %\)/);
  });

  test("a table has a row a class, and no cell is a formula", async () => {
    const { name, bytes } = await saved("Save CSV");
    expect(name).toMatch(/^roentgen-\d{8}T\d{6}Z\.csv$/);
    const { columns, rows } = readCsv(bytes.toString(), name);
    const cells = rows.map((row) => Object.fromEntries(columns.map((column, place) => [column, row[place]])));
    expect(cells.map(({ class: label }) => label).sort()).toEqual(["covid", "normal", "pneumonia"]);
    expect(cells.reduce((sum, { probability }) => sum + Number(probability), 0)).toBeCloseTo(1, 5);
    for (const cell of cells)
      expect(cell).toMatchObject({ file: `'${ASKED}`, status: "scored", threshold: "0.5", threshold_from: "assumed" });
    expect(cells[0].roentgen).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
  });

  test("pages for paper hold film, heat map with its scale, scores, like films, model card and versions", async () => {
    await page.getByLabel("Method").selectOption("grad-cam");
    await page
      .getByText(/^features/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Print…" }).click();
    const report = page.locator("roentgen-report");
    await report.waitFor();
    const text = await report.locator(".paper").innerText();
    for (const said of [
      ASKED,
      "Research use, not for clinical use",
      "grad-cam for",
      "Model card",
      "Known failures",
      "The nearest of 5 films of collection",
    ])
      expect(text).toContain(said);
    expect(text).not.toMatch(/NaN|undefined|\[object/);
    expect(await report.locator("canvas.film").count()).toBe(3);
    expect(await report.getByRole("button", { name: "Print", exact: true }).evaluate((one) => one.matches(":focus"))).toBe(true);
    expect(
      await page
        .locator("main")
        .first()
        .evaluate((one: HTMLElement) => one.inert),
    ).toBe(true);
    const pdf = await page.pdf({ format: "A4", printBackground: true, preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    if (screenshots) writeFileSync(join(screenshots, "report.pdf"), pdf);
    // One for the picture and one for its model; with other fonts the card may go over it.
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect([2, 3]).toContain(pages);
    await inspect(page, "report");
    await page.keyboard.press("Escape");
    expect(await report.count()).toBe(0);
    expect(
      await page
        .locator("main")
        .first()
        .evaluate((one: HTMLElement) => one.inert),
    ).toBe(false);
  });

  test("an index of the pictures in the list is one that the command line takes", async () => {
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.locator("input#pictures").setInputFiles(names.slice(0, 3).map((name) => at("films", name)));
    await page.getByRole("button", { name: "Index these pictures" }).click();
    await page.getByLabel("Neighbours").fill("5");
    await page.getByLabel("Neighbours").press("Enter");
    // Of the four pictures the one that is asked about is left out.
    await expect.poll(() => neighbours().count(), { timeout: PATIENCE }).toBe(3);
    const { name, bytes } = await saved("Save the index");
    expect(name).toBe("pictures.zip");
    const { embeddings, items } = unpackIndex(bytes, name);
    for (const [file, contents] of Object.entries({ "embeddings.safetensors": embeddings, "items.jsonl": items }))
      writeFileSync(at("films", file), contents);
    const verified = await search("verify", at("films"), "--files", "--model", at("model.safetensors"), "--json");
    expect(JSON.parse(verified)).toMatchObject({ items: 4, files: 4, problems: [] });
  });

  test("an index that is dropped on the viewer is opened, and is no picture", async () => {
    await page.getByRole("button", { name: "Close", exact: true }).click();
    const files = ["embeddings.safetensors", "items.jsonl"].map((name) => [name, [...readFileSync(at("collection", name))]] as const);
    await page.locator("roentgen-viewer").evaluate((viewer, dropped) => {
      const dataTransfer = new DataTransfer();
      for (const [name, bytes] of dropped) dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
      viewer.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, files);
    await page.getByText("embeddings.safetensors: 5 films, features of").waitFor();
    expect(await page.locator(".list li").count()).toBe(4);
  });

  test("an index that is damaged is one clear error beside it", async () => {
    await page.getByRole("button", { name: "Close", exact: true }).click();
    writeFileSync(at("embeddings.safetensors"), readFileSync(at("collection", "embeddings.safetensors")));
    writeFileSync(at("items.jsonl"), "");
    await choose("Open its files…", [at("embeddings.safetensors"), at("items.jsonl")]);
    expect(await page.locator(".cases").getByRole("alert").innerText()).toBe(
      "items.jsonl: has 0 lines, its index 5 items (is it cut off?)",
    );
    expect(complaints).toEqual([]);
  });

  test("where the model's file says that a picture is none of its kind, the reason stands where scores would", async () => {
    const careful = await withDetector(tiny, films.slice(0, 3), { thresholds: { energy: -1e6 } });
    const weights = { name: "careful.safetensors", mimeType: "application/octet-stream", buffer: Buffer.from(fileOf(careful)) };
    await page.locator("input#weights").setInputFiles(weights);
    await page.locator(".panel .no-answer").waitFor();
    expect(await page.locator(".panel .no-answer").innerText()).toMatch(/unlike the films that the model was fitted on: energy /);
    await expect.poll(() => page.locator(".list .state").first().innerText(), { timeout: PATIENCE }).toBe("no answer");
    await inspect(page, "withheld");
    const { bytes } = await saved("Save CSV");
    expect(readCsv(bytes.toString(), "report.csv").rows[0].slice(1, 3)).toEqual(["withheld", ""]);
  });
});
