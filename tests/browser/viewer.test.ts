/** The built page scores films as the command line does, explains them, is used by mouse and keys, and sends nothing anywhere. */
import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { percentText } from "../../src/app/web/score-text.ts";
import type { Prediction } from "../../src/models/result.ts";
import { runProgram } from "../run-program.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { repository } from "./library.ts";
import { shownText, viewerIn } from "./viewer-page.ts";

await describeInChromium((browser) => {
  const viewer = viewerIn(browser);
  const { requests, complaints, until, drawn, inspect, addPictures } = viewer;
  const phantom = readFileSync(repository("samples/phantom.png"));
  let scores: readonly Prediction[] = [];

  test("the model is made ready, with progress told in bytes and kernels", async () => {
    expect(await until("ready")).toMatchObject({ name: "cxr-mobilenet-v2", classes: ["normal", "pneumonia", "covid", "tuberculosis"] });
    const stages = await viewer.page.evaluate(() => globalThis.told.flatMap(({ type, detail }) => (type === "progress" ? [detail] : [])));
    const { size } = statSync(repository("weights/cxr-mobilenet-v2.safetensors"));
    expect(stages).toContainEqual({ stage: "download", name: "cxr-mobilenet-v2", done: size, total: size });
    expect(stages).toContainEqual(expect.objectContaining({ stage: "self-test" }));
    expect(stages).toContainEqual(expect.objectContaining({ stage: "compile", name: "cxr-mobilenet-v2" }));
    await inspect("empty");
  });

  test("a chosen film has the scores of the command line, within 1e-4", async () => {
    await addPictures(repository("samples/phantom.png"));
    const { predictions, picture } = (await until("result")) as { readonly picture: string; readonly predictions: readonly Prediction[] };
    expect(picture).toBe("phantom.png");
    const { stdout } = await runProgram("src/app/infer.ts", ["samples/phantom.png", "--model", "cxr-mobilenet-v2", "--json"]);
    const headless: readonly Prediction[] = JSON.parse(stdout).results[0].predictions;
    scores = predictions;
    expect(predictions.map(({ label }) => label)).toEqual(headless.map(({ label }) => label));
    for (const [place, { score }] of predictions.entries()) expect(Math.abs(score - headless[place].score)).toBeLessThan(1e-4);
    await expect.poll(() => viewer.page.locator(".score .percent").allTextContents()).toHaveLength(4);
  });

  test("i inverts, r resets, a left drag windows, a wheel zooms, a middle drag pans", async () => {
    const first = await drawn();
    const film = viewer.page.locator("roentgen-film canvas.film");
    await film.focus();
    const changes: Readonly<Record<string, () => Promise<void>>> = {
      invert: () => viewer.page.keyboard.press("i"),
      window: () => dragged("left"),
      zoom: () => viewer.page.mouse.wheel(0, -300),
      pan: () => dragged("middle"),
      keys: () => viewer.page.keyboard.press("Shift+ArrowUp"),
    };
    const dragged = async (button: "left" | "middle"): Promise<void> => {
      await viewer.page.mouse.move(700, 400);
      await viewer.page.mouse.down({ button });
      await viewer.page.mouse.move(760, 430, { steps: 3 });
      await viewer.page.mouse.up({ button });
    };
    for (const [name, change] of Object.entries(changes)) {
      await change();
      expect(await drawn(), name).not.toBe(first);
      await viewer.page.keyboard.press("r");
      expect(await drawn(), `${name}, reset`).toBe(first);
    }
  });

  test("when the GPU process ends in the middle of a list, all of it is scored as before, by models that are loaded anew", async () => {
    await viewer.forget();
    await addPictures([1, 2, 3].map((place) => ({ name: `${place}.png`, mimeType: "image/png", buffer: phantom })));
    await viewer.page.locator(".list .state.working").waitFor();
    const session = await browser.newBrowserCDPSession();
    await session.send("Browser.crashGpuProcess").catch(() => {});
    await session.detach();
    for (const place of [1, 2, 3]) {
      const found = await viewer.page.waitForFunction(
        (name) => told.find(({ detail }) => (detail as { picture?: string }).picture === name),
        `${place}.png`,
      );
      expect((await found.jsonValue())?.detail).toMatchObject({ predictions: scores });
      await viewer.page.getByRole("button", { name: `Remove ${place}.png` }).click();
    }
  });

  test("lungs are outlined, and a heat map lies over the film", async () => {
    const plain = await drawn();
    await viewer.page.getByLabel("Lung outline").check();
    await viewer.page.getByText(/Lungs cover \d/).waitFor();
    await viewer.page.getByLabel("Method").selectOption("grad-cam");
    await expect.poll(drawn, { timeout: PATIENCE }).not.toBe(plain);
    await inspect("scored");
  });

  test("another model is compared: its scores in a second column, and its heat map beside the first one's on one scale", async () => {
    const { page } = viewer;
    await page.getByLabel("Compare with").selectOption("cxr-resnet18");
    await page.getByText(/^Both heat maps are on one scale: the strongest colour is \d/).waitFor();
    const { stdout } = await runProgram("src/app/infer.ts", ["samples/phantom.png", "--model", "cxr-resnet18", "--json"]);
    const headless: readonly Prediction[] = JSON.parse(stdout).results[0].predictions;
    const shown = await page
      .locator(".compare tbody tr")
      .evaluateAll((rows) =>
        rows.map((row) => [
          row.querySelector("th")?.textContent,
          ...Array.from(row.querySelectorAll(".percent"), (cell) => cell.textContent),
        ]),
      );
    const textsOf = (predictions: readonly Prediction[]) => new Map(predictions.map(({ label, score }) => [label, percentText(score)]));
    const [first, second] = [textsOf(scores), textsOf(headless)];
    expect(shown).toEqual([...first].map(([label, text]) => [label, text, second.get(label)]));
    const films = page.locator("roentgen-film");
    expect(await films.count()).toBe(2);
    // What is done to one film is done to the other.
    await page.getByRole("button", { name: "Zoom in" }).click();
    const readings = async () => new Set(await films.locator(".reading").allTextContents());
    await expect.poll(readings).toHaveProperty("size", 1);
    expect([...(await readings())].join()).not.toMatch(/Zoom\s+100 %/);
    await inspect("compared");
    await page.getByLabel("Compare with").selectOption("nothing");
    await expect.poll(() => films.count()).toBe(1);
  });

  test("a file that is no picture says so in the list, and nothing has a score that is no number", async () => {
    await addPictures({ name: "notes.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await viewer.page.locator(".list .state.failed").waitFor();
    expect(await viewer.page.locator(".list .state").allTextContents()).toEqual([
      expect.stringMatching(/^\w+ \d/),
      expect.stringMatching(/^\S+/),
    ]);
    expect(await shownText(viewer.page)).not.toMatch(/NaN|undefined|\[object/);
    expect(await viewer.page.getByText("Not for clinical use").isVisible()).toBe(true);
  });

  test("a file of weights that is damaged says what is wrong with it", async () => {
    const weights = readFileSync(repository("weights/cxr-mobilenet-v2.safetensors")).subarray(0, 100_000);
    await viewer.page.locator("input#weights").setInputFiles({ name: "own.safetensors", mimeType: "", buffer: weights });
    expect(await viewer.page.getByRole("alert").innerText()).toMatch(
      /own\.safetensors: tensor .* ends at byte \d+ of the data, the file has \d+/,
    );
  });

  test("nothing is asked of anyone but the page's own server, and its content policy stands in nobody's way", async () => {
    expect(requests.length).toBeGreaterThan(4);
    expect(requests.filter((url) => !url.startsWith(`${viewer.site.origin}/`))).toEqual([]);
    expect(complaints).toEqual([]);
    const sent = await viewer.page.evaluate(() => fetch("http://127.0.0.1:9/").then(String, ({ name }: Error) => name));
    expect(sent).toBe("TypeError");
    expect(complaints.splice(0).join()).toMatch(/content security policy/i);
  });
});
