/** `train --system` in a hurry: from films to the system's tables by the same way as any training, by folds too, and what is typed wins. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { trainCommand } from "../../src/app/train.ts";
import { readCsv } from "../../src/loaders/csv.ts";
import { type Ended, runProgram } from "../run-program.ts";
import { phantomFiles } from "../training/phantoms.ts";

const { folder, manifest } = phantomFiles({ train: 12, val: 8, test: 8 });
afterAll(() => rmSync(folder, { recursive: true }));

const train = (...args: readonly string[]): Promise<Ended> => runProgram("src/app/train.ts", args, { CI: "true" });
const small = ["--quick", "--size", "32", "--epochs", "1", "--batch", "4", "--workers", "0", "--allow", "picture"];
const jsonOf = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const tableOf = (out: string, name: string) => {
  const path = join(out, "tables", `${name}.csv`);
  return readCsv(readFileSync(path, "utf8"), path);
};

test("Minaee 2020 on a manifest: its tables, what the paper did, and a configuration that says all of it", async () => {
  const out = join(folder, "minaee");
  const merging = ["--merge", "covid=opaque", "--merge", "non=*"];
  const { code, stderr } = await train(manifest, "--system", "minaee2020", "--member", "squeezenet1_1", ...small, ...merging, "--out", out);
  expect([code, stderr]).toEqual([0, expect.stringContaining("squeezenet1_1, 32 px, 12 train, 8 val, 8 test")]);
  const predictions = tableOf(out, "predictions");
  expect([predictions.rows.length, predictions.columns.slice(-4)]).toEqual([8, ["p_covid", "p_non", "threshold", "positive"]]);
  expect(new Set(predictions.rows.map((row) => row[predictions.columns.indexOf("group")]))).toEqual(new Set(["normal", "opaque"]));
  expect(tableOf(out, "histogram").rows).toHaveLength(72);
  expect(jsonOf(join(out, "config.json"))).toMatchObject({
    system: "minaee2020",
    member: "squeezenet1_1",
    variant: "paper",
    arch: "squeezenet1_1",
    size: 32,
    epochs: 1,
    optimizer: "adam",
    freeze: "trunk",
    merge: { covid: ["opaque"], non: ["*"] },
  });
  const said = jsonOf(join(out, "system.json"));
  expect(said.facts).toContainEqual({ path: "training.batch", value: 20, marks: ["C", "T"] });
  expect(said.note).toContain("its numbers say nothing");
});

test("Apostolopoulos 2020 by folds: every film is judged once, and a finished run is not done again", async () => {
  const out = join(folder, "folds");
  const merging = ["--merge", "covid=opaque", "--merge", "rest=*"];
  const { code, stdout } = await train(
    ...[manifest, "--system", "apostolopoulos2020", "--member", "two", "--variant", "scratch", ...small, ...merging],
    ...["--folds", "2", "--out", out, "--json"],
  );
  expect(code).toBe(0);
  const summary = JSON.parse(stdout);
  expect([summary.pooled.films, summary.folds.length, Object.keys(summary.spreads)]).toEqual([
    28,
    2,
    ["loss", "accuracy", "balancedAccuracy"],
  ]);
  const predictions = tableOf(out, "predictions");
  expect(new Set(predictions.rows.map(([file]) => file)).size).toBe(28);
  expect(tableOf(out, "folds").rows.map(([fold]) => fold)).toEqual(["0", "1", "pooled"]);
  const again = await train("--resume", out, "--workers", "0", "--json");
  const { pooled, spreads, folds } = JSON.parse(again.stdout);
  expect({ pooled, spreads, folds }).toEqual({ pooled: summary.pooled, spreads: summary.spreads, folds: summary.folds });
});

describe("what does not fit is told in one line", () => {
  const failing = (...args: readonly string[]) =>
    trainCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .parseAsync([...args, "--out", join(folder, "none")], { from: "user" });

  test.each<[string, readonly string[], string | RegExp]>([
    ["an unknown system", ["--system", "minae2020"], "minae2020: no such system, did you mean minaee2020?"],
    ["a member without a system", ["--member", "resnet18"], "error: --member is of a system, say which (--system)"],
    [
      "values of ImageNet that are not named",
      [manifest, "--system", "minaee2020"],
      "minaee2020: starts from ImageNet's values: --init FILE names them, --init random goes without",
    ],
    ["no films, and no quick run", ["--system", "minaee2020", "--init", "random"], "error: a manifest or a folder of films is needed"],
    [
      "classes that the films do not have",
      [manifest, "--system", "minaee2020", "--quick"],
      /manifest\.csv: has no class covid to merge, only normal, opaque$/,
    ],
  ])("%s", async (_, args, message) => {
    await expect(failing(...args)).rejects.toThrow(message);
    expect(existsSync(join(folder, "none"))).toBe(false);
  });
});
