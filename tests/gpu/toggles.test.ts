/** Without Dawn's checks the kernels give the same bits: none of them reads or writes outside its buffers. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Device, requestDevice } from "../../src/gpu/device.ts";
import { compile } from "../../src/graph/program.ts";
import { input } from "../../src/kernels/op.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { initialisedWeights } from "../../src/models/weights.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";

let fast: Device;
beforeAll(async () => {
  fast = await requestDevice({ toggles: "fast" });
});
afterAll(() => fast.destroy());

// Odd sides leave every kind of tile, strip and window half empty.
test.each([
  ["resnet18", [1, 3, 75, 61]],
  ["mobilenet_v2", [2, 3, 45, 33]],
  ["densenet121", [1, 3, 50, 50]],
  ["squeezenet1_1", [1, 3, 61, 75]],
  ["unet_small", [1, 1, 52, 36]],
])("%s on a picture of %j", async (name, shape) => {
  const output = networkNamed(name).build(initialisedWeights(1), input("x", shape));
  const on = async (gpu: Device): Promise<Float32Array> => {
    using program = await compile(gpu, { output });
    return (await program.run({ x: generated("input", shape) })).output.data;
  };
  expect(await on(fast)).toEqual(await on(await device()));
});
