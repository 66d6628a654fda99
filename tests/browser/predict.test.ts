/** The one file computes in a window and in a worker what Node does, sends nothing anywhere, and comes back from a lost GPU. */
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Prediction } from "../../src/models/result.ts";
import { runProgram } from "../run-program.ts";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { libraryFolder, repository } from "./library.ts";
import { type Site, serve } from "./site.ts";

/** What pages/window.js leaves behind. */
declare global {
  function scores(): Promise<readonly Prediction[]>;
  function refusal(): Promise<unknown>;
  function watchDevice(): Promise<void>;
  var ending: Promise<unknown>;
}

await describeInChromium((browser) => {
  let site: Site;
  let context: BrowserContext;
  let page: Page;
  const requests: string[] = [];
  const complaints: string[] = [];
  beforeAll(async () => {
    const folders = { "/dist/": await libraryFolder("one-file"), "/pages/": repository("tests/browser/pages") };
    site = await serve({ ...folders, "/weights/": repository("weights"), "/samples/": repository("samples") });
    context = await browser.newContext();
    context.setDefaultTimeout(PATIENCE);
    context.on("request", (request) => requests.push(request.url()));
    context.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page = await context.newPage();
    await page.goto(`${site.origin}/pages/window.html`);
    await page.waitForFunction(() => "scores" in globalThis);
  }, PATIENCE);
  afterAll(() => site?.close());

  const scored = (): Promise<readonly Prediction[]> => page.evaluate(() => scores());

  /** A browser tells nothing of a GPU process that ends but what its pages see. */
  async function endGpuProcess(): Promise<void> {
    const session = await browser.newBrowserCDPSession();
    await session.send("Browser.crashGpuProcess").catch(() => {});
    await session.detach();
  }

  /** What the command prints on the SwiftShader that the browser's package brings for Node. */
  async function headless(): Promise<readonly Prediction[]> {
    const none = { VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" };
    const { stdout } = await runProgram("src/app/infer.ts", ["samples/phantom.png", "--model", "cxr-mobilenet-v2", "--json"], none);
    return JSON.parse(stdout).results[0].predictions;
  }

  test("a window has the scores of the command line, bit for bit", async () => {
    expect(await scored()).toEqual(await headless());
  });

  test("a worker has the scores of the window, bit for bit", async () => {
    const answer = await page.evaluate(
      () =>
        new Promise<{ predictions: unknown; hasDocument: boolean }>((resolve, reject) => {
          const worker = new Worker("/pages/worker.js", { type: "module" });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
        }),
    );
    expect(answer).toEqual({ predictions: await scored(), hasDocument: false });
  });

  test("nothing is asked of anyone but the page's own server, and its content policy stands in nobody's way", () => {
    expect(requests.length).toBeGreaterThan(4);
    expect(requests.filter((url) => !url.startsWith(`${site.origin}/`))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("a device that is lost says so, and a model whose device was lost opens another and gives the same scores", async () => {
    const before = await scored();
    await page.evaluate(() => watchDevice());
    await endGpuProcess();
    const lost = { name: "DeviceError", reason: "lost", isMissing: false, message: expect.stringMatching(/^device: was lost, \S/) };
    expect(await page.evaluate(() => ending)).toEqual(lost);
    expect(await scored()).toEqual(before);
  });

  test.each([
    ["no WebGPU", "delete Navigator.prototype.gpu", "no-webgpu", /^device: this browser has no WebGPU; Chrome and Edge have it from 113/],
    ["no adapter", "GPU.prototype.requestAdapter = async () => null", "no-adapter", /^device: no usable adapter; .*chrome:\/\/gpu/],
    [
      "an insecure page",
      "delete Navigator.prototype.gpu; Object.defineProperty(globalThis, 'isSecureContext', { value: false })",
      "no-webgpu",
      /^device: WebGPU is kept from this page, since it did not come over https or from localhost$/,
    ],
  ])("%s is a DeviceError that says what to do", async (_, spoil, reason, message) => {
    const spoilt = await context.newPage();
    await spoilt.addInitScript(spoil);
    await spoilt.goto(`${site.origin}/pages/window.html`);
    await spoilt.waitForFunction(() => "refusal" in globalThis);
    const refused = await spoilt.evaluate(() => refusal());
    expect(refused).toEqual({ name: "DeviceError", reason, isMissing: true, message: expect.stringMatching(message) });
    await spoilt.close();
  });
});
