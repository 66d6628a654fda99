/**
 * Runs every system's `--quick`, from drawn films to its tables and pictures, and tells what is lacking: `npx tsx tests/systems/quick.ts
 * [SYSTEM …]`. Exit status 1 where a run fails or leaves something out; its folder then stays.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../run-program.ts";
import { picturesOf, tableOf } from "./outputs.ts";

/** A folder of a run: tables with columns that each has, pictures, and other files. */
interface Wanted {
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly pictures?: readonly string[];
  readonly files?: readonly string[];
}

interface QuickRun {
  readonly system: string;
  readonly args?: readonly string[];
  /** By the folder within the run's, "" for itself. */
  readonly wanted: Readonly<Record<string, Wanted>>;
}

const curves = {
  roc: ["threshold", "truePositiveRate", "falsePositiveRate"],
  precision_recall: ["threshold", "precision", "recall"],
  histogram: ["group", "lower", "upper", "count"],
};
const charts = ["charts/roc.svg", "charts/precision-recall.svg", "charts/histogram.svg"];
const rate = (name: string): string[] => [name, `${name}_lower`, `${name}_upper`, `${name}_interval`];
const training = ["log.jsonl", "losses.csv", "curve.svg", "model.safetensors", "system.json", "config.json"];

const keidar: Wanted = {
  tables: {
    ...curves,
    predictions: ["file", "truth", "predicted", "mistake", "p_covid", "p_negative", "threshold", "positive"],
    summary: [
      ..."accuracy accuracy_bootstrap sensitivity specificity precision roc_area".split(" ").flatMap(rate),
      "precision_recall_area",
    ],
    confusion: ["truth", "taken_for_negative", "taken_for_covid", "share_taken_for_negative", "share_taken_for_covid"],
    embeddings: ["file", "set", "patient", "truth", "e0", "e255"],
    neighbours: ["question", "file", "truth", "rank", "neighbour", "neighbour_truth", "distance"],
    knn: ["question", "k", ...["accuracy", "precision", "roc_area"].flatMap(rate)],
    map: ["file", "set", "truth", "x", "y"],
    image_statistics: ["file", "set", "truth", "mean", "deviation", "seen_mean", "seen_deviation"],
  },
  pictures: [...charts, ...["examples", "false_negatives", "false_positives", "map", "neighbours"].map((name) => `pictures/${name}.png`)],
  files: [...training, "tables/mistakes.csv"],
};

const apostolopoulos: Wanted = {
  tables: {
    ...curves,
    predictions: ["file", "truth", "predicted", "mistake", "p_covid", "p_normal"],
    summary: ["measure", "films", ...rate("pooled"), "folds", "mean_of_folds", "deviation_of_folds"],
    folds: ["fold", "best_epoch", "accuracy", "covid_accuracy", "covid_sensitivity", "covid_specificity"],
    confusion: ["truth", "taken_for_covid", "taken_for_normal"],
    classes: ["class", ...["precision", "recall", "specificity"].flatMap(rate), "f1", "roc_area"],
    features: ["file", "set", "patient", "truth", "f0", "f1279"],
    biomarkers: ["rank", "feature", "class", "roc_area", "mean_of_class", "mean_of_others", "weight"],
  },
  pictures: [...charts, "pictures/biomarkers.png"],
  files: ["folds.json", "system.json", "config.json", "fold-0/model.safetensors", "fold-0/log.jsonl", "fold-0/losses.csv"],
};

const minaee: Wanted = {
  tables: {
    ...curves,
    predictions: ["file", "group", "truth", "predicted", "p_covid", "p_non", "threshold", "positive"],
    thresholds: ["threshold", "tp", ...rate("sensitivity"), ...rate("specificity")],
    summary: ["threshold", "rule", "roc_area", "average_precision"],
    confusion: ["threshold", "rule", "truth", "taken_for_non", "taken_for_covid"],
    occlusion: ["file", "form", "window", "stride", "score", "strongest", "iou", "covered", "hit"],
  },
  pictures: charts,
  files: training,
};

