/** A program allocates when it is made and never when it runs, gives everything back, and says in one way what went wrong. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Device, requestDevice } from "../../src/gpu/device.ts";
import { DeviceError } from "../../src/gpu/device-error.ts";
import { ShaderError } from "../../src/gpu/shader.ts";
import { compile, type Program } from "../../src/graph/program.ts";
import { relu, sigmoid } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { linear } from "../../src/kernels/linear.ts";
import { apply, input, type Node, type Op, parameter, ShapeError } from "../../src/kernels/op.ts";
import { sizeOf, type Tensor, tensor } from "../../src/tensor.ts";
import { inputsOf, weight } from "../compute.ts";
import { device } from "../device.ts";

const x = input("input", [2, 5, 6, 6]);

/** A network in small: hoisted work, a residual, a pool, a classifier. */
function smallNetwork(): Node {
  const stem = relu(conv2d(x, weight("stem.weight", [8, 5, 3, 3]), weight("stem.bias", [8]), { padding: 1 }));
  const block = relu(add(conv2d(stem, weight("block.weight", [8, 8, 3, 3]), undefined, { padding: 1 }), stem));
  return linear(globalAvgPool(block), weight("fc.weight", [3, 8]), weight("fc.bias", [3]));
}

const filled = (shape: readonly number[], value: number): Tensor => tensor(shape, new Float32Array(sizeOf(shape)).fill(value));

afterEach(() => {
  vi.restoreAllMocks();
});

