/** `evaluate` as people use it: the statistics of src/statistics on a manifest's films, and one clear line for what cannot be judged. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { readCsv, writeCsv } from "../../src/loaders/csv.ts";
import { writeSafetensors } from "../../src/loaders/safetensors.ts";
import { keidarChannel } from "../../src/models/film-and-lungs.ts";
import { random } from "../../src/random.ts";
import { binaryReport } from "../../src/statistics/binary-report.ts";
import { mcnemar } from "../../src/statistics/mcnemar.ts";
import { multiclassReport } from "../../src/statistics/multiclass-report.ts";
import { compareRocAreas, rocAreaEstimate } from "../../src/statistics/roc-area.ts";
import { chooseThreshold } from "../../src/statistics/threshold.ts";
import { runProgram } from "../run-program.ts";
import { fileOf, tinyClassifier, tinySegmenter } from "../tiny-model.ts";
import { folderOf } from "../training/films.ts";
import { phantomFiles } from "../training/phantoms.ts";
import { evaluate } from "./evaluate-here.ts";

const classes = ["normal", "covid", "tb"];
/** 60 films of 3 classes and 30 patients, half of them to choose thresholds on; scores know the class a little. */
const films = Array.from({ length: 60 }, (_, i) => ({
  file: `${i}.png`,
  label: i % 3,
  split: i % 4 < 2 ? "val" : "test",
  patient: `p${i >> 1}`,
  source: i % 3 === 2 ? "screening" : i % 8 < 4 ? "east" : "west",
}));

/** A table of scores that sum to 1. */
function scoresOf(seed: number, knowledge: number): { rows: number[][]; text: string } {
  const rows = films.map(({ label }, i) => {
    const weights = classes.map((_, c) => Math.exp(3 * random(seed, 3 * i + c) + (c === label ? knowledge : 0)));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  });
  const text = writeCsv({
    columns: ["file", ...classes.map((label) => `P(${label})`)],
    rows: rows.map((row, i) => [films[i].file, ...row.map(String)]),
  });
  return { rows, text };
}

