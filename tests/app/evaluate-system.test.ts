/** `evaluate --system`: a run of a published system is judged on its films by the system's own rules, beside those of every model. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { writeTables } from "../../src/app/write-tables.ts";
import { readCsv } from "../../src/loaders/csv.ts";
import { random } from "../../src/random.ts";
import { apostolopoulos2020 } from "../../src/systems/apostolopoulos2020.ts";
import { minaee2020 } from "../../src/systems/minaee2020.ts";
import type { ScoredFilms } from "../../src/systems/scored-films.ts";
import { fileOf, tinyClassifier, tinyRegression } from "../tiny-model.ts";
import { phantomFiles } from "../training/phantoms.ts";
import { evaluate } from "./evaluate-here.ts";

const { folder, manifest } = phantomFiles({ train: 6, val: 6, test: 6 });
const runs = join(folder, "runs");
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** A folder as `train --system` leaves it. */
function runFolder(name: string, system: string, config: object, files: Readonly<Record<string, Uint8Array>> = {}): string {
  const path = join(runs, name);
  mkdirSync(join(path, "tables"), { recursive: true });
  writeFileSync(join(path, "system.json"), JSON.stringify({ system }));
  writeFileSync(join(path, "config.json"), JSON.stringify({ data: manifest, ...config }));
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}

const merge = { covid: ["opaque"], non: ["*"] };
const tableOf = (path: string) => readCsv(readFileSync(path, "utf8"), path);
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test("a model of Minaee 2020 on its own manifest: classes merged as it learnt them, its tables in the report's folder", async () => {
  const model = { "model.safetensors": fileOf(tinyClassifier(["covid", "non"])) };
  const run = runFolder("minaee", "minaee2020", { arch: "squeezenet1_1", label: "label", merge }, model);
  const out = join(folder, "report");
  const text = await evaluate("--system", "minaee2020", "--model", run, "--no-gallery", "--report", out, "--json");
  const { models, system } = JSON.parse(text);
  expect([models[0].films, models[0].classes.classes]).toEqual([6, ["covid", "non"]]);
  const { columns, rows } = tableOf(join(out, "minaee.minaee2020", "predictions.csv"));
  expect(rows.map(([file]) => file)).toEqual([12, 13, 14, 15, 16, 17].map((i) => `${i}.png`));
  expect(rows[1].slice(columns.indexOf("group"), columns.indexOf("predicted"))).toEqual(["opaque", "covid"]);
  const covid = columns.indexOf("p_covid");
  const films: ScoredFilms["films"] = rows.map((row) => ({
    name: row[0],
    patient: row[columns.indexOf("patient")],
    group: row[columns.indexOf("group")],
    label: row[columns.indexOf("truth")] === "covid" ? 0 : 1,
    probabilities: [Number(row[covid]), Number(row[covid + 1])],
  }));
  const own = minaee2020.tables({ test: { set: "test", classes: ["covid", "non"], films } });
  expect(system.models[run].summary[0]).toEqual(plain(own.summary[0]));
  expect(system.models[run].summary[0]).toMatchObject({ threshold: 0.2, cases: 6, positives: 3 });
  expect(readFileSync(join(out, "report.md"), "utf8")).toContain("## minaee2020, by its own rules");
});

