/** Tuning finds kernels that agree with the plainest one, keeps what it found, and changes nothing but the kernels. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leastProfile, targetWorkgroups } from "../../src/gpu/profile.ts";
import { exportTuning, importTuning, type TuningTable } from "../../src/gpu/tuning-cache.ts";
import { compile, planFor } from "../../src/graph/program.ts";
import { fingerprintOf, tunedProfile } from "../../src/graph/tune.ts";
import { type Choice, chosen, tunedShaders } from "../../src/kernels/choice.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { apply, input, type Node, type Op, parameter } from "../../src/kernels/op.ts";
import { scale } from "../../src/kernels/scale.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";

const kept = process.env.ROENTGEN_CACHE;
beforeAll(() => {
  process.env.ROENTGEN_CACHE = mkdtempSync(path.join(tmpdir(), "roentgen-tuning-"));
});
afterAll(() => {
  if (kept === undefined) delete process.env.ROENTGEN_CACHE;
  else process.env.ROENTGEN_CACHE = kept;
});

const weight = parameter("conv.weight", [32, 32, 3, 3], generated("conv.weight", [32, 32, 3, 3]));
const convolution = conv2d(input("x", [1, 32, 12, 12]), weight, undefined, { padding: 1 });
const picture = generated("input", [1, 32, 12, 12]);
const file = (): string => path.join(process.env.ROENTGEN_CACHE ?? "", readdirSync(process.env.ROENTGEN_CACHE ?? "")[0]);

describe("the choices of a convolution", () => {
  const choiceFor = async (): Promise<Choice> => {
    const choice = convolution.op.choice?.(convolution, (await device()).profile);
    if (!choice) throw new Error("a dense convolution has choices");
    return choice;
  };

  test("begin with the rule's and hold the reference", async () => {
    const { profile } = await device();
    const { key, candidates, reference } = await choiceFor();
    const shadersOf = (name: string): string[] =>
      planFor({ y: convolution }, { profile }, { ...profile, choices: new Map([[key, name]]) }).steps.map(({ launch }) =>
        String(launch.shader),
      );
    expect(candidates.length).toBeGreaterThan(2);
    expect(candidates).toContain(reference);
    expect(shadersOf(candidates[0])).toEqual(planFor({ y: convolution }, {}, profile).steps.map(({ launch }) => String(launch.shader)));
    expect(shadersOf(reference)).toEqual(["conv2d-reg"]);
    expect([...new Set(candidates.flatMap(shadersOf))].filter((shader) => !tunedShaders.includes(shader))).toEqual([]);
  });

  test("are parts too where workgroups are few", () => {
    const pointwise = conv2d(input("x", [1, 1024, 7, 7]), parameter("conv.weight", [256, 1024, 1, 1]));
    const discrete = { ...leastProfile, class: "nvidia" as const, targetWorkgroups: targetWorkgroups.nvidia };
    const choice = pointwise.op.choice?.(pointwise, discrete);
    const names = ["direct conv2d-tile", "direct conv2d-tile 1", "direct conv2d-reg", "direct conv2d-tile 2", "direct conv2d-tile 4"];
    expect(choice?.candidates).toEqual([...names, "direct conv2d-reg 1"]);
    expect(choice?.reference).toBe("direct conv2d-reg 1");
    const launched = (name: string): unknown[] =>
      planFor({ y: pointwise }, {}, { ...discrete, choices: new Map([[choice?.key ?? "", name]]) })
        .steps.map(({ launch }) => [launch.shader, launch.params?.parts])
        .filter(([, parts]) => parts);
    expect(names.map(launched)).toEqual([
      ...[
        [
          ["conv2d-tile", 8],
          ["sum-products", 8],
        ],
        [["conv2d-tile", 1]],
        [
          ["conv2d-reg", 8],
          ["sum-products", 8],
        ],
      ],
      ...[
        [
          ["conv2d-tile", 2],
          ["sum-products", 2],
        ],
        [
          ["conv2d-tile", 4],
          ["sum-products", 4],
        ],
      ],
    ]);
    expect(launched("direct conv2d-reg 1")).toEqual([["conv2d-reg", 1]]);
    const software = { ...discrete, class: "software" as const, targetWorkgroups: targetWorkgroups.software };
    expect(pointwise.op.choice?.(pointwise, software)?.candidates).toEqual(["direct conv2d-reg"]);
  });

  test("that are unknown are passed over", async () => {
    const { profile } = await device();
    const choice = await choiceFor();
    expect(chosen(choice, { ...profile, choices: new Map([[choice.key, "f63 conv2d-new"]]) })).toBe(choice.candidates[0]);
  });

  test("are without Winograd where that is not allowed", async () => {
    const { profile } = await device();
    const strict = convolution.op.choice?.(convolution, { ...profile, strict: true });
    expect(strict?.candidates.filter((name) => !name.startsWith("direct "))).toEqual([]);
  });
});

test("what is found is kept, taken the next time, and computes the same", async () => {
  const opened = await device();
  const before = await tunedProfile(opened, [convolution]);
  expect(before.choices?.size).toBe(0);
  const found = await tunedProfile(opened, [convolution], { tuning: "fast" });
  expect(found.choices?.size).toBe(1);
  const [[key, name]] = found.choices ?? [];
  expect(convolution.op.choice?.(convolution, opened.profile)).toMatchObject({ key, candidates: expect.arrayContaining([name]) });
  expect((await tunedProfile(opened, [convolution])).choices).toEqual(found.choices);
  expect((await tunedProfile(opened, [convolution], { tuning: "off" })).choices).toBeUndefined();

  using plain = await compile(opened, { y: convolution }, { strict: true });
  using tuned = await compile(opened, { y: convolution }, { profile: found });
  const [expected, got] = [(await plain.run({ x: picture })).y.data, (await tuned.run({ x: picture })).y.data];
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Winograd's F(4,3) rounds by 2e-5 of the largest result.
  for (const [index, value] of got.entries()) expect(Math.abs(value - expected[index])).toBeLessThanOrEqual(2e-5 * largest);
});

test("a kernel that computes something else never wins", async () => {
  const choice: Choice = { key: "test", candidates: ["nothing", "double", "copy"], reference: "double" };
  const op: Op = {
    name: "twice",
    inputs: ["x"],
    shape: ([x]) => x,
    choice: () => choice,
    lower({ inputs: [x] }, profile): Node {
      const pick = chosen(choice, profile);
      return pick === "double" ? scale(x, 2) : scale(x, pick === "copy" ? 1 : 0);
    },
  };
  const found = await tunedProfile(await device(), [apply(op, [input("x", [1, 8, 4, 4])], {})], { tuning: "full" });
  expect(found.choices?.get("test")).toBe("double");
});

describe("a table", () => {
  const table = async (): Promise<TuningTable> => exportTuning(await fingerprintOf(await device()));

  test("goes out and comes back", async () => {
    const fingerprint = await fingerprintOf(await device());
    await importTuning({ ...(await table()), choices: { "conv2d of a page": "direct conv2d-reg" } }, fingerprint);
    expect((await table()).choices).toMatchObject({ "conv2d of a page": "direct conv2d-reg" });
  });

  test("of another adapter or other kernels is refused", async () => {
    const foreign: TuningTable = { ...(await table()), fingerprint: "0123456789abcdef" };
    await expect(importTuning(foreign, await fingerprintOf(await device()))).rejects.toThrow(
      /^tuning: made for other kernels or another adapter, got 0123456789abcdef, expected [0-9a-f]{16}$/,
    );
  });

  test("depends on the precision and on the kernels", async () => {
    const opened = await device();
    expect(await fingerprintOf(opened, "f16")).not.toBe(await fingerprintOf(opened, "f32"));
    expect(JSON.parse(readFileSync(file(), "utf8"))).toMatchObject({ format: "roentgen-tuning-1" });
  });

  test("that cannot be read counts as empty", async () => {
    writeFileSync(file(), "{ not a table");
    expect((await tunedProfile(await device(), [convolution])).choices?.size).toBe(0);
  });

  test("that cannot be written costs nothing but the next measurement", async () => {
    const folder = process.env.ROENTGEN_CACHE;
    process.env.ROENTGEN_CACHE = path.join(file(), "below a file");
    const found = await tunedProfile(await device(), [convolution], { tuning: "fast" });
    process.env.ROENTGEN_CACHE = folder;
    expect(found.choices?.size).toBe(1);
  });
});