const manifestText = writeCsv({
  columns: ["file", "label", "split", "patient_id", "source"],
  rows: films.map(({ file, label, split, patient, source }) => [file, classes[label], split, patient, source]),
});
const [good, poor] = [scoresOf(1, 2), scoresOf(2, 0.5)];
const folder = folderOf({
  ...Object.fromEntries(films.map(({ file }) => [file, "not looked at"])),
  "films.csv": manifestText,
  "good.csv": good.text,
  "poor.csv": poor.text,
});
const inFolder = (name: string) => join(folder, name);
const manifest = inFolder("films.csv");
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const places = (split: string) => [...films.keys()].filter((i) => films[i].split === split);
const setOf = (rows: readonly number[][], split: string, positive: number) => ({
  name: split,
  scores: places(split).map((i) => rows[i][positive]),
  labels: places(split).map((i) => (films[i].label === positive ? 1 : 0)),
  clusters: places(split).map((i) => films[i].patient),
  ids: places(split).map((i) => films[i].file),
});
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe("numbers are those of src/statistics", () => {
  const testPlaces = places("test");
  const labels = testPlaces.map((i) => films[i].label);

  test("of all classes, and of each class with a threshold chosen on the validation films and judged on the test films", async () => {
    const { models } = JSON.parse(await evaluate(manifest, "--scores", inFolder("good.csv"), "--threshold", "youden,0.4", "--json"));
    const [model] = models;
    expect([model.films, model.patients]).toEqual([30, 15]);
    const all = multiclassReport(
      testPlaces.flatMap((i) => good.rows[i]),
      labels,
      classes,
      {
        clusters: testPlaces.map((i) => films[i].patient),
        resamples: 100,
        seed: 0,
      },
    );
    expect(model.classes).toEqual({ ...plain(all), predicted: undefined });
    const chosen = chooseThreshold(setOf(good.rows, "val", 1), "youden");
    if (!("value" in chosen)) throw new Error("there is a threshold");
    const set = setOf(good.rows, "test", 1);
    const own = binaryReport(set.scores, set.labels, {
      ...set,
      thresholds: [chosen],
      prevalences: [0.01, 0.1],
      resamples: 100,
      seed: 0,
    });
    const covid = model.each[1];
    expect([covid.positive, covid.rocArea, covid.averagePrecision]).toEqual(["covid", plain(own.rocArea), plain(own.averagePrecision)]);
    const [byRule, fixed] = covid.thresholds;
    expect(byRule.threshold).toMatchObject({ value: chosen.value, rule: "youden", chosenOn: { name: "val", cases: 30 } });
    expect([byRule.indices, byRule.bootstrapped, byRule.predictiveValues]).toEqual(
      plain([own.thresholds[0].indices, own.thresholds[0].bootstrapped, own.thresholds[0].predictiveValues]),
    );
    expect(fixed.threshold).toEqual({ value: 0.4, rule: "fixed", chosenOn: { fixed: "the command line" } });
  });

  test("within a source, over its own classes; a source of one class says so", async () => {
    const { models } = JSON.parse(await evaluate(manifest, "--scores", inFolder("good.csv"), "--json"));
    const own = testPlaces.filter((i) => films[i].source === "east");
    const area = rocAreaEstimate(
      own.map((i) => good.rows[i][1] / (good.rows[i][0] + good.rows[i][1])),
      own.map((i) => films[i].label),
      { clusters: own.map((i) => films[i].patient) },
    );
    const right = (label: number) => {
      const of = own.filter((i) => films[i].label === label);
      return of.filter((i) => good.rows[i][label] > good.rows[i][1 - label]).length / of.length;
    };
    const [east, screening] = models[0].within;
    expect([east.source, east.films, east.area]).toEqual(["east", own.length, plain(area)]);
    expect(east.balancedAccuracy.value).toBeCloseTo((right(0) + right(1)) / 2, 12);
    expect(screening).toEqual({ source: "screening", films: 10, reason: "5 films of two classes are needed, it has tb 10" });
  });

  test("of two models, paired on the same films", async () => {
    const { comparisons } = JSON.parse(
      await evaluate(manifest, "--scores", `${inFolder("good.csv")},${inFolder("poor.csv")}`, "--positive", "covid", "--json"),
    );
    const [first, second] = [good, poor].map(({ rows }) => setOf(rows, "test", 1));
    expect(comparisons[0].areas[0].comparison).toEqual(plain(compareRocAreas(first.scores, second.scores, first.labels, first)));
    const right = [good, poor].map(({ rows }) => testPlaces.map((i) => (rows[i].indexOf(Math.max(...rows[i])) === films[i].label ? 1 : 0)));
    expect(comparisons[0].answers).toEqual(plain(mcnemar(right[0], right[1])));
  });
});

test("a report's table of images is read back as scores, and gives the same numbers", async () => {
  const out = inFolder("report");
  const first = await evaluate(
    manifest,
    "--scores",
    inFolder("good.csv"),
    "--threshold",
    "0.5",
    "--report",
    out,
    "--by",
    "label",
    "--json",
  );
  const { columns, rows } = readCsv(readFileSync(join(out, "good.images.csv"), "utf8"), "good.images.csv");
  expect(columns).toEqual(["file", "truth", "predicted", "mistake", "P(normal)", "P(covid)", "P(tb)", "source", "patient"]);
  expect(rows).toHaveLength(30);
  const mistakes = rows.filter((row) => row[3] === "1");
  expect(mistakes.length).toBe(rows.filter((row) => row[1] !== row[2]).length);
  const again = await evaluate(manifest, "--scores", join(out, "good.images.csv"), "--threshold", "0.5", "--by", "label", "--json");
  expect(JSON.parse(again).models[0]).toEqual({ ...JSON.parse(first).models[0], model: join(out, "good.images.csv") });
  expect(readdirSync(out)).toEqual(
    expect.arrayContaining(["report.html", "report.json", "report.md", "good.thresholds.csv", "good.covid.roc.svg"]),
  );
  expect(readFileSync(join(out, "report.md"), "utf8")).toContain("fixed by the command line");
});

