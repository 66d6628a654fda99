/** Once it was opened, the viewer's page works without a network, with the model that it kept. */
import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { bytesText } from "../../src/app/web/score-text.ts";
import type { Prediction } from "../../src/models/result.ts";
import { describeInChromium } from "./describe-in-chromium.ts";
import { repository } from "./library.ts";
import { viewerIn } from "./viewer-page.ts";

await describeInChromium((browser) => {
  const viewer = viewerIn(browser);
  const scored = async (): Promise<readonly Prediction[]> => {
    await viewer.addPictures(repository("samples/phantom.png"));
    return ((await viewer.until("result")) as { readonly predictions: readonly Prediction[] }).predictions;
  };

  test("the page opens from what it kept, scores as before, and says what it cannot fetch", async () => {
    await viewer.until("ready");
    const scores = await scored();
    await viewer.page.getByText("Offline use").click();
    await viewer.page.getByText(/^This page is kept on this device/).waitFor();
    const { size } = statSync(repository("weights/cxr-mobilenet-v2.safetensors"));
    await viewer.page.getByText(`${bytesText(size)}, on this device`).waitFor();
    await viewer.inspect("offline");
    await viewer.site.close();
    // By the page itself: the debugger's reload also fails where only a request that a browser makes beside its service worker does.
    await viewer.page.evaluate(() => {
      document.title = "the page before";
      location.reload();
    });
    await viewer.page.waitForFunction(() => document.title !== "the page before" && document.querySelector("roentgen-viewer"));
    expect(await scored()).toEqual(scores);
    await viewer.page.getByText("Offline use").click();
    await viewer.page.getByRole("button", { name: "Keep cxr-resnet18 on this device" }).click();
    expect(await viewer.page.getByRole("alert").innerText()).toContain("cxr-resnet18");
  });
});
