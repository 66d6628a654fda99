/** The built page scores films as the command line does, explains them, is used by mouse and keys, and sends nothing anywhere. */
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pageHeaders } from "../../src/app/web/content-policy.ts";
import type { Prediction } from "../../src/models/result.ts";
import { runProgram } from "../run-program.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { repository } from "./library.ts";
import { screenshooter } from "./screenshots.ts";
import { type Site, serve } from "./site.ts";
import { webFolder } from "./web.ts";

/** What the page tells, gathered before its own script runs. */
declare global {
  var told: { readonly type: string; readonly detail: unknown }[];
}

const gather = (): void => {
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

await describeInChromium((browser) => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  let scores: readonly Prediction[] = [];
  const requests: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    site = await serve({ "/": await webFolder() }, { headers: pageHeaders });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
    context.setDefaultTimeout(PATIENCE);
    context.on("request", (request) => requests.push(request.url()));
    context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    context.on("weberror", (error) => complaints.push(error.error().message));
    await context.addInitScript(gather);
    page = await context.newPage();
    await page.goto(`${site.origin}/`);
  }, PATIENCE);
  afterAll(() => site?.close());

  const until = (type: string): Promise<unknown> =>
    page.waitForFunction((wanted) => globalThis.told.find((one) => one.type === wanted)?.detail, type).then((handle) => handle.jsonValue());

  const shoot = screenshooter(() => page);

  /** What is drawn, as one number that any change of the picture changes. */
  const drawn = (): Promise<number> =>
    page.locator("roentgen-film canvas.film").evaluate(async (canvas: HTMLCanvasElement) => {
      // The next frame has been drawn when the one after it begins.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      let sum = 0;
      for (const [i, value] of data.entries()) sum = (31 * sum + (i + 1) * value) % 4294967291;
      return sum;
    });

  test("the model is made ready, with progress told in bytes and kernels", async () => {
    expect(await until("ready")).toMatchObject({ name: "cxr-mobilenet-v2", classes: ["normal", "pneumonia", "covid", "tuberculosis"] });
    const stages = await page.evaluate(() => globalThis.told.flatMap(({ type, detail }) => (type === "progress" ? [detail] : [])));
    expect(stages).toContainEqual({ stage: "download", name: "cxr-mobilenet-v2", done: 4551544, total: 4551544 });
    expect(stages).toContainEqual(expect.objectContaining({ stage: "self-test" }));
    expect(stages).toContainEqual(expect.objectContaining({ stage: "compile", name: "cxr-mobilenet-v2" }));
    await shoot("empty");
  });

  test("a chosen film has the scores of the command line, within 1e-4", async () => {
    await page.locator("input#pictures").setInputFiles(repository("samples/phantom.png"));
    const { predictions, picture } = (await until("result")) as { readonly picture: string; readonly predictions: readonly Prediction[] };
    expect(picture).toBe("phantom.png");
    const { stdout } = await runProgram("src/app/infer.ts", ["samples/phantom.png", "--model", "cxr-mobilenet-v2", "--json"]);
    const headless: readonly Prediction[] = JSON.parse(stdout).results[0].predictions;
    scores = predictions;
    expect(predictions.map(({ label }) => label)).toEqual(headless.map(({ label }) => label));
    for (const [place, { score }] of predictions.entries()) expect(Math.abs(score - headless[place].score)).toBeLessThan(1e-4);
    await expect.poll(() => page.locator(".score .percent").allTextContents()).toHaveLength(4);
  });

  test("i inverts, r resets, a left drag windows, a wheel zooms, a middle drag pans", async () => {
    const first = await drawn();
    const film = page.locator("roentgen-film canvas.film");
    await film.focus();
    const changes: Readonly<Record<string, () => Promise<void>>> = {
      invert: () => page.keyboard.press("i"),
      window: () => dragged("left"),
      zoom: () => page.mouse.wheel(0, -300),
      pan: () => dragged("middle"),
      keys: () => page.keyboard.press("Shift+ArrowUp"),
    };
    const dragged = async (button: "left" | "middle"): Promise<void> => {
      await page.mouse.move(700, 400);
      await page.mouse.down({ button });
      await page.mouse.move(760, 430, { steps: 3 });
      await page.mouse.up({ button });
    };
    for (const [name, change] of Object.entries(changes)) {
      await change();
      expect(await drawn(), name).not.toBe(first);
      await page.keyboard.press("r");
      expect(await drawn(), `${name}, reset`).toBe(first);
    }
  });

  test("lungs are outlined, and a heat map lies over the film", async () => {
    const plain = await drawn();
    await page.getByLabel("Lung outline").check();
    await page.getByText(/Lungs cover \d/).waitFor();
    await page.getByLabel("Method").selectOption("grad-cam");
    await expect.poll(drawn, { timeout: PATIENCE }).not.toBe(plain);
    await shoot("scored");
  });

  test("after the GPU process has ended the next film is scored as before, by models that are loaded anew", async () => {
    const session = await browser.newBrowserCDPSession();
    await session.send("Browser.crashGpuProcess").catch(() => {});
    await session.detach();
    await page.evaluate(() => globalThis.told.splice(0));
    await page.locator("input#pictures").setInputFiles(repository("samples/phantom.png"));
    const { predictions } = (await until("result")) as { readonly predictions: readonly Prediction[] };
    expect(predictions).toEqual(scores);
    await page.getByRole("button", { name: "Remove phantom.png" }).last().click();
  });

  test("a file that is no picture says so in the list, and nothing has a score that is no number", async () => {
    await page.locator("input#pictures").setInputFiles({ name: "notes.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await page.locator(".list .state.failed").waitFor();
    expect(await page.locator(".list .state").allTextContents()).toEqual([expect.stringMatching(/^\w+ \d/), expect.stringMatching(/^\S+/)]);
    expect(await page.locator("roentgen-viewer").innerText()).not.toMatch(/NaN|undefined|\[object/);
    expect(await page.getByText("Not for clinical use").isVisible()).toBe(true);
  });

  test("nothing is asked of anyone but the page's own server, and its content policy stands in nobody's way", async () => {
    expect(requests.length).toBeGreaterThan(4);
    expect(requests.filter((url) => !url.startsWith(`${site.origin}/`))).toEqual([]);
    expect(complaints).toEqual([]);
    const sent = await page.evaluate(() => fetch("http://127.0.0.1:9/").then(String, ({ name }: Error) => name));
    expect(sent).toBe("TypeError");
    expect(complaints.splice(0).join()).toMatch(/content security policy/i);
  });

  test.each([
    ["no WebGPU", "This browser cannot compute on the GPU", "delete WorkerNavigator.prototype.gpu"],
    ["no adapter", "There is no GPU to compute on", "GPU.prototype.requestAdapter = async () => null"],
  ])("with %s the page says what to do", async (_, heading, spoil) => {
    const spoilt = await browser.newContext();
    spoilt.setDefaultTimeout(PATIENCE);
    await spoilt.route(/engine-worker.*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${spoil};\n${await response.text()}` });
    });
    const other = await spoilt.newPage();
    await other.goto(`${site.origin}/`);
    expect(await other.getByRole("alert").innerText()).toContain(heading);
    await spoilt.close();
  });
});
