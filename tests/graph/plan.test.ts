/** A plan runs once what parameters decide, shares memory by lifetimes, and stays within the adapter's limits. */
import { describe, expect, test } from "vitest";
import { DeviceError } from "../../src/gpu/device-error.ts";
import { storageBytes } from "../../src/gpu/layout.ts";
import { type AdapterProfile, leastProfile } from "../../src/gpu/profile.ts";
import { type BoundRange, bytesOf, type Plan, type Port } from "../../src/graph/plan.ts";
import { pipelinesOf, planFor } from "../../src/graph/program.ts";
import { relu, sigmoid } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { batchNorm } from "../../src/kernels/batch-norm.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { linear } from "../../src/kernels/linear.ts";
import { input, type Node, named, parameter, ShapeError } from "../../src/kernels/op.ts";
import { reshape } from "../../src/kernels/reshape.ts";
import { networks } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";
import { compute, weight } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";
import { linear as plainLinear } from "../reference/linear.ts";
import { values } from "../reference/values.ts";

const x = input("x", [1, 8, 4, 4]);
const plan = (outputs: Readonly<Record<string, Node>>, profile: AdapterProfile = leastProfile): Plan => planFor(outputs, {}, profile);

const shadersOf = (steps: Plan["steps"]): string[] => steps.map(({ launch }) => String(launch.shader));
const kinds = ({ buffers }: Plan): string[] => buffers.map(({ kind }) => kind).sort();

describe("what parameters decide", () => {
  const each = (part: string): Node => parameter(`bn.${part}`, [8]);
  const filters = parameter("conv.weight", [8, 8, 3, 3]);
  const norm = (of: Node): Node => batchNorm(of, each("weight"), each("bias"), each("mean"), each("variance"));

  test("runs once: the batch norm's factors, the filters scaled and packed", () => {
    const { once, steps } = plan({ y: relu(norm(conv2d(x, filters, undefined, { padding: 1 }))) });
    expect(shadersOf(once).sort()).toEqual(["batch-norm-scale", "batch-norm-shift", "pack-filters", "scale-filters"]);
    expect(shadersOf(steps)).toEqual(["conv2d-tile"]);
  });

  test("leaves memory behind only for what runs read: packed filters and shift", () => {
    const planned = plan({ y: norm(conv2d(x, filters, undefined, { padding: 1 })) });
    const packed = storageBytes([9, 8, 8], "f32");
    expect(bytesOf(planned, "parameter", "fixed")).toBe(packed + storageBytes([8], "f32"));
    const kept = new Set(planned.steps.flatMap(({ bindings }) => bindings.map(({ buffer }) => buffer)));
    for (const buffer of kept) expect(planned.buffers[buffer].kind).not.toBe("temporary");
  });

  test("runs every time where it is an input instead", () => {
    const { once, steps } = plan({ y: conv2d(x, input("w", [8, 8, 3, 3])) });
    expect(shadersOf(once)).toEqual([]);
    expect(shadersOf(steps)).toEqual(["pack-filters", "conv2d-tile"]);
  });

  test("may be all there is", async () => {
    const w = weight("w", [1, 8, 2, 2]);
    const planned = plan({ y: relu(w), w });
    expect([planned.once.length, planned.steps.length]).toEqual([1, 0]);
    const { y, w: same } = await compute({ y: relu(w), w });
    expect(same.data).toEqual(w.attrs.tensor.data);
    expect(y.data).toEqual(same.data.map((value) => Math.max(value, 0)));
  });

  test("is uploaded once, however many read it", () => {
    const shared = parameter("w", [8, 8]);
    const twice = linear(relu(linear(input("features", [1, 8]), shared)), shared);
    expect(plan({ y: twice }).buffers.filter((buffer) => buffer.parameter === shared)).toHaveLength(1);
  });
});

describe("activations", () => {
  test("of a chain lie in two buffers by turns", () => {
    let y: Node = x;
    for (let i = 0; i < 8; i++) y = relu(sigmoid(y));
    const planned = plan({ y });
    expect(kinds(planned)).toEqual(["activation", "activation"]);
    expect(planned.liveBytes).toBe(2 * storageBytes(x.shape, "f32"));
  });

  test("are never read and written by one launch", () => {
    const branch = relu(x);
    const { steps } = plan({ y: add(sigmoid(branch), relu(add(branch, x))) });
    for (const { bindings } of steps) {
      const written = bindings[bindings.length - 1].buffer;
      expect(bindings.slice(0, -1).map(({ buffer }) => buffer)).not.toContain(written);
    }
  });

  /** Whether two ranges of the plan's buffers share a byte; both are of x's shape. */
  const meet = (a: Port | BoundRange | undefined, b: Port | BoundRange | undefined): boolean =>
    a !== undefined && b !== undefined && a.buffer === b.buffer && Math.abs(a.offsetBytes - b.offsetBytes) < storageBytes(x.shape, "f32");

  const writesOf = (steps: Plan["steps"]): BoundRange[] => steps.map(({ bindings }) => bindings[bindings.length - 1]);

  test("that are outputs keep their memory to the end", () => {
    const a = relu(x);
    const c = relu(sigmoid(a));
    const { outputs, steps } = plan({ a, c });
    expect(writesOf(steps).map((write) => meet(write, outputs.get("a")))).toEqual([true, false, false]);
    expect(meet(outputs.get("a"), outputs.get("c"))).toBe(false);
  });

  test("that are inputs keep their memory until they are read", () => {
    const late = input("late", [1, 8, 4, 4]);
    let y: Node = x;
    for (let i = 0; i < 4; i++) y = sigmoid(y);
    const { inputs, steps } = plan({ y: add(y, late) });
    expect(writesOf(steps.slice(0, -1)).some((write) => meet(write, inputs.get("late")))).toBe(false);
  });
});

