/** A checkpoint comes back bit for bit, is there whole or not at all, and only goes where it fits. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { gradients } from "../../src/graph/gradient.ts";
import { compile } from "../../src/graph/program.ts";
import { updatedParameters } from "../../src/graph/update.ts";
import { mul } from "../../src/kernels/arithmetic.ts";
import { sumTo } from "../../src/kernels/broadcast.ts";
import { input, parameter } from "../../src/kernels/op.ts";
import { WeightsError } from "../../src/loaders/names.ts";
import { writeSafetensors } from "../../src/loaders/safetensors.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import type { Weight } from "../../src/training/arena.ts";
import { type Checkpoint, readCheckpoint, valuesFor, valuesOf, writeCheckpoint } from "../../src/training/checkpoint.ts";
import { adam } from "../../src/training/optimizers/adam.ts";
import type { FileSystem } from "../../src/training/write-file.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "roentgen-checkpoint-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Values of every kind that bits can make: both zeros, the smallest, the largest, infinity, NaN with a payload. */
const strange = new Float32Array(Uint32Array.of(0, 0x80000000, 1, 0x7f7fffff, 0x7f800000, 0x7fc12345).buffer);
const checkpoint: Checkpoint = {
  values: new Map<string, Tensor>([
    ["conv.weight", generated("conv.weight", [2, 3, 3, 3])],
    ["optimizer.exp_avg.conv.weight", tensor([6], strange)],
  ]),
  state: { epoch: 3, step: 1234, best: 0.1 + 0.2, sampler: { seed: 7, order: [2, 0, 1] }, schedule: null },
  metadata: { arch: "resnet18", classes: '["a","b"]' },
};
const bits = ({ data }: Tensor): number[] => [...new Uint32Array(data.slice().buffer)];

describe("a checkpoint", () => {
  test("comes back bit for bit, and is written again as the same bytes", async () => {
    const path = join(folder, "whole.safetensors");
    await writeCheckpoint(path, checkpoint);
    const read = await readCheckpoint(path);
    expect(read.state).toEqual(checkpoint.state);
    expect({ ...read.metadata }).toEqual(checkpoint.metadata);
    expect([...read.values.keys()].sort()).toEqual([...checkpoint.values.keys()].sort());
    for (const [name, value] of checkpoint.values) {
      const got = read.values.get(name) ?? tensor([0]);
      expect(got.shape).toEqual(value.shape);
      expect(bits(got)).toEqual(bits(value));
    }
    const first = await readFile(path);
    await writeCheckpoint(path, read);
    expect(await readFile(path)).toEqual(first);
  });

  test("leaves nothing else in its folder", async () => {
    const own = await mkdtemp(join(folder, "own-"));
    await writeCheckpoint(join(own, "last.safetensors"), checkpoint);
    expect(await readdir(own)).toEqual(["last.safetensors"]);
  });

  test("takes only states that JSON can hold", async () => {
    const state = { best: Number.NEGATIVE_INFINITY };
    await expect(writeCheckpoint(join(folder, "never"), { ...checkpoint, state })).rejects.toThrow(
      "checkpoint: best must be finite, got -Infinity",
    );
  });
});