/** Follows the buffers that a device makes, until the test ends. */
function followBuffers({ gpu }: Device): { made: GPUBuffer[]; destroyed: Set<GPUBuffer> } {
  const made: GPUBuffer[] = [];
  const destroyed = new Set<GPUBuffer>();
  const createBuffer = gpu.createBuffer.bind(gpu);
  vi.spyOn(gpu, "createBuffer").mockImplementation((descriptor) => {
    const buffer = createBuffer(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    vi.spyOn(buffer, "destroy").mockImplementation(() => {
      destroyed.add(buffer);
      destroy();
    });
    made.push(buffer);
    return buffer;
  });
  return { made, destroyed };
}

describe("memory", () => {
  test("is taken by compile, not by run, and given back by destroy", async () => {
    const opened = await device();
    const { made, destroyed } = followBuffers(opened);
    const program = await compile(opened, { y: smallNetwork() });
    const atStart = made.length;
    const temporary = program.plan.buffers.filter(({ kind }) => kind === "temporary").length;
    expect(atStart).toBe(program.plan.buffers.length + 2); // params and staging
    expect(destroyed.size).toBe(temporary);
    for (let i = 0; i < 3; i++) await program.run(inputsOf(program.plan));
    expect(made).toHaveLength(atStart);
    expect(destroyed.size).toBe(temporary);
    program.destroy();
    expect(made.filter((buffer) => !destroyed.has(buffer))).toEqual([]);
    program.destroy();
  });

  test("is given back by `using`", async () => {
    const opened = await device();
    const { made, destroyed } = followBuffers(opened);
    {
      using program = await compile(opened, { y: relu(x) });
      expect(program.pipelines).toHaveLength(1);
    }
    expect(made.length).toBeGreaterThan(0);
    expect(made.filter((buffer) => !destroyed.has(buffer))).toEqual([]);
  });

  test.each([
    ["a parameter that has no values", relu(add(x, parameter("w", [2, 5, 6, 6]))), "compile: w has a shape but no values"],
    [
      "params that a shader does not have",
      apply(wrongParams(), [x], {}),
      "scale.wgsl: params do not match, missing [size, channels, blocks, factor, offset], unknown [sise]",
    ],
  ])("is given back where a program cannot be made for %s, and later errors are still told", async (_, y, message) => {
    const opened = await requestDevice();
    const { made, destroyed } = followBuffers(opened);
    await expect(compile(opened, { y })).rejects.toThrow(message);
    expect(made.filter((buffer) => !destroyed.has(buffer))).toEqual([]);
    opened.gpu.createBuffer({ size: 16, usage: 0 });
    await opened.gpu.queue.onSubmittedWorkDone();
    expect(() => opened.check()).toThrow(DeviceError);
    opened.destroy();
  });

  test("that the device does not have is a DeviceError", async () => {
    const opened = await device();
    const { made, destroyed } = followBuffers(opened);
    const unlimited = { ...opened.profile, maxBindingBytes: 2 ** 50, maxBufferBytes: 2 ** 50 };
    const y = relu(input("huge", [2 ** 20, 4, 2 ** 9, 2 ** 9]));
    await expect(compile(opened, { y }, { profile: unlimited })).rejects.toThrow(/^device: cannot hold the program, /);
    expect(made.filter((buffer) => !destroyed.has(buffer))).toEqual([]);
    opened.check();
  });
});

function wrongParams(): Op {
  return {
    name: "wrong",
    inputs: ["x"],
    shape: ([shape]) => shape,
    launches: () => [{ shader: "scale", bind: ["x", "y"], params: { sise: 1 }, workgroups: [1] }],
  };
}

describe("inputs", () => {
  const a = input("a", [1, 4, 2, 2]);
  const b = input("b", [1, 4, 2, 2]);
  const right = filled([1, 4, 2, 2], 1);

  test.each<[string, Record<string, Tensor>, string]>([
    ["one is missing", { a: right }, "run: input b is missing"],
    ["one is unknown", { a: right, b: right, c: right }, "run: there is no input c, there are a, b"],
    [
      "one has another size",
      { a: right, b: filled([1, 4, 2, 3], 1) },
      "run: input b has another shape than the graph's, got [1, 4, 2, 3] and [1, 4, 2, 2]",
    ],
    [
      "one has other axes",
      { a: right, b: filled([4, 2, 2], 1) },
      "run: input b has another shape than the graph's, got [4, 2, 2] and [1, 4, 2, 2]",
    ],
  ])("are refused where %s, and the program stays usable", async (_, inputs, message) => {
    using program = await compile(await device(), { y: add(a, b) });
    await expect(program.run(inputs)).rejects.toThrow(ShapeError);
    await expect(program.run(inputs)).rejects.toThrow(message);
    const { y } = await program.run({ a: right, b: right });
    expect([...y.data]).toEqual(new Array(16).fill(2));
  });
});

describe("runs", () => {
  test("that are asked for at once wait for each other, each with its own numbers", async () => {
    using program = await compile(await device(), { y: relu(input("value", [1, 3, 40, 40])) });
    const results = await Promise.all(Array.from({ length: 8 }, (_, i) => program.run({ value: filled([1, 3, 40, 40], i) })));
    for (const [i, { y }] of results.entries()) expect(y.data.every((value) => value === i)).toBe(true);
  });

  test("give the same bits, alone or queued", async () => {
    using program = await compile(await device(), { y: smallNetwork() });
    const inputs = inputsOf(program.plan);
    const { y: alone } = await program.run(inputs);
    const queued = await Promise.all([program.run(inputs), program.run(inputs), program.run(inputs)]);
    for (const { y } of queued) expect(new Uint32Array(y.data.slice().buffer)).toEqual(new Uint32Array(alone.data.slice().buffer));
  });

  test("hand out results that later runs leave alone", async () => {
    using program = await compile(await device(), { y: relu(x) });
    const { y: first } = await program.run({ input: filled(x.shape, 1) });
    await program.run({ input: filled(x.shape, 2) });
    expect(first.data.every((value) => value === 1)).toBe(true);
  });

  test("go on after one that is refused", async () => {
    using program = await compile(await device(), { y: relu(x) });
    const failed = program.run({});
    const ran = program.run({ input: filled(x.shape, 3) });
    await expect(failed).rejects.toThrow("input input is missing");
    expect((await ran).y.data.every((value) => value === 3)).toBe(true);
  });

  test("give several outputs in one go, each in its own shape", async () => {
    const y = sigmoid(x);
    using program = await compile(await device(), { y, mean: globalAvgPool(y) });
    const { y: map, mean } = await program.run({ input: filled(x.shape, 0) });
    expect([map.shape, mean.shape]).toEqual([x.shape, [2, 5]]);
    expect([...mean.data]).toEqual(new Array(10).fill(0.5));
  });
});

describe("a destroyed program", () => {
  const message = "device: the program was destroyed";

  test("refuses runs and profiles", async () => {
    const program = await compile(await device(), { y: relu(x) });
    program.destroy();
    await expect(program.run(inputsOf(program.plan))).rejects.toThrow(
      new DeviceError("the program was destroyed", { reason: "destroyed" }),
    );
    await expect(program.profile(inputsOf(program.plan))).rejects.toThrow(message);
  });

  test("fails the run under way and those that wait, and leaves the device and other programs alone", async () => {
    const opened = await device();
    using other = await compile(opened, { y: relu(x) });
    const program = await compile(opened, { y: smallNetwork() });
    const runs = [program.run(inputsOf(program.plan)), program.run(inputsOf(program.plan))];
    await Promise.resolve();
    await Promise.resolve();
    program.destroy();
    for (const run of runs) await expect(run).rejects.toThrow(new DeviceError("the program was destroyed", { reason: "destroyed" }));
    opened.check();
    expect(await other.run(inputsOf(other.plan))).toHaveProperty("y");
  });
});

describe("profile", () => {
  test("times every launch once, in order", async ({ skip }) => {
    const opened = await device();
    if (!opened.profile.timestamps) skip("the adapter has no timestamps");
    using program = await compile(opened, { y: smallNetwork() });
    const times = await program.profile(inputsOf(program.plan));
    expect(times.map(({ node }) => node)).toEqual(program.plan.steps.map(({ node }) => node));
    expect(times.map(({ shader }) => shader)).toEqual(program.plan.steps.map(({ launch }) => launch.shader));
    expect(times.every(({ elapsedMs }) => elapsedMs >= 0)).toBe(true);
  });

  test("is refused by name where there are no timestamps", async () => {
    const opened = await device();
    const without = { ...opened, profile: { ...opened.profile, timestamps: false } };
    using program = await compile(without, { y: relu(x) });
    await expect(program.profile(inputsOf(program.plan))).rejects.toThrow(/^device: .+ has no timestamps$/);
  });
});

describe("compile", () => {
  test("tells as pipelines get ready", async () => {
    const told: [number, number][] = [];
    using program = await compile(await device(), { y: smallNetwork() }, { onProgress: (done, total) => told.push([done, total]) });
    const total = program.pipelines.length;
    expect(told).toEqual(Array.from({ length: total }, (_, i) => [i + 1, total]));
  });

  test("refuses f16 by name where the adapter has none", async () => {
    const opened = await device();
    const profile = { ...opened.profile, f16: false };
    await expect(compile(opened, { y: relu(x) }, { profile, precision: "f16" })).rejects.toThrow(
      `device: ${profile.description} has no shader-f16, use precision f32`,
    );
  });

  test("computes in f16 what half precision can hold", async ({ skip }) => {
    const opened = await device();
    if (!opened.profile.f16) skip("the adapter has no shader-f16");
    const programs: Program[] = [];
    for (const precision of ["f32", "f16"] as const) programs.push(await compile(opened, { y: smallNetwork() }, { precision }));
    const [full, half] = await Promise.all(programs.map((program) => program.run(inputsOf(program.plan))));
    // Each of five stored values is rounded by at most 2⁻¹¹ of itself, and what they are summed from as well.
    const largest = Math.max(...full.y.data.map(Math.abs));
    for (const [i, value] of half.y.data.entries()) expect(Math.abs(value - full.y.data[i])).toBeLessThanOrEqual(10 * 2 ** -11 * largest);
    for (const program of programs) program.destroy();
  });

  test("tells the shader that does not compile", async () => {
    const missing: Op = {
      name: "missing",
      inputs: ["x"],
      shape: ([shape]) => shape,
      launches: () => [{ shader: "activation", entryPoint: "nowhere", bind: ["x", "y"], workgroups: [1] }],
    };
    await expect(compile(await device(), { y: apply(missing, [x], {}) })).rejects.toThrow(ShaderError);
  });
});
