/**
 * `train --system apostolopoulos2020` writes every output that the system has to produce; what it makes of several strategies together is in
 * `apostolopoulos2020.test.ts`, and `quick.ts` runs them.
 */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { writePhantomFolder } from "../../src/app/phantom-folder.ts";
import { systems } from "../../src/systems/systems.ts";
import { runProgram } from "../run-program.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { picturesOf, tableOf } from "./outputs.ts";

const { folder } = scratchFolder("apostolopoulos");
const out = join(folder, "run");
// A quick run takes them as the manifest has them.
const classes = Object.keys(systems.apostolopoulos2020.phantoms.patterns).sort();

beforeAll(async () => {
  const { patterns } = systems.apostolopoulos2020.phantoms;
  const manifest = await writePhantomFolder(join(folder, "films"), { films: 84, size: 64, patterns });
  const { code, stderr } = await runProgram(
    "src/app/train.ts",
    [
      ...[manifest, "--system", "apostolopoulos2020", "--variant", "features", "--quick", "--folds", "2", "--size", "32", "--epochs", "1"],
      ...["--batch", "8", "--workers", "0", "--allow", "picture", "--out", out],
    ],
    { CI: "true" },
  );
  if (code !== 0) throw new Error(stderr);
}, 300_000);

test("accuracy of seven classes, and accuracy, sensitivity and specificity of COVID-19, pooled and mean ± deviation of folds", () => {
  const { columns, rows } = tableOf(out, "summary");
  expect(rows.map(({ measure }) => measure)).toEqual(["accuracy", "covid_accuracy", "covid_sensitivity", "covid_specificity"]);
  expect(columns).toEqual(expect.arrayContaining(["pooled", "pooled_lower", "pooled_upper", "mean_of_folds", "deviation_of_folds"]));
  expect(rows.every(({ films, folds, deviation_of_folds: deviation }) => films === "84" && folds === "2" && Number(deviation) >= 0)).toBe(
    true,
  );
  expect(tableOf(out, "folds").rows.map(({ fold }) => fold)).toEqual(["0", "1", "pooled"]);
  expect(tableOf(out, "predictions").rows).toHaveLength(84);
});

test("a confusion matrix of seven classes; precision, recall, F1, specificity and area of each", () => {
  expect(tableOf(out, "confusion").columns).toEqual(["truth", ...classes.map((name) => `taken_for_${name}`)]);
  const { columns, rows } = tableOf(out, "classes");
  expect(rows.map((row) => row.class)).toEqual(classes);
  expect(columns).toEqual(expect.arrayContaining(["precision", "recall", "f1", "specificity", "roc_area"]));
});

test("curves of COVID-19 against the rest, as tables and drawn", () => {
  for (const name of ["roc", "precision_recall", "histogram"]) expect(tableOf(out, name).rows.length).toBeGreaterThan(1);
  expect(picturesOf(out)).toEqual(expect.arrayContaining(["charts/roc.svg", "charts/precision-recall.svg", "charts/histogram.svg"]));
});

test("features before the last layer, those that tell COVID-19 first, and where in films they are strong", () => {
  const features = tableOf(out, "features");
  expect([features.rows.length, features.columns.length]).toEqual([42, 4 + 1280]);
  const { columns, rows } = tableOf(out, "biomarkers");
  expect(columns).toEqual(["rank", "feature", "class", "roc_area", "mean_of_class", "mean_of_others", "weight"]);
  const telling = rows.map(({ roc_area: area }) => Math.abs(Number(area) - 0.5));
  expect(telling).toHaveLength(1280);
  expect([...telling].sort((a, b) => b - a)).toEqual(telling);
  expect(picturesOf(out)).toContain("pictures/biomarkers.png");
});
