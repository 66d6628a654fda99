/** Every example opens in a browser and does what it is there for. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE } from "./chromium.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { libraryFolder, repository } from "./library.ts";
import { type Site, serve } from "./site.ts";

await describeInChromium((browser) => {
  let folder: string;
  let site: Site;
  let page: Page;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "roentgen-examples-"));
    await buildViteExample(folder);
    site = await serve(
      {
        "/dist/": await libraryFolder("one-file"),
        "/examples/vite/": join(folder, "dist"),
        "/examples/": repository("examples"),
        "/weights/": repository("weights"),
      },
      { inlineScripts: true },
    );
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
  }, PATIENCE);
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (example: string) => page.goto(`${site.origin}/examples/${example}/`);
  const choose = (file: string) => page.getByLabel("Film").setInputFiles(repository(file));
  const status = (text: string | RegExp) => page.getByRole("status").filter({ hasText: text }).waitFor();
  const listed = () => page.getByRole("listitem").allTextContents();
  const probabilities = ["covid", "normal", "pneumonia", "tuberculosis"].map((label) => expect.stringMatching(`^${label} [01]\\.\\d{3}$`));

  test("all of them are opened here", () => {
    expect(readdirSync(repository("examples")).sort()).toEqual(["custom-kernel", "plain", "vite", "worker"]);
  });

  test("the plain page lists probabilities, and says what is wrong with a file", async () => {
    await open("plain");
    await status(/^Ready on .*SwiftShader/i);
    await choose("samples/phantom.png");
    await page.getByRole("listitem").nth(3).waitFor();
    expect((await listed()).sort()).toEqual(probabilities);
    await choose("README.md");
    await status(/^README\.md: is no known picture/);
    expect(await listed()).toEqual([]);
  });

  test("the worker answers with probabilities", async () => {
    await open("worker");
    await status(/^Ready on /);
    await choose("samples/phantom.png");
    await status("phantom.png");
    expect((await listed()).sort()).toEqual(probabilities);
  });

  test("the kernel of one's own computes in a graph of the library's", async () => {
    await open("custom-kernel");
    await status(/^Computed on /);
    const means = (await page.locator("#result").textContent())?.split(", ").map(Number) ?? [];
    // pow is exact to some 16 roundings, more on adapters that compute it by exponentials.
    [25, 0, 8].forEach((mean, i) => {
      expect(Math.abs(means[i] - mean)).toBeLessThan(1e-4 * 25);
    });
  });

  test("the Vite app draws the lungs", async () => {
    await open("vite");
    await status(/^Ready on /);
    await choose("samples/phantom.png");
    await status(/^\d+\.\d % of the film is lung$/);
    const share = Number.parseFloat((await page.getByRole("status").textContent()) ?? "");
    expect(share).toBeGreaterThan(10);
    expect(share).toBeLessThan(60);
  });
});

/** Builds the Vite example as its owner would, with the package installed beside it. */
async function buildViteExample(folder: string): Promise<void> {
  cpSync(repository("examples/vite"), folder, { recursive: true });
  const installed = join(folder, "node_modules", "roentgen");
  mkdirSync(join(installed, "dist"), { recursive: true });
  cpSync(repository("package.json"), join(installed, "package.json"));
  symlinkSync(repository("weights"), join(installed, "weights"));
  symlinkSync(await libraryFolder("parts"), join(installed, "dist", "browser"));
  await build({ root: folder, configFile: false, logLevel: "warn", base: "./" });
}
