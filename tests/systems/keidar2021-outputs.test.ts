/** `train --system keidar2021` writes every output that the system has to produce, and its model's file repeats how its pictures are made. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCsv } from "../../src/loaders/csv.ts";
import { decodePng } from "../../src/loaders/png.ts";
import { writeSafetensors } from "../../src/loaders/safetensors.ts";
import { loadModel } from "../../src/models/model.ts";
import { device } from "../device.ts";
import { runProgram } from "../run-program.ts";
import { tinySegmenter } from "../tiny-model.ts";
import { phantomFiles } from "../training/phantoms.ts";
import { picturesOf, tableOf } from "./outputs.ts";

const films = { train: 8, val: 4, test: 6 };
const { folder, manifest } = phantomFiles(films);
afterAll(() => rmSync(folder, { recursive: true }));
const out = join(folder, "run");
const lungs = join(folder, "finds-lungs.safetensors");

beforeAll(async () => {
  const { tensors, metadata } = tinySegmenter();
  writeFileSync(lungs, writeSafetensors(tensors, { dtype: "F32", metadata }));
  const { code, stderr } = await runProgram(
    "src/app/train.ts",
    [
      ...[manifest, "--system", "keidar2021", "--member", "resnet18", "--quick", "--size", "32", "--epochs", "1", "--batch", "8"],
      ...[
        "--merge",
        "covid=opaque",
        "--merge",
        "negative=*",
        "--freeze",
        "trunk",
        "--lung-model",
        lungs,
        "--workers",
        "0",
        "--allow",
        "picture",
        "--out",
        out,
      ],
    ],
    { CI: "true" },
  );
  if (code !== 0) throw new Error(stderr);
}, 300_000);

test("a row a film: name, truth, predicted class, both probabilities, mistake", () => {
  const { columns, rows } = tableOf(out, "predictions");
  expect(columns).toEqual(
    expect.arrayContaining(["file", "truth", "predicted", "mistake", "p_covid", "p_negative", "threshold", "positive"]),
  );
  expect(rows).toHaveLength(films.test);
  for (const { p_covid: p, p_negative: q } of rows) expect(Number(p) + Number(q)).toBeCloseTo(1, 6);
});

test("rates with intervals, counts with shares of rows, curves, histogram and mistakes, as tables and drawn", () => {
  expect(tableOf(out, "summary").columns).toEqual(
    expect.arrayContaining([
      "accuracy",
      "sensitivity",
      "sensitivity_lower",
      "specificity_interval",
      "precision",
      "roc_area",
      "precision_recall_area",
    ]),
  );
  expect(tableOf(out, "confusion").rows).toHaveLength(2);
  for (const name of ["roc", "precision_recall"]) expect(tableOf(out, name).rows.length).toBeGreaterThan(1);
  expect(tableOf(out, "histogram").rows).toHaveLength(60);
  expect(existsSync(join(out, "tables", "mistakes.csv"))).toBe(true);
  expect(picturesOf(out).filter((path) => path.startsWith("charts/"))).toEqual(
    expect.arrayContaining(["charts/roc.svg", "charts/precision-recall.svg", "charts/histogram.svg"]),
  );
});

test("sheets of mistakes, of easy and hard films, of neighbours, and the map", () => {
  const sheets = ["examples", "false_negatives", "false_positives", "map", "neighbours"].map((name) => `pictures/${name}.png`);
  expect(picturesOf(out)).toEqual(expect.arrayContaining(sheets));
});

test("embeddings with names and classes, neighbours of each film, classes by neighbours, a map", () => {
  const embeddings = tableOf(out, "embeddings");
  // Copies of training films have no place among them.
  expect(embeddings.rows).toHaveLength(films.train + films.test);
  expect(embeddings.columns.slice(0, 4)).toEqual(["file", "set", "patient", "truth"]);
  expect(embeddings.columns).toHaveLength(4 + 256);
  const neighbours = tableOf(out, "neighbours").rows;
  const leftOut = neighbours.filter(({ question }) => question === "leave one out");
  expect([neighbours.length, leftOut.length]).toEqual([2 * 5 * films.test, 5 * films.test]);
  expect(leftOut.every(({ file, neighbour }) => file !== neighbour)).toBe(true);
  const knn = tableOf(out, "knn");
  expect(knn.rows.map(({ question, k }) => `${question} ${k}`)).toEqual(
    ["test against train", "leave one out"].flatMap((question) => [2, 3, 4, 5].map((k) => `${question} ${k}`)),
  );
  expect(knn.columns).toEqual(expect.arrayContaining(["accuracy", "roc_area", "precision"]));
  expect(tableOf(out, "map").rows.every(({ x, y }) => Number.isFinite(Number(x)) && Number.isFinite(Number(y)))).toBe(true);
});

test("the picture, mask and crop of each film, a copy of each training film with what was done to it, and statistics", () => {
  const table = join(out, "lungs", "pictures.csv");
  const { columns, rows } = readCsv(readFileSync(table, "utf8"), table);
  expect(columns).toEqual([
    ..."file name film set patient copy size".split(" "),
    ..."brightness gamma clahe rotate shear scale flip blur sharpen".split(" "),
  ]);
  expect(rows).toHaveLength(2 * films.train + films.val + films.test);
  expect(new Set(rows.filter((row) => row[5] === "A").map((row) => row[3]))).toEqual(new Set(["train"]));
  const picture = (end: string) => decodePng(readFileSync(join(out, "lungs", `00${end}.png`)), end);
  expect([picture("").channels, picture(".mask").channels, picture("").width]).toEqual([3, 1, 32]);
  const statistics = tableOf(out, "image_statistics");
  expect(statistics.columns).toEqual(expect.arrayContaining(["file", "set", "truth", "mean", "deviation", "seen_mean", "seen_deviation"]));
  expect(statistics.rows).toHaveLength(films.train + films.test);
});

test("the loss of each step, and metrics of each evaluation", () => {
  const losses = join(out, "losses.csv");
  const { columns, rows } = readCsv(readFileSync(losses, "utf8"), losses);
  expect(columns).toEqual(["epoch", "batch", "loss", "lr"]);
  expect(rows.map(([epoch, batch]) => `${epoch} ${batch}`)).toEqual(["0 0", "0 1"]);
  expect(JSON.parse(readFileSync(join(out, "log.jsonl"), "utf8"))).toMatchObject({
    epoch: 0,
    val: { balancedAccuracy: expect.any(Number) },
  });
});

test("the model's file makes the same picture of a film, and scores as its training did", async () => {
  using model = await loadModel(join(out, "model.safetensors"), { device: await device(), lungs });
  expect(model.description.input.lungs).toMatchObject({ order: ["zero", "mask", "image"], finder: { name: lungs } });
  const table = join(out, "lungs", "pictures.csv");
  const { rows: made } = readCsv(readFileSync(table, "utf8"), table);
  for (const { file, p_covid: p } of tableOf(out, "predictions").rows) {
    const film = join(folder, file);
    const [picture] = made.find((row) => row[1] === file) ?? [];
    const { image } = (await model.read(film)).prepared;
    expect(Buffer.from(image.data).equals(Buffer.from(decodePng(readFileSync(join(out, picture)), picture).data)), file).toBe(true);
    const score = (await model.predict(film)).find(({ label }) => label === "covid")?.score;
    // Two plans of one network, batches of 1 and 8, differ by roundings of sums: √(512 · 9) · 2⁻²³ is 8e-6 in the widest layer.
    expect(score).toBeCloseTo(Number(p), 4);
  }
});

test("a model whose finder of lungs is not at hand says what is needed", async () => {
  using model = await loadModel(join(out, "model.safetensors"), { device: await device() });
  await expect(model.predict(join(folder, "0.png"))).rejects.toThrow(
    `model.safetensors: sees film and lungs, say which model finds the lungs; in training it was ${lungs}`,
  );
});