test("an input and a view of it may be outputs", async () => {
  const view = reshape(x, [1, 8, 16, 1]);
  const { same, other } = await compute({ same: x, other: view });
  expect(other.shape).toEqual([1, 8, 16, 1]);
  expect(other.data).toEqual(same.data);
});

test("two inputs of one name are refused, since one would be left without its values", () => {
  expect(() => plan({ y: add(x, input("x", [1, 8, 4, 4])) })).toThrow(ShapeError);
  expect(() => plan({ y: add(x, input("x", [1, 8, 1, 1])) })).toThrow(
    "compile: two inputs are called x, got [1, 8, 4, 4] and [1, 8, 1, 1]",
  );
});

describe("above the adapter's binding limit", () => {
  const limited = (maxBindingBytes: number): AdapterProfile => ({ ...leastProfile, maxBindingBytes });

  test.each([
    ["an input", "picture", { y: relu(input("picture", [1, 4, 8, 8])) }],
    ["a parameter", "bias", { y: add(input("a", [1, 4, 1, 1]), parameter("bias", [1, 4, 8, 8])) }],
    ["a stage", "layer1", { y: sigmoid(named(add(input("a", [1, 4, 1, 8]), input("b", [1, 4, 8, 1])), "layer1")) }],
    ["a value without a name, by its op", "arithmetic", { y: sigmoid(add(input("a", [1, 4, 1, 8]), input("b", [1, 4, 8, 1]))) }],
  ])("%s is refused by name", (_, name, outputs) => {
    expect(() => plan(outputs, limited(1023))).toThrow(DeviceError);
    expect(() => plan(outputs, limited(1023))).toThrow(
      `device: ${name} [1, 4, 8, 8] takes 0.0 MiB, the adapter binds at most 0.0 MiB; use a smaller batch or picture`,
    );
    expect(() => plan(outputs, limited(1024))).not.toThrow();
  });

  const features = input("features", [2, 20]);
  const fc = { weight: weight("fc.weight", [200, 20]), bias: weight("fc.bias", [200]) };

  test("the weight of a fully connected layer is bound in slices", async () => {
    const { profile } = await device();
    // 16 output vectors a slice keep the offsets aligned: 16 · 4 rows of 5 vectors of 16 bytes.
    const small = { ...profile, maxBindingBytes: 64 * 5 * 16, offsetAlignmentBytes: 256 };
    const y = linear(features, fc.weight, fc.bias);
    const { steps } = plan({ y }, small);
    const slices = steps.map(({ bindings: [, slice] }) => slice);
    expect(slices.map(({ offsetBytes }) => offsetBytes)).toEqual([0, 5120, 10240, 15360]);
    expect(slices.map(({ bytes }) => bytes)).toEqual([5120, 5120, 5120, 640]);
    const got = await compute({ y }, { profile: small });
    const [of, by, plus] = [features, fc.weight, fc.bias].map(({ attrs, shape }) => {
      return values(shape, Float64Array.from(generated(attrs.name, shape).data));
    });
    expectClose(got.y, plainLinear(of, by, plus), Math.sqrt(20) * 2 ** -23);
  });

  test("the weight of a fully connected layer over many rows is not packed, but sliced", () => {
    const y = linear(input("features", [9, 20]), fc.weight, fc.bias);
    expect(shadersOf(plan({ y }).steps)).toEqual(["conv2d-tile"]);
    expect(shadersOf(plan({ y }, limited(8000)).steps)).toEqual(["linear", "linear", "linear", "linear"]);
  });
});

describe.each(Object.keys(networks))("%s", (name) => {
  const { build, channels } = networks[name];
  const planned = plan({ y: build(declaredWeights(), input("x", [1, channels, 64, 64])) });

  test.each([
    [1, 64],
    [1, 224],
    [8, 64],
  ])("takes at most 1.3 times the memory that is alive at once, %i pictures of %i pixels a side", (batch, size) => {
    const roomy = { ...leastProfile, maxBindingBytes: 2 ** 30, maxBufferBytes: 2 ** 30 };
    const sized = plan({ y: build(declaredWeights(), input("x", [batch, channels, size, size])) }, roomy);
    expect(bytesOf(sized, "activation") / sized.liveBytes).toBeLessThanOrEqual(1.3);
  });

  test("writes no buffer that the same launch reads", () => {
    for (const { bindings } of [...planned.once, ...planned.steps]) {
      const written = bindings[bindings.length - 1].buffer;
      expect(bindings.slice(0, -1).map(({ buffer }) => buffer)).not.toContain(written);
    }
  });

  test("needs at most 25 pipelines", () => {
    expect(pipelinesOf(planned, "f32").length).toBeLessThanOrEqual(25);
  });

  test("binds ranges within their buffers, at offsets that are aligned", () => {
    for (const { bindings } of [...planned.once, ...planned.steps]) {
      for (const { buffer, offsetBytes, bytes } of bindings) {
        expect(offsetBytes % leastProfile.offsetAlignmentBytes).toBe(0);
        expect(offsetBytes + bytes).toBeLessThanOrEqual(planned.buffers[buffer].bytes);
      }
    }
  });
});

test("of resnet50 at most 60 nodes run every time", () => {
  const { steps } = plan({ y: networks.resnet50.build(declaredWeights(), input("x", [1, 3, 224, 224])) });
  expect(new Set(steps.map(({ node }) => node)).size).toBeLessThanOrEqual(60);
});
