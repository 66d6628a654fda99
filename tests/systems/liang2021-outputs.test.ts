/** `train --system liang2021` writes every output that the system has to produce, by folds for classes and in one training for indicators. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePhantomFolder } from "../../src/app/phantom-folder.ts";
import { facts } from "../../src/systems/liang2021-facts.ts";
import { type Ended, runProgram } from "../run-program.ts";
import { picturesOf, tableOf } from "./outputs.ts";

const folder = mkdtempSync(join(tmpdir(), "roentgen-liang-"));
afterAll(() => rmSync(folder, { recursive: true }));

const small = ["--quick", "--size", "16", "--epochs", "1", "--batch", "8", "--workers", "0", "--allow", "picture"];
const train = (manifest: string, out: string, ...args: readonly string[]): Promise<Ended> =>
  runProgram("src/app/train.ts", [manifest, "--system", "liang2021", ...args, ...small, "--out", out], { CI: "true" });
const stems = (paths: readonly string[], start: string): string[] => paths.filter((path) => path.startsWith(start));

describe("of classes", () => {
  const out = join(folder, "base");
  beforeAll(async () => {
    const patterns = { normal: { opacities: 0 }, covid: { opacities: 4, strength: 3 } };
    const manifest = await writePhantomFolder(join(folder, "films"), { films: 32, size: 64, patterns });
    const { code, stderr } = await train(manifest, out, "--threshold", "0.4");
    if (code !== 0) throw new Error(stderr);
  }, 300_000);

  test("probabilities, labels at the threshold that was asked for, and the gate's decision on each case", () => {
    const { columns, rows } = tableOf(out, "predictions");
    expect(columns).toEqual(expect.arrayContaining(["file", "truth", "predicted", "p_covid", "p_other", "threshold", "positive"]));
    expect(rows).toHaveLength(32);
    expect(rows.every((row) => row.positive === (Number(row.p_covid) >= 0.4 ? "1" : "0"))).toBe(true);
    const gate = tableOf(out, "gate");
    expect(gate.columns).toEqual(["case", "films", "threshold", "truth", "longest_run", "decided_at", "passes"]);
    expect([gate.rows.length, gate.rows[0].threshold]).toEqual([32, "0.4"]);
  });

  test("the sweep of 201 thresholds, both curves with their areas, and all indices with intervals", () => {
    expect(tableOf(out, "thresholds").rows).toHaveLength(201);
    expect(tableOf(out, "roc").columns).toEqual(["threshold", "falsePositiveRate", "truePositiveRate"]);
    expect(tableOf(out, "precision_recall").columns).toEqual(expect.arrayContaining(["precision", "recall"]));
    const [summary] = tableOf(out, "summary").rows;
    for (const area of ["roc_area", "precision_recall_area", "average_precision"]) expect(Number(summary[area])).toBeGreaterThan(0);
    expect(tableOf(out, "classes").rows.map((row) => row.class)).toEqual(["other", "covid"]);
    expect(tableOf(out, "overall").rows.map(({ index }) => index)).toEqual(
      expect.arrayContaining(["specificity", "f1", "kappa", "matthews"]),
    );
    expect(tableOf(out, "confusion").rows).toHaveLength(2);
  });

  test("five kinds of heat map, Grad-CAM at every stage, and occlusion by patches, each beside what was outlined", () => {
    const { rows } = tableOf(out, "heat_maps");
    const ofOne = rows.filter(({ file }) => file === rows[0].file);
    expect(ofOne.map(({ method }) => method)).toEqual([
      "gradient",
      "deconvnet",
      "guided-backprop",
      ...facts.heatMaps.stages.value.map(() => "grad-cam"),
      "guided-grad-cam",
    ]);
    expect(ofOne.flatMap(({ method, layer }) => (method === "grad-cam" ? [layer] : []))).toEqual(facts.heatMaps.stages.value);
    expect(rows.every(({ label, iou }) => label === "covid" && Number(iou) >= 0)).toBe(true);
    expect(tableOf(out, "occlusion").columns).toEqual(expect.arrayContaining(["map", "window", "stride", "colours", "covered", "hit"]));
    const pictures = picturesOf(out);
    for (const kind of ["heat-maps", "occlusion", "pseudo-colour"]) expect(stems(pictures, `pictures/${kind}/`)).toHaveLength(2);
    expect(stems(pictures, "charts/")).toEqual(["charts/precision-recall.svg", "charts/roc.svg"]);
  });

  test("a model a fold, which says in which colours it sees films", () => {
    for (const fold of [0, 1]) {
      const bytes = readFileSync(join(out, `fold-${fold}`, "model.safetensors"));
      expect(bytes.subarray(0, 4096).toString()).toContain(String.raw`\"pseudoColour\":\"jet\"`);
    }
  });
});

describe("of indicators", () => {
  const out = join(folder, "cnnrf");
  const indicators = facts.task.indicators.value;
  let films = "";
  beforeAll(async () => {
    const patterns = { normal: { opacities: 0 }, covid: { opacities: 4, strength: 3 } };
    const manifest = await writePhantomFolder(join(folder, "cohort"), { films: 60, size: 64, patterns });
    const { code, stderr } = await train(manifest, out, "--member", "cnnrf");
    if (code !== 0) throw new Error(stderr);
    films = readFileSync(manifest, "utf8");
  }, 300_000);

  test("five per film, in their units and scaled, and their errors", () => {
    const { columns, rows } = tableOf(out, "predictions");
    expect(columns).toEqual(expect.arrayContaining(indicators.flatMap((name) => [name, `predicted_${name}`, `scaled_${name}`])));
    expect([rows.length, films.includes(rows[0].white_blood_cells)]).toEqual([12, true]);
    const report = tableOf(out, "indicators");
    expect(report.rows.map(({ indicator }) => indicator)).toEqual(indicators);
    expect(report.columns).toEqual(expect.arrayContaining(["mse", "rmse", "mae", "r2", "pearson", "pearson_p", "rmsle"]));
    expect(stems(picturesOf(out), "charts/")).toEqual(indicators.map((name) => `charts/scatter-${name}.svg`).sort());
  });

  test("lesions with their principal components, and how they go with the indicators", () => {
    expect(tableOf(out, "lesions").rows).toHaveLength(12);
    expect(tableOf(out, "components").rows.map(({ component }) => component)).toEqual(["1", "2", "3"]);
    const { rows } = tableOf(out, "correlations");
    expect(rows).toHaveLength(6 * indicators.length);
    // The drawn indicators follow from the outlined area.
    const area = rows.find(({ feature, indicator }) => feature === "lesion_area" && indicator === "c_reactive_protein");
    expect([Number(area?.pearson) > 0.9, Number(area?.p_by_holm) < 0.001]).toEqual([true, true]);
    const [pair] = tableOf(out, "canonical").rows;
    expect(Number(pair.correlation)).toBeGreaterThan(0.9);
    expect(stems(picturesOf(out), "pictures/lesions/")).toHaveLength(4);
  });

  test("the model answers in units", async () => {
    const { code, stdout } = await runProgram("src/app/infer.ts", [
      join(folder, "cohort", "film-00.png"),
      "--model",
      join(out, "model.safetensors"),
    ]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^white_blood_cells\s+\S+ 10⁹\/L\n/)]);
  });
});
