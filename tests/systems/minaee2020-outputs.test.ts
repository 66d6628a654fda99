/** `train --system minaee2020` writes every output that the system has to produce. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writePhantomFolder } from "../../src/app/phantom-folder.ts";
import { systems } from "../../src/systems/systems.ts";
import { runProgram } from "../run-program.ts";
import { picturesOf, tableOf } from "./outputs.ts";

const folder = mkdtempSync(join(tmpdir(), "roentgen-minaee-"));
afterAll(() => rmSync(folder, { recursive: true }));
const both = join(folder, "run");
const out = join(both, "paper");

beforeAll(async () => {
  const { patterns } = systems.minaee2020.phantoms;
  const manifest = await writePhantomFolder(join(folder, "films"), { films: 45, size: 64, patterns });
  const { code, stderr } = await runProgram(
    "src/app/train.ts",
    [
      ...[manifest, "--system", "minaee2020", "--variant", "all", "--quick", "--size", "32", "--epochs", "1", "--batch", "8"],
      ...["--workers", "0", "--allow", "picture", "--out", both],
    ],
    { CI: "true" },
  );
  if (code !== 0) throw new Error(stderr);
}, 300_000);

test("a probability and a label a film, by the script's threshold", () => {
  const { columns, rows } = tableOf(out, "predictions");
  expect(columns).toEqual(expect.arrayContaining(["file", "group", "truth", "predicted", "p_covid", "p_non", "threshold", "positive"]));
  expect(rows).toHaveLength(9);
  expect(rows.every(({ positive, p_covid: p }) => positive === (Number(p) >= 0.2 ? "1" : "0"))).toBe(true);
});

test("a threshold table with intervals, a summary, confusion matrices", () => {
  expect(tableOf(out, "thresholds").columns).toEqual(
    expect.arrayContaining(["threshold", "tp", "sensitivity", "sensitivity_lower", "sensitivity_upper", "specificity_wilson_lower"]),
  );
  const [summary] = tableOf(out, "summary").rows;
  expect([summary.threshold, summary.rule]).toEqual(["0.2", "fixed"]);
  expect(tableOf(out, "confusion").columns).toEqual(["threshold", "rule", "truth", "taken_for_non", "taken_for_covid"]);
});

test("curves and histograms of three groups, as tables and drawn, and the course of the training", () => {
  for (const name of ["roc", "precision_recall"]) expect(tableOf(out, name).rows.length).toBeGreaterThan(1);
  expect(new Set(tableOf(out, "histogram").rows.map(({ group }) => group))).toEqual(new Set(["covid", "normal", "other findings"]));
  const charts = picturesOf(out).filter((path) => path.startsWith("charts/"));
  expect(charts).toEqual(["charts/histogram.svg", "charts/precision-recall.svg", "charts/roc.svg"]);
  expect(existsSync(join(out, "curve.svg"))).toBe(true);
});

test("occlusion of both forms over films, and how far they agree with what was outlined", () => {
  const { columns, rows } = tableOf(out, "occlusion");
  expect(columns).toEqual(
    expect.arrayContaining(["file", "form", "window", "stride", "score", "strongest", "iou", "covered", "share_inside", "hit"]),
  );
  expect(rows.map(({ form }) => form)).toEqual(["drop", "flip", "drop", "flip"]);
  expect(rows.every(({ truth, iou }) => truth === "covid" && Number(iou) >= 0 && Number(iou) <= 1)).toBe(true);
  expect(picturesOf(out).filter((path) => path.startsWith("pictures/occlusion/"))).toHaveLength(2);
});

test("the trainings side by side, each area tested against the first's, and their curves in one plot", () => {
  const { columns, rows } = tableOf(both, "models");
  expect(columns).toEqual(expect.arrayContaining(["model", "threshold", "sensitivity", "specificity", "roc_area", "p_of_area_as_first"]));
  expect([...new Set(rows.map(({ model }) => model))]).toEqual(["paper", "script"]);
  const roc = readFileSync(join(both, "charts", "roc.svg"), "utf8");
  expect(roc).toContain(">paper<");
  expect(roc).toContain(">script<");
});