test("several models are also judged as their mean, with what their disagreement tells", async () => {
  const out = inFolder("both");
  const both = ["--scores", `${inFolder("good.csv")},${inFolder("poor.csv")}`];
  const text = await evaluate(manifest, ...both, "--positive", "covid", "--json", "--report", out);
  const { models, comparisons } = JSON.parse(text);
  const mean = models[2];
  const rows = places("test").map((i) => good.rows[i].map((score, c) => (score + poor.rows[i][c]) / 2));
  const labels = places("test").map((i) => films[i].label);
  const clusters = places("test").map((i) => films[i].patient);
  const own = multiclassReport(rows.flat(), labels, classes, { clusters, resamples: 100, seed: 0 });
  expect([mean.model, mean.classes.bootstrapped]).toEqual(["mean of 2 models", plain(own.bootstrapped)]);
  expect(comparisons.map(({ first, second }: Record<string, string>) => [first, second].map((name) => name.split("/").at(-1)))).toEqual([
    ["good.csv", "poor.csv"],
    ["mean of 2 models", "good.csv"],
    ["mean of 2 models", "poor.csv"],
  ]);
  expect(mean.agreement.agreed.trials + mean.agreement.divided.trials).toBe(30);
  const files = readdirSync(out);
  const charts = ["good.headline", "poor.confusion", "mean-of-2-models.covid.roc", "comparison.covid.roc"];
  expect(files).toEqual(expect.arrayContaining(charts.flatMap((name) => [`${name}.svg`, `${name}.png`])));
  expect(readFileSync(join(out, "comparison.covid.roc.png")).subarray(1, 4).toString()).toBe("PNG");
  const { columns } = readCsv(readFileSync(join(out, "mean-of-2-models.images.csv"), "utf8"), "mean");
  expect(columns.at(-1)).toBe("disagreement");
  expect(readFileSync(join(out, "report.md"), "utf8")).toContain("](good.headline.svg)");
});

describe("what cannot be judged is told in one line", () => {
  const lines = manifestText.trim().split("\n");
  const table = (name: string, text: string) => {
    writeFileSync(inFolder(name), text);
    return inFolder(name);
  };
  const manifestWith = (name: string, change: (line: string, row: number) => string) => table(name, lines.map(change).join("\n"));
  const scores = ["--scores", inFolder("good.csv")];
  mkdirSync(inFolder("full"));
  writeFileSync(inFolder("full/notes.txt"), "");

  test.each<[string, readonly string[], RegExp]>([
    [
      "a report folder that holds something",
      [manifest, ...scores, "--report", inFolder("full")],
      /full: is not empty, and nothing is overwritten/,
    ],
    ["a set that is not there", [manifest, ...scores, "--split", "tset"], /has no films of split tset, there are val, test$/],
    ["a column that is not there", [manifest, ...scores, "--by", "sorce"], /has no column sorce, did you mean source\?$/],
    ["a label column that is not there", [manifest, ...scores, "--label", "lable"], /has no column lable, did you mean label\?$/],
    [
      "classes that the model lacks",
      [manifestWith("other.csv", (line) => line.replace(",tb,", ",flu,")), ...scores],
      /has classes that the model does not know \(flu\), it knows normal, covid, tb/,
    ],
    [
      "a film without a class",
      [manifestWith("bare.csv", (line, row) => (row === 3 ? line.replace("tb", "") : line)), ...scores],
      /row 4 names no class$/,
    ],
    ["a positive class that is none", [manifest, ...scores, "--positive", "flu"], /has no class flu, it knows normal, covid, tb$/],
    [
      "a patient in both sets",
      [manifestWith("leak.csv", (line, row) => (row === 3 ? line.replace(",p1,", ",p0,") : line)), ...scores],
      /it was chosen on set "val", and set "test" has cases of the same patient or group, p0$/,
    ],
    [
      "thresholds chosen where they are judged",
      [manifest, ...scores, "--choose-on", "test"],
      /thresholds chosen on test cannot be judged on it/,
    ],
    [
      "a score that is no number",
      [manifest, "--scores", table("nan.csv", good.text.replace(/^7\.png,[^,]*/m, "7.png,NaN"))],
      /nan\.csv: P\(normal\) of 7\.png is "NaN", no finite number$/,
    ],
    [
      "a film without scores",
      [manifest, "--scores", table("short.csv", good.text.replace(/^7\.png.*\n/m, ""))],
      /short\.csv: has no row for 7\.png$/,
    ],
    ["a table without scores", [manifest, "--scores", manifest], /needs a column file and columns such as P\(covid\)/],
    [
      "models of other classes",
      [
        manifest,
        "--scores",
        `${inFolder("good.csv")},${table("renamed.csv", `${good.text.replace("P(tb)", "P(tb),P(flu)").replace(/(\d)\n/g, "$1,0\n")}`)}`,
      ],
      /knows other classes than .*: they cannot be compared$/,
    ],
  ])("%s", async (_, args, message) => {
    await expect(evaluate(...args)).rejects.toThrow(message);
  });

  test("a threshold rule that is none is a usage error", async () => {
    await expect(evaluate(manifest, ...scores, "--threshold", "best")).rejects.toThrow(/best is none of youden/);
  });
});

