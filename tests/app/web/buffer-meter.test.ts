/** Buffers count from when they are made until they are destroyed, once. */
import { expect, test } from "vitest";
import { bufferMeter } from "../../../src/app/web/buffer-meter.ts";
import { usage } from "../../../src/gpu/buffer.ts";
import { device } from "../../device.ts";

test("what was made is counted until it is destroyed, however often that is", async () => {
  const { gpu } = await device();
  const meter = bufferMeter(gpu);
  try {
    const [small, large] = [1024, 4096].map((size) => gpu.createBuffer({ size, usage: usage.storage }));
    expect(meter.bytes()).toBe(5120);
    large.destroy();
    large.destroy();
    expect(meter.bytes()).toBe(1024);
    small.destroy();
    expect(meter.bytes()).toBe(0);
  } finally {
    // The device's own method, for other tests.
    Reflect.deleteProperty(gpu, "createBuffer");
  }
});
