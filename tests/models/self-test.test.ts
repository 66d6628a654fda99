/** The self-test passes on an adapter that computes rightly, and finds any kernel that does not, in either of its runs. */
import { describe, expect, test } from "vitest";
import { type Device, requestDevice } from "../../src/gpu/device.ts";
import { loadModel } from "../../src/models/model.ts";
import { selfTest } from "../../src/models/self-test.ts";
import { device } from "../device.ts";
import { fileOf, tinyClassifier } from "../tiny-model.ts";

test("passes on an adapter that computes rightly, and says what was tried", async () => {
  const { checks, elapsedMs } = await selfTest(await device());
  expect(checks).toContain("Winograd convolution F(4,3)");
  expect(new Set(checks).size).toBe(checks.length);
  expect(elapsedMs).toBeGreaterThan(0);
});

describe("a kernel that does nothing", () => {
  /** Leaves out one launch of all that are encoded on a device; gives back how many there were. */
  function spoil({ gpu }: Device, left: number): () => number {
    let count = 0;
    const create = gpu.createCommandEncoder.bind(gpu);
    gpu.createCommandEncoder = (descriptor) => {
      const encoder = create(descriptor);
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = (pass) => {
        const opened = begin(pass);
        const dispatch = opened.dispatchWorkgroups.bind(opened);
        opened.dispatchWorkgroups = (...groups) => {
          if (count++ !== left) dispatch(...groups);
        };
        return opened;
      };
      return encoder;
    };
    return () => {
      gpu.createCommandEncoder = create;
      return count;
    };
  }

  test("is found, whichever it is and in whichever run (every seventh; with ROENTGEN_TESTS=all each)", async () => {
    const opened = await requestDevice();
    const count = spoil(opened, -1);
    await selfTest(opened);
    const launches = count();
    expect(launches).toBeGreaterThan(30);
    const step = process.env.ROENTGEN_TESTS === "all" ? 1 : 7;
    for (let left = 0; left < launches; left += step) {
      const restore = spoil(opened, left);
      await expect(selfTest(opened), `launch ${left} of ${launches} is left out`).rejects.toMatchObject({
        name: "DeviceError",
        reason: "wrong-numbers",
        message: expect.stringMatching(/^device: .+ computes wrongly in run [12] of the self-test: .+ gives \S+ for \S+/),
      });
      restore();
    }
    opened.destroy();
  });

  test("keeps a model that asks for the self-test from being loaded", async () => {
    const opened = await requestDevice();
    const restore = spoil(opened, 0);
    await expect(loadModel(fileOf(tinyClassifier()), { device: opened, selfTest: true })).rejects.toHaveProperty("reason", "wrong-numbers");
    restore();
    opened.destroy();
  });
});
