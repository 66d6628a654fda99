/** `train --grid` trains a student alone and by every pair on one teacher, writes each training down, and does none of them again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePhantomFolder } from "../../src/app/phantom-folder.ts";
import { trainCommand } from "../../src/app/train.ts";
import { type Ended, runProgram } from "../run-program.ts";
import { tableOf } from "../systems/outputs.ts";
import { fileOf, tinyClassifier, tinyRegression } from "../tiny-model.ts";

const folder = mkdtempSync(join(tmpdir(), "roentgen-distilled-"));
afterAll(() => rmSync(folder, { recursive: true }));
const out = join(folder, "run");
let manifest = "";
let ended: Ended;
const train = (...args: readonly string[]): Promise<Ended> => runProgram("src/app/train.ts", args, { CI: "true" });

beforeAll(async () => {
  const patterns = { normal: { opacities: 0 }, covid: { opacities: 4, strength: 3 } };
  manifest = await writePhantomFolder(join(folder, "films"), { films: 20, size: 64, patterns });
  ended = await train(
    ...[manifest, "--system", "liang2021", "--member", "distillation", "--teacher", "squeezenet1_1", "--arch", "squeezenet1_1"],
    ...["--grid", "0.95:6,0.5:2", "--seeds", "2", "--quick", "--size", "32", "--epochs", "1", "--batch", "4", "--workers", "0"],
    ...["--seed", "0", "--allow", "picture", "--out", out],
  );
}, 300_000);

test("the teacher's scores, the student's without and with it, and a row a pair", () => {
  expect([ended.code, ended.stdout]).toEqual([
    0,
    expect.stringMatching(/^teacher: test accuracy .*\nstudent alone: .*\nstudent taught, alpha /m),
  ]);
  const runs = tableOf(out, "runs").rows.map(({ role, seed, alpha, temperature }) => [role, seed, alpha, temperature].join(" ").trim());
  expect(runs).toEqual(["teacher 0", ...[0, 1].flatMap((seed) => [`alone ${seed}`, `taught ${seed} 0.95 6`, `taught ${seed} 0.5 2`])]);
  const grid = tableOf(out, "grid");
  expect(grid.columns).toEqual(
    expect.arrayContaining(["alpha", "temperature", "seeds", "test_accuracy", "gain_over_alone", "seeds_gaining"]),
  );
  expect(grid.rows.map(({ seeds }) => seeds)).toEqual(["2", "2"]);
  expect(tableOf(out, "students").rows.map(({ what }) => what.split(",")[0])).toEqual(["teacher", "student alone", "student taught"]);
});

test("what is written down is not done again", async () => {
  const before = readFileSync(join(out, "runs.jsonl"), "utf8");
  const again = await train("--resume", out, "--workers", "0");
  expect([again.code, again.stdout]).toEqual([0, ended.stdout]);
  expect(readFileSync(join(out, "runs.jsonl"), "utf8")).toBe(before);
});

describe("what does not fit is told in one line", () => {
  const put = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const failing = (...args: readonly string[]) =>
    trainCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .parseAsync([manifest, "--arch", "squeezenet1_1", "--size", "32", "--allow", "picture", "--workers", "0", "--quiet", ...args], {
        from: "user",
      });

  test("a grid without a teacher or with lungs, a teacher of folds, and a pair that is none", async () => {
    const to = ["--out", join(folder, "none")];
    await expect(failing("--grid", "0.5:4", ...to)).rejects.toThrow("grid: is of a teacher, say which (--teacher)");
    await expect(failing("--teacher", "x", "--folds", "2", ...to)).rejects.toThrow("teacher: teaches one training, leave out --folds");
    await expect(failing("--teacher", "squeezenet1_1", "--grid", "2:4", ...to)).rejects.toThrow("grid: a pair reads alpha:temperature");
    await expect(failing("--teacher", "squeezenet1_1", "--grid", "0.5:4", "--lung-masks", "mask", ...to)).rejects.toThrow(
      "grid: is of networks that see films alone",
    );
  });

  test("a teacher of other classes, and one that teaches none", async () => {
    const other = put("other.safetensors", fileOf(tinyClassifier(["a", "b"])));
    await expect(failing("--teacher", other, "--out", join(folder, "other"))).rejects.toThrow(
      `${other}: teaches a, b; the films are of covid, normal`,
    );
    const values = put("values.safetensors", fileOf(tinyRegression()));
    await expect(failing("--teacher", values, "--out", join(folder, "values"))).rejects.toThrow(
      `${values}: is a regression model, classes are taught`,
    );
  });
});