describe("cross-validations are judged by what each fold said of the films it had not seen", () => {
  const scored = (seed: number): ScoredFilms => ({
    set: "pooled folds",
    classes: ["covid", "rest"],
    films: Array.from({ length: 18 }, (_, i) => {
      const p = random(seed, i);
      return {
        name: `${i}.png`,
        patient: `p${i}`,
        source: i % 4 < 2 ? "left" : "right",
        group: i % 2 ? "opaque" : "normal",
        label: 1 - (i % 2),
        probabilities: [p, 1 - p],
      };
    }),
  });
  const config = { arch: "mobilenet_v2", label: "label", merge: { covid: ["opaque"], rest: ["*"] }, folds: 2 };

  test("two of them are compared as the paper compares its strategies", async () => {
    const found = [scored(1), scored(2)];
    const folders = ["features", "scratch"].map((name) => runFolder(name, "apostolopoulos2020", config));
    for (const [i, path] of folders.entries())
      await writeTables(join(path, "tables"), { predictions: apostolopoulos2020.tables({ test: found[i] }).predictions });
    const text = await evaluate("--system", "apostolopoulos2020", "--model", folders.join(","), "--json");
    const { system, models } = JSON.parse(text);
    expect(models.map(({ films }: { films: number }) => films)).toEqual([18, 18, 18]);
    const [[first, one], [second, two]] = folders.map((path, i) => [path, { test: found[i] }] as const);
    expect(system.comparison).toEqual(plain(apostolopoulos2020.comparison({ [first]: one, [second]: two })));
  });
});

test("a member that predicts numbers is judged in their units", async () => {
  const values = ["leukocytes", "crp"];
  const lines = Array.from({ length: 18 }, (_, i) => `${i}.png,${4 + i},${10 * random(5, i)},${i < 12 ? "train" : "test"},p${i}`);
  const table = join(folder, "values.csv");
  writeFileSync(table, `file,leukocytes,crp,split,patient_id\n${lines.join("\n")}\n`);
  const tiny = tinyRegression();
  const scaler = JSON.stringify({ lowest: [0, 0], highest: [1000, 1] });
  const files = { "model.safetensors": fileOf({ ...tiny, metadata: { ...tiny.metadata, valueScaler: scaler } }) };
  const run = runFolder("cnnrf", "liang2021", { data: table, arch: "liang_cnnrf", values }, files);
  const { system } = JSON.parse(await evaluate("--system", "liang2021", "--model", run, "--json"));
  const { indicators, predictions } = system.models[run];
  expect(indicators.map(({ indicator, films }: Record<string, unknown>) => [indicator, films])).toEqual(values.map((name) => [name, 6]));
  expect(predictions.map(({ leukocytes }: Record<string, number>) => leukocytes)).toEqual([16, 17, 18, 19, 20, 21]);
  const plainly = runFolder("plain", "liang2021", { data: table, arch: "liang_cnnrf", values }, { "model.safetensors": fileOf(tiny) });
  const other = JSON.parse(await evaluate("--system", "liang2021", "--model", plainly, "--json")).system.models[plainly].predictions;
  for (const [i, { predicted_leukocytes: scaled, predicted_crp: crp }] of predictions.entries()) {
    const plain = 1000 * other[i].predicted_leukocytes;
    // The model scales in float32.
    expect(Math.abs(scaled - plain)).toBeLessThanOrEqual(2 ** -23 * Math.abs(plain));
    expect(crp).toBe(other[i].predicted_crp);
  }
});

describe("what is no run is told in one line", () => {
  test.each<[string, () => readonly string[], RegExp]>([
    [
      "no folder",
      () => [manifest, "--system", "minaee2020"],
      /minaee2020: is judged by the folders of its trainings, name them \(--model\)$/,
    ],
    [
      "a folder of something else",
      () => [manifest, "--system", "minaee2020", "--model", folder],
      /is no folder of train --system: it holds no system\.json$/,
    ],
    [
      "a run of another system",
      () => ["--system", "minaee2020", "--model", runFolder("other", "liang2021", {})],
      /other: was trained as liang2021, not as minaee2020$/,
    ],
    [
      "runs of other classes",
      () => {
        const pair = [merge, { covid: ["normal"], non: ["*"] }].map((own, i) => runFolder(`pair-${i}`, "minaee2020", { merge: own }));
        return ["--system", "minaee2020", "--model", pair.join(",")];
      },
      /pair-1: has other films, classes or folds than .*pair-0: they cannot be judged together$/,
    ],
    ["a system that there is not", () => ["--system", "minae2020", "--model", folder], /no such system, did you mean minaee2020\?$/],
  ])("%s", async (_, args, message) => {
    await expect(evaluate(...args())).rejects.toThrow(message);
  });
});