test("a test set of one class, and one of too few positives, say what is not defined", async () => {
  const one = writeCsv({
    columns: ["file", "label", "split"],
    rows: films.map(({ file, label, split }) => [file, split === "test" ? "normal" : classes[label], split]),
  });
  writeFileSync(inFolder("one.csv"), one);
  const text = await evaluate(inFolder("one.csv"), "--scores", inFolder("good.csv"), "--positive", "covid");
  expect(text).toContain("not defined: no positive cases");
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
  let kept = 0;
  const few = films.filter(({ label, split }) => label !== 1 || split === "val" || kept++ < 3);
  writeFileSync(
    inFolder("few.csv"),
    writeCsv({ columns: ["file", "label", "split"], rows: few.map(({ file, label, split }) => [file, classes[label], split]) }),
  );
  const report = await evaluate(inFolder("few.csv"), "--scores", inFolder("good.csv"), "--positive", "covid");
  expect(report).toContain("5 positive and 5 negative cases are needed, there are 3 and");
  expect(report).not.toMatch(/NaN|undefined|Infinity/);
});

describe("scores that say little are judged as far as they are defined", () => {
  const scored = (name: string, rowOf: (row: readonly number[], i: number) => readonly number[]) => {
    const rows = good.rows.map((row, i) => [films[i].file, ...rowOf(row, i).map(String)]);
    writeFileSync(inFolder(name), writeCsv({ columns: ["file", ...classes.map((label) => `P(${label})`)], rows }));
    return inFolder(name);
  };

  test("the same for every film and class: no area, and the answer is told to be a matter of order", async () => {
    const text = await evaluate(
      manifest,
      "--scores",
      scored("ties.csv", () => [1 / 3, 1 / 3, 1 / 3]),
      "--positive",
      "covid",
    );
    expect(text).toMatch(/covid +10 +not defined: all scores are equal/);
    expect(text).toContain("Of 30 of 30 films several classes have the highest score; the first of them counts as the answer.");
    expect(text).toContain("youden: all scores are equal");
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("below 0 or above 1: ranks are judged, and nothing that takes scores for probabilities; no mean is taken", async () => {
    const logits = scored("logits.csv", (row) => row.map((score) => 8 * score - 3));
    const text = await evaluate(manifest, "--scores", `${inFolder("good.csv")},${logits}`, "--positive", "covid", "--json");
    const { models, withoutMean } = JSON.parse(text);
    const [probabilities, other] = models;
    expect(other.classes).toEqual({ notDefined: expect.stringContaining("the scores of a film are no probabilities that sum to 1") });
    expect(other.each[0].rocArea).toEqual(probabilities.each[0].rocArea);
    expect(other.each[0].calibration).toEqual({ notDefined: expect.stringContaining("no probability") });
    expect(other.each[0].decisionCurve).toEqual({ notDefined: expect.stringContaining("no probability") });
    const area = { notDefined: "scores below 0 or above 1 have no shares" };
    expect(other.within[0]).toMatchObject({ source: "east", area: { value: area, interval: area } });
    expect(other.within[0].balancedAccuracy).toEqual(probabilities.within[0].balancedAccuracy);
    expect([models.length, withoutMean]).toEqual([2, expect.stringContaining("logits.csv: the scores of a film are no probabilities")]);
  });
});

test("a model's scores on drawn films are those of `predict`, and a film that cannot be read is told and left out", async () => {
  const drawn = phantomFiles({ train: 0, val: 2, test: 4 });
  writeFileSync(join(drawn.folder, "tiny.safetensors"), fileOf(tinyClassifier(["normal", "opaque"])));
  writeFileSync(join(drawn.folder, "3.png"), "no picture");
  const out = join(drawn.folder, "report");
  const { code, stdout, stderr } = await runProgram("src/app/evaluate.ts", [
    drawn.manifest,
    ...["--model", join(drawn.folder, "tiny.safetensors"), "--threshold", "0.5", "--resamples", "100", "--json", "--report", out],
  ]);
  expect([code, stderr]).toEqual([4, expect.stringMatching(/error: 3\.png: .*is no known picture/)]);
  const { models } = JSON.parse(stdout);
  expect([models[0].films, models[0].hash]).toEqual([3, expect.stringMatching(/^[0-9a-f]{64}$/)]);
  const { rows } = readCsv(readFileSync(join(out, "tiny.images.csv"), "utf8"), "tiny.images.csv");
  expect(rows.map(([file]) => file)).toEqual(["2.png", "4.png", "5.png"]);
  const infer = await runProgram("src/app/infer.ts", [
    join(drawn.folder, "2.png"),
    "--model",
    join(drawn.folder, "tiny.safetensors"),
    "--json",
  ]);
  const { predictions } = JSON.parse(infer.stdout).results[0];
  const normal = predictions.find(({ label }: { label: string }) => label === "normal").score;
  expect(Math.abs(Number(rows[0][4]) - normal)).toBeLessThan(1e-6);
  rmSync(drawn.folder, { recursive: true });
});

test("a model that sees film and lungs is judged with who is said to find them", async () => {
  const drawn = phantomFiles({ train: 0, val: 2, test: 4 });
  const put = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(drawn.folder, name), bytes);
    return join(drawn.folder, name);
  };
  const { tensors, metadata } = tinyClassifier(["normal", "opaque"]);
  const seen = { size: 48, channels: 3, colour: "rgb", resize: "letterbox", interpolation: "area", scale: "1/255" };
  const input = JSON.stringify({ ...seen, lungs: { ...keidarChannel, finder: { name: "elsewhere", hash: "0" } } });
  const model = put("seeing.safetensors", writeSafetensors(tensors, { dtype: "F32", metadata: { ...metadata, input } }));
  const finder = put("finder.safetensors", fileOf(tinySegmenter()));
  const asked = [drawn.manifest, "--model", model, "--threshold", "0.5", "--resamples", "100", "--json"];
  const judged = await runProgram("src/app/evaluate.ts", [...asked, "--lung-model", finder]);
  expect([judged.code, JSON.parse(judged.stdout).models[0].films]).toEqual([0, 4]);
  const alone = await runProgram("src/app/evaluate.ts", asked);
  expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining("elsewhere")]);
  rmSync(drawn.folder, { recursive: true });
});