describe("where it cannot be written, the last good one stays:", () => {
  /** A disk that is full after `room` bytes, or fails when the file is moved. */
  const failing = (room: number): FileSystem => ({
    async write(path, bytes) {
      await writeFile(path, bytes.subarray(0, room));
      if (bytes.byteLength > room) throw new Error("ENOSPC: no space left on device, write");
    },
    async rename() {
      throw new Error("EIO: i/o error, rename");
    },
    remove: (path) => rm(path, { force: true }),
  });

  test.each([
    ["a full disk", 100, "ENOSPC: no space left on device, write"],
    ["a disk that fails at the end", Number.POSITIVE_INFINITY, "EIO: i/o error, rename"],
  ])("%s", async (_, room, problem) => {
    const own = await mkdtemp(join(folder, "full-"));
    const path = join(own, "last.safetensors");
    await writeCheckpoint(path, checkpoint);
    const good = await readFile(path);
    const attempt = writeCheckpoint(path, { ...checkpoint, state: { epoch: 4 } }, failing(room));
    await expect(attempt).rejects.toThrow(new InputError(path, `cannot be written (${problem})`));
    expect(await readFile(path)).toEqual(good);
    expect(await readdir(own)).toEqual(["last.safetensors"]);
  });

  test("a folder that does not exist", async () => {
    await expect(writeCheckpoint(join(folder, "nowhere", "last.safetensors"), checkpoint)).rejects.toThrow(/cannot be written \(ENOENT/);
  });
});

describe("a file is refused that", () => {
  const bytesOf = (metadata: Record<string, string>) => writeSafetensors(new Map(), { dtype: "F32", metadata });

  test.each([
    [
      "is a model and no checkpoint",
      bytesOf({ arch: "resnet18" }),
      "bytes: is no checkpoint: its metadata do not say where training stood",
    ],
    ["has a state that is no JSON", bytesOf({ checkpoint: "{" }), "bytes: its metadata checkpoint is not JSON"],
    ["has a state that is no object", bytesOf({ checkpoint: "[1]" }), "bytes: its metadata checkpoint is not an object, got [1]"],
  ])("%s", async (_, bytes, message) => {
    await expect(readCheckpoint(bytes)).rejects.toThrow(InputError);
    await expect(readCheckpoint(bytes)).rejects.toThrow(message);
  });

  test("is cut off", async () => {
    const path = join(folder, "cut.safetensors");
    await writeCheckpoint(path, checkpoint);
    const bytes = await readFile(path);
    await expect(readCheckpoint(new Uint8Array(bytes.subarray(0, bytes.length - 4)))).rejects.toThrow(/^bytes: .*cut off/);
  });
});

/** Σ w · x · v after Adam: two weights whose gradients depend on each other. */
function training(names: readonly [string, string], size = 5) {
  const weights = names.map((name): Weight => parameter(name, [1, size], generated(name, [1, size])));
  const loss = sumTo(mul(mul(weights[0], input("x", [1, size])), weights[1]), [1]);
  return adam(weights, gradients(loss, weights), { lr: 0.01 }).updates;
}

test("training goes on from a file as if it had not stopped", async () => {
  const x = (step: number) => ({ x: generated(`x${step}`, [1, 5]) });
  const path = join(folder, "resumed.safetensors");
  const updates = training(["a", "b"]);
  using program = await compile(await device(), {}, { updates });
  for (let step = 0; step < 4; step++) {
    if (step === 2) {
      const values = await valuesOf(program, updatedParameters(updates));
      await writeCheckpoint(path, { values, state: { step }, metadata: {} });
    }
    await program.run(x(step));
  }

  const again = training(["a", "b"]);
  using resumed = await compile(await device(), {}, { updates: again });
  const stored = await readCheckpoint(path);
  await resumed.write(valuesFor(updatedParameters(again), stored));
  for (let step = Number(stored.state.step); step < 4; step++) await resumed.run(x(step));
  const [expected, got] = [await program.read(updatedParameters(updates)), await resumed.read(updatedParameters(again))];
  expect(got.map(bits)).toEqual(expected.map(bits));
});

test("a checkpoint of another network is refused with every name at fault", async () => {
  const updates = training(["a", "b"]);
  using program = await compile(await device(), {}, { updates });
  const values = await valuesOf(program, updatedParameters(updates));
  expect([...values.keys()]).toEqual([
    "optimizer.progress",
    "a",
    "b",
    "optimizer.exp_avg.a",
    "optimizer.exp_avg.b",
    "optimizer.exp_avg_sq.a",
    "optimizer.exp_avg_sq.b",
  ]);
  const other = updatedParameters(training(["a", "c"], 6));
  const attempt = (): unknown => valuesFor(other, { values, state: {}, metadata: {} }, "last.safetensors");
  expect(attempt).toThrow(WeightsError);
  expect(attempt).toThrow(
    "last.safetensors: the values do not fit the network, 3 missing (c, optimizer.exp_avg.c, optimizer.exp_avg_sq.c); " +
      "3 unexpected (b, optimizer.exp_avg.b, optimizer.exp_avg_sq.b); 3 mis-shaped (a expects [1, 6], got [1, 5]; " +
      "optimizer.exp_avg.a expects [1, 6], got [1, 5]; optimizer.exp_avg_sq.a expects [1, 6], got [1, 5])",
  );
});
