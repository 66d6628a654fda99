/**
 * The page trains on a folder of films as the command line does, bit for bit on the same adapter; it stops, comes back after a reload and
 * goes on as if it had not; and its model is a file that the command line loads.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pageHeaders } from "../../src/app/web/content-policy.ts";
import { percentText } from "../../src/app/web/score-text.ts";
import { readSafetensors } from "../../src/loaders/safetensors.ts";
import type { Prediction } from "../../src/models/result.ts";
import { type EpochRecord, readLog } from "../../src/training/log.ts";
import { runProgram } from "../run-program.ts";
import { folderOf } from "../training/films.ts";
import { phantomFiles } from "../training/phantoms.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { inspect } from "./inspect.ts";
import { libraryFolder, repository } from "./library.ts";
import { type Site, serve } from "./site.ts";
import { webFolder } from "./web.ts";

/** Takes Node's SwiftShader, which is the browser's. */
const sameAdapter = { VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" };

/** What an epoch's record says but for its times. */
const figures = ({ epoch, steps, lr, train, val, isBest }: EpochRecord) => ({ epoch, steps, lr, train, val, isBest });

await describeInChromium((browser) => {
  const { folder } = phantomFiles({ train: 8, val: 4, test: 4 });
  const oneClass = folderOf({ "only/readme.txt": "", "only/a.png": "no picture" });
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  let epochs = 0;
  const requests: string[] = [];
  const complaints: string[] = [];
  beforeAll(async () => {
    site = await serve({ "/dist/": await libraryFolder("one-file"), "/": await webFolder() }, { headers: pageHeaders });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark", acceptDownloads: true });
    context.setDefaultTimeout(PATIENCE);
    context.on("request", (request) => requests.push(request.url()));
    context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    context.on("weberror", (error) => complaints.push(error.error().message));
    page = await context.newPage();
    await page.goto(`${site.origin}/`);
  }, PATIENCE);
  afterAll(async () => {
    await site?.close();
    for (const one of [folder, oneClass]) rmSync(one, { recursive: true });
  });

  const choose = (path: string): Promise<void> => page.locator("roentgen-training input#folder").setInputFiles(path);
  const fill = (name: string, value: number): Promise<void> => page.getByLabel(name, { exact: true }).fill(String(value));
  const button = (name: string) => page.locator("roentgen-training").getByRole("button", { name });

  test("a folder that cannot be trained on says why, in one sentence", async () => {
    await page.getByRole("button", { name: "Train on your films…" }).click();
    await choose(oneClass);
    expect(await page.locator("roentgen-training").getByRole("alert").innerText()).toMatch(
      /: has one class only \(only\), nothing can be told apart$/,
    );
    expect(await button("Start training").isDisabled()).toBe(true);
  });

  test("a training shows its course, and Stop keeps a checkpoint", async () => {
    await choose(folder);
    await page.getByText(/16 films of 16 patients/).waitFor();
    await fill("Epochs", 200);
    await fill("Films a batch", 4);
    await page.getByText("More options").click();
    await fill("Pixels a side", 64);
    await fill("Seed", 3);
    await page.getByLabel("Augmentation").selectOption("apostolopoulos");
    // Drawn films of one size look alike.
    await page.getByLabel("nearly one picture").check();
    await inspect(page, "training-options");
    await page.getByText("cxr-mobilenet-v2 is ready").waitFor({ state: "attached" });
    await button("Start training").click();
    await page.locator("roentgen-training tbody th", { hasText: /^1\b/ }).waitFor();
    await button("Stop").click();
    const [, whole] =
      /after (\d+) whole/.exec(
        await page
          .locator("roentgen-training")
          .getByText(/^Stopped after/)
          .innerText(),
      ) ?? [];
    epochs = Number(whole) + 1;
    expect(epochs).toBeGreaterThan(1);
    await inspect(page, "training-stopped");
  });

  test("after a reload it goes on with the same folder, and not with another", async () => {
    await page.reload();
    await page.getByText("cxr-mobilenet-v2 is ready").waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Train on your films…" }).click();
    await page.getByText(new RegExp(`${epochs - 1} of 200 epochs done`)).waitFor();
    expect(await button("Go on").isDisabled()).toBe(true);
    const label = join(folder, "manifest.csv");
    const table = readFileSync(label, "utf8");
    writeFileSync(label, table.replace(/^0\.png,mask-0\.png,normal/m, "0.png,mask-0.png,opaque"));
    await choose(folder);
    await button("Go on").click();
    await page
      .locator("roentgen-training")
      .getByRole("alert")
      .getByText(/does not hold the 16 films of .* that the kept training learns from/)
      .waitFor();
    writeFileSync(label, table);
    await choose(folder);
    await page.getByText(/16 films of 16 patients/).waitFor();
    await fill("Epochs", epochs);
    await button("Go on").click();
    await page.getByText(`Training is done after ${epochs} epochs`).first().waitFor();
    expect(await page.locator("roentgen-training .curves svg[role=img]").count()).toBe(2);
    expect(
      await page
        .locator("roentgen-training")
        .getByText(/^On 4 test films: accuracy/)
        .count(),
    ).toBe(1);
    await inspect(page, "training-done");
  });

  const downloaded = async (name: string): Promise<Buffer> => {
    const [download] = await Promise.all([page.waitForEvent("download"), button(`Download ${name}`).click()]);
    expect(download.suggestedFilename()).toBe(name);
    return readFileSync(await download.path());
  };

  test("its log and its model are those of the command line on the same adapter, bit for bit, without a stop", async () => {
    const config = JSON.parse((await downloaded("config.json")).toString());
    expect(config).toMatchObject({ init: "cxr-mobilenet-v2", freeze: "trunk", epochs, batch: 4, size: 64, seed: 3, allow: ["picture"] });
    const [file, out] = [join(folder, "config.json"), join(folder, "headless")];
    writeFileSync(file, JSON.stringify(config));
    const args = [
      join(folder, "manifest.csv"),
      "--config",
      file,
      "--init",
      repository("weights/cxr-mobilenet-v2.safetensors"),
      "--out",
      out,
    ];
    const { code, stderr } = await runProgram("src/app/train.ts", args, sameAdapter);
    expect([code, stderr]).toEqual([0, expect.stringContaining("SwiftShader")]);
    const [inPage, headless] = [(await downloaded("log.jsonl")).toString(), readFileSync(join(out, "log.jsonl"), "utf8")];
    expect(readLog(inPage, "page").map(figures)).toEqual(readLog(headless, "headless").map(figures));
    const [model, same] = [await downloaded("model.safetensors"), readFileSync(join(out, "model.safetensors"))].map((bytes) =>
      readSafetensors(bytes, "model"),
    );
    expect([...model.tensors.keys()]).toEqual([...same.tensors.keys()]);
    const differing = [...model.tensors].filter(
      ([name, { bytes }]) => !Buffer.from(bytes).equals(same.tensors.get(name)?.bytes ?? Buffer.of()),
    );
    expect(differing.map(([name]) => name)).toEqual([]);
    expect(JSON.parse(model.metadata.test)).toEqual(JSON.parse(same.metadata.test));
  });

  test("its model scores a film in the viewer as on the command line", async () => {
    const path = join(folder, "trained.safetensors");
    writeFileSync(path, await downloaded("model.safetensors"));
    await button("Use this model in the viewer").click();
    await page.locator("input#pictures").setInputFiles(repository("samples/phantom.png"));
    await expect
      .poll(() => page.locator(".score .label").allTextContents(), { timeout: PATIENCE })
      .toEqual(expect.arrayContaining(["normal", "opaque"]));
    const shown = await page
      .locator(".score")
      .evaluateAll((rows) => rows.map((row) => [row.querySelector(".label")?.textContent, row.querySelector(".percent")?.textContent]));
    const { stdout } = await runProgram("src/app/infer.ts", [repository("samples/phantom.png"), "--model", path, "--json"], sameAdapter);
    const predictions: readonly Prediction[] = JSON.parse(stdout).results[0].predictions;
    expect(shown).toEqual(predictions.map(({ label, score }) => [label, percentText(score)]));
  });

  test("files of a page are moved whole or not at all, and listed by their folder", async () => {
    // As text: what runs in a page is none of what the test's own bundler may rewrite.
    const told = await page.evaluate(`(async () => {
      const { pageFiles } = await import("/dist/roentgen.browser.js");
      const files = pageFiles("roentgen-test");
      const text = async (path) => new TextDecoder().decode(await files.read(path));
      const problem = (work) => work.then(() => "none", ({ name, message }) => name + " " + message);
      await files.write("runs/a.txt", new TextEncoder().encode("first"));
      await files.write("runs/a.txt.partial", new TextEncoder().encode("second"));
      await files.rename("runs/a.txt.partial", "runs/a.txt");
      const gone = await problem(files.rename("runs/b.txt.partial", "runs/a.txt"));
      await files.write("runs/deep/c.txt", new Uint8Array());
      const after = { text: await text("runs/a.txt"), list: await files.list("runs"), none: await files.list("other"), gone };
      await files.remove("runs/a.txt");
      return { ...after, missing: await problem(files.read("runs/a.txt")) };
    })()`);
    expect(told).toEqual({
      text: "second",
      list: ["a.txt"],
      none: [],
      gone: "Error the file to be moved is not there",
      missing: "InputError runs/a.txt: no such file",
    });
  });

  test("nothing is asked of anyone but the page's own server, and its content policy stands in nobody's way", () => {
    expect(requests.filter((url) => !url.startsWith(`${site.origin}/`) && !url.startsWith(`blob:${site.origin}/`))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
