/** A device opens where any adapter can be had, says what is missing where none can, and tells what goes wrong on it. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Device, requestDevice } from "../../src/gpu/device.ts";
import { DeviceError } from "../../src/gpu/device-error.ts";
import { compile } from "../../src/graph/program.ts";
import { relu } from "../../src/kernels/activation.ts";
import { input } from "../../src/kernels/op.ts";
import { tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";
import { type Ended, runProgram } from "../run-program.ts";

const x = input("x", [1, 4, 8, 8]);
const values = { x: tensor([1, 4, 8, 8]) };

describe("a device", () => {
  test("has a profile that says what the adapter is and can do", async () => {
    const { profile, gpu } = await device();
    expect(profile.description).not.toBe("");
    expect(profile.f16).toBe(gpu.features.has("shader-f16"));
    expect(profile.timestamps).toBe(gpu.features.has("timestamp-query"));
    expect(profile.maxBindingBytes).toBeGreaterThanOrEqual(2 ** 27);
    expect(profile.maxBindingBytes).toBe(gpu.limits.maxStorageBufferBindingSize);
    expect(profile.maxBufferBytes).toBe(gpu.limits.maxBufferSize);
  });

  test("of the software adapter is a software one", async ({ skip }) => {
    if (process.platform !== "linux" || process.arch !== "x64") skip("no software adapter comes with other platforms");
    const opened = await requestDevice({ adapter: "software" });
    expect(opened.profile.class).toBe("software");
    opened.destroy();
  });

  test("of hardware is a DeviceError that says what was looked for, where there is only software", async ({ skip }) => {
    if ((await device()).profile.class !== "software") skip("there is a hardware adapter");
    await expect(requestDevice({ adapter: "hardware" })).rejects.toThrow(
      new DeviceError("no hardware adapter; looked for a GPU or software adapter of the system; try adapter software", {
        reason: "no-adapter",
      }),
    );
  });
});

describe("what goes wrong on a device", () => {
  const failing = async (): Promise<Device> => {
    const opened = await requestDevice();
    opened.check();
    opened.gpu.createBuffer({ label: "wrong", size: 16, usage: 0 });
    await opened.gpu.queue.onSubmittedWorkDone();
    return opened;
  };

  test("and nobody handles is thrown by check", async () => {
    const opened = await failing();
    expect(() => opened.check()).toThrow(DeviceError);
    expect(() => opened.check()).toThrow(/^device: .*usage/is);
    opened.destroy();
  });

  test("fails what is compiled and run on it from then on", async () => {
    const opened = await requestDevice();
    const program = await compile(opened, { y: relu(x) });
    opened.gpu.createBuffer({ size: 16, usage: 0 });
    await expect(program.run(values)).rejects.toThrow(DeviceError);
    await expect(compile(opened, { y: relu(x) })).rejects.toThrow(DeviceError);
    opened.destroy();
  });

  test("keeps its first cause", async () => {
    const opened = await failing();
    opened.destroy();
    await expect(opened.lost).rejects.toThrow(/usage/i);
  });
});

describe("a destroyed device", () => {
  test("rejects runs under way, runs that wait, later runs and later programs", async () => {
    const opened = await requestDevice();
    const program = await compile(opened, { y: relu(x) });
    const runs = [program.run(values), program.run(values)];
    await Promise.resolve();
    await Promise.resolve();
    opened.destroy();
    for (const run of [...runs, program.run(values)])
      await expect(run).rejects.toThrow(new DeviceError("was destroyed", { reason: "destroyed" }));
    await expect(compile(opened, { y: relu(x) })).rejects.toThrow(new DeviceError("was destroyed", { reason: "destroyed" }));
    await expect(opened.lost).rejects.toThrow(new DeviceError("was destroyed", { reason: "destroyed" }));
    expect(() => opened.check()).toThrow(new DeviceError("was destroyed", { reason: "destroyed" }));
  });

  test("lets its programs be destroyed", async () => {
    const opened = await requestDevice();
    const program = await compile(opened, { y: relu(x) });
    opened.destroy();
    program.destroy();
  });

  test("rejects what is being compiled", async () => {
    const opened = await requestDevice();
    const compiling = compile(opened, { y: relu(x) });
    opened.destroy();
    await expect(compiling).rejects.toThrow(DeviceError);
  });

  test("leaves other devices alone", async () => {
    const opened = await requestDevice();
    opened.destroy();
    using program = await compile(await device(), { y: relu(x) });
    expect(await program.run(values)).toHaveProperty("y");
  });
});

describe("a process of its own", () => {
  const run = (environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    runProgram("tests/gpu/open-device.ts", [], environment);

  /** What open-device.ts tells on its last line. */
  const told = ({ stderr }: Ended): unknown => JSON.parse(stderr.trim().split("\n").at(-1) ?? "");

  test("finds stdout empty, also after an error on the device", async () => {
    const ended = await run();
    expect(ended).toMatchObject({ code: 0, stdout: "" });
    expect(told(ended)).toMatchObject({ y: [0, 2, 0, 4] });
  });

  test("and another at once both unpack SwiftShader into one empty cache where the system has no adapter", async ({ skip }) => {
    if (process.platform !== "linux" || process.arch !== "x64") skip("SwiftShader is embedded for Linux x64 alone");
    const cache = mkdtempSync(join(tmpdir(), "roentgen-cache-"));
    try {
      const nothing = { XDG_CACHE_HOME: cache, VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" };
      const both = await Promise.all([run(nothing), run(nothing)]);
      for (const ended of both) {
        expect(ended).toMatchObject({ code: 0, stdout: "" });
        expect(told(ended)).toMatchObject({ description: expect.stringContaining("SwiftShader"), y: [0, 2, 0, 4] });
      }
      const [folder, ...others] = readdirSync(join(cache, "roentgen"));
      expect(others).toEqual([]);
      expect(readdirSync(join(cache, "roentgen", folder)).sort()).toEqual([
        "libvk_swiftshader.so",
        "libvulkan.so.1",
        "vk_swiftshader_icd.json",
      ]);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });
});