const runs: readonly QuickRun[] = [
  {
    system: "keidar2021",
    wanted: {
      "": {
        tables: {
          roc: ["model", ...curves.roc],
          precision_recall: ["model", ...curves.precision_recall],
          models: ["model", ...rate("accuracy"), ...rate("sensitivity"), ...rate("roc_area")],
          ensemble: ["file", "truth", "predicted", "mistake", "p_covid", "p_negative"],
          ensemble_weights: ["model", "weight"],
          votes: ["file", "truth", "predicted", "predicted_by_mean", "mistake"],
        },
        pictures: ["charts/roc.svg", "charts/precision-recall.svg"],
        files: ["config.json", "lungs/pictures.csv", "lungs/00.png", "lungs/00.mask.png"],
      },
      resnet18: keidar,
      resnet34: keidar,
    },
  },
  {
    system: "apostolopoulos2020",
    wanted: {
      "": {
        tables: {
          strategies: ["strategy", "films", "accuracy", "covid_accuracy", "covid_sensitivity", "covid_specificity"],
          mcnemar: ["first", "second", "question", "only_first", "only_second", "exact_p", "mid_p"],
        },
        files: ["config.json"],
      },
      scratch: apostolopoulos,
      features: apostolopoulos,
      "fine-tuning": apostolopoulos,
    },
  },
  { system: "minaee2020", args: ["--member", "squeezenet1_1"], wanted: { "": minaee } },
  {
    system: "liang2021",
    wanted: {
      "": {
        tables: {
          roc: curves.roc,
          precision_recall: curves.precision_recall,
          predictions: ["file", "truth", "predicted", "p_covid", "threshold", "positive"],
          gate: ["case", "films", "threshold", "truth", "passes"],
          thresholds: ["threshold", "sensitivity", "specificity"],
          summary: ["roc_area", "precision_recall_area", "average_precision"],
          classes: ["class"],
          overall: ["index"],
          confusion: ["truth"],
          heat_maps: ["file", "method", "layer", "label"],
          occlusion: ["file", "window", "stride"],
        },
        pictures: ["charts/roc.svg", "charts/precision-recall.svg"],
        files: ["system.json", "config.json", "folds.json"],
      },
    },
  },
  {
    system: "liang2021",
    args: ["--member", "cnnrf"],
    wanted: {
      "": {
        tables: {
          predictions: ["file", "white_blood_cells", "predicted_white_blood_cells"],
          indicators: ["indicator", "mse", "rmse", "mae", "r2", "pearson"],
          lesions: ["file"],
          components: ["component"],
          correlations: ["feature", "indicator", "pearson"],
          canonical: ["correlation"],
        },
        pictures: ["charts/scatter-white_blood_cells.svg"],
        files: training,
      },
    },
  },
];

/** What a folder lacks, a line each. */
function lacking(folder: string, { tables, pictures = [], files = [] }: Wanted): string[] {
  const found: string[] = [];
  for (const [name, columns] of Object.entries(tables)) {
    if (!existsSync(join(folder, "tables", `${name}.csv`))) {
      found.push(`tables/${name}.csv`);
      continue;
    }
    const table = tableOf(folder, name);
    const without = columns.filter((column) => !table.columns.includes(column));
    if (without.length > 0) found.push(`tables/${name}.csv: no columns ${without.join(", ")}`);
    else if (table.rows.length === 0) found.push(`tables/${name}.csv: no rows`);
  }
  // Reading them tells those that show nothing.
  const drawn = pictures.length > 0 ? picturesOf(folder) : [];
  return [...found, ...pictures.filter((path) => !drawn.includes(path)), ...files.filter((path) => !existsSync(join(folder, path)))];
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !runs.some(({ system }) => system === name));
if (unknown.length > 0) throw new Error(`no such system: ${unknown.join(", ")}`);
const folder = mkdtempSync(join(tmpdir(), "roentgen-quick-"));
let failed = 0;
for (const { system, args = [], wanted } of runs) {
  if (asked.length > 0 && !asked.includes(system)) continue;
  const name = [system, ...args.filter((arg) => !arg.startsWith("--"))].join(" ");
  const out = join(folder, name.replaceAll(" ", "-"));
  const start = performance.now();
  const { code, stderr } = await runProgram("src/app/train.ts", ["--system", system, "--quick", ...args, "--out", out], { CI: "true" });
  const problems =
    code === 0
      ? Object.entries(wanted).flatMap(([part, one]) => lacking(join(out, part), one).map((problem) => join(part, problem)))
      : [`exit status ${code}`, ...stderr.trim().split("\n").slice(-5)];
  failed += problems.length > 0 ? 1 : 0;
  process.stdout.write(
    `${name}: ${problems.length === 0 ? "all there" : "lacking"}, ${((performance.now() - start) / 1000).toFixed(0)} s\n`,
  );
  for (const problem of problems) process.stdout.write(`  ${problem}\n`);
}
if (failed === 0) rmSync(folder, { recursive: true });
else process.stdout.write(`${folder}\n`);
process.exitCode = failed > 0 ? 1 : 0;
