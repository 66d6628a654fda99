/** `search evaluate`: how well the nearest films tell classes apart. */
import { Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../bytes.ts";
import { type Device, requestDevice } from "../gpu/device.ts";
import type { Metric } from "../kernels/distances.ts";
import { type IndexItem, metrics, type StoredIndex } from "../retrieval/embedding-index.ts";
import { type KnnReport, knnReport } from "../retrieval/knn-report.ts";
import { groupOf, type LeftOut } from "../retrieval/left-out.ts";
import { type Neighbour, type NeighbourOptions, neighbours } from "../retrieval/neighbours.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { condition } from "./arguments.ts";
import { note, type SharedOptions, withSharedOptions } from "./command-line.ts";
import { columnsOf } from "./film-index.ts";
import { openIndex } from "./index-folder.ts";
import { noColumn } from "./search-query.ts";
import { version } from "./version.ts";

interface EvaluateOptions extends SharedOptions {
  readonly label: string;
  readonly k: readonly number[];
  readonly metric?: Metric;
  readonly weights: "uniform" | "distance";
  readonly exclude?: LeftOut;
  readonly queries?: Readonly<Record<string, readonly string[]>>;
  readonly json: boolean;
}

export const evaluateCommand = (): Command =>
  withSharedOptions(new Command("evaluate"))
    .description("classify films by their nearest neighbours, each left out in turn, and count how often that is right")
    .argument("<index>", "the index")
    .option("--label <column>", "the column with the class; films without one are left out", "label")
    .option("-k <n,n,…>", "how many neighbours vote", neighbourCounts, [1, 3, 5, 10])
    .addOption(new Option("--metric <name>", "what distances are measured by (default: the index's)").choices(metrics))
    .addOption(new Option("--weights <rule>", "a vote each, or 1 / distance").choices(["uniform", "distance"]).default("uniform"))
    .addOption(
      new Option(
        "--exclude <what>",
        "films that do not vote on a film (default: of the same patient, where the index knows patients)",
      ).choices(["same-file", "same-patient"]),
    )
    .option("--queries <column=a,b>", "classify these films by all others, instead of each by the rest", condition)
    .option("--json", "one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  evaluate collection --label diagnosis
  evaluate collection --queries split=test -k 5 --weights distance

Areas under ROC curves are of a class's share of the votes against all other classes.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU.`,
    )
    .action(evaluate);

function neighbourCounts(text: string): number[] {
  const counts = text.split(",").map(Number);
  if (!counts.every((k) => Number.isSafeInteger(k) && k >= 1)) throw new InvalidArgumentError("integers of at least 1 are needed.");
  return counts;
}

/** The films that are classified, and those that vote. */
interface Sets {
  readonly queries: readonly number[];
  readonly voters: readonly number[];
}

async function evaluate(folder: string, options: EvaluateOptions): Promise<void> {
  const index = await openIndex(folder);
  const { items, embeddings } = index;
  const { label, weights } = options;
  const exclude = options.exclude ?? (items.some(({ patient }) => patient) ? "same-patient" : "same-file");
  if (exclude === "same-patient" && !items.some(({ patient }) => patient))
    throw new InputError(folder, "does not say whose films it holds");
  const sets = setsOf(index, folder, options);
  const classes = [...new Set([...sets.queries, ...sets.voters].map((place) => items[place][label]))].sort();
  if (classes.length < 2) throw new InputError(folder, `has one class only in column ${label} (${classes[0]}), nothing can be told apart`);
  const classOf = (places: readonly number[]) => places.map((place) => classes.indexOf(items[place][label]));
  const groups = (places: readonly number[]) => places.map((place) => groupOf(items[place], exclude));

  const metric = options.metric ?? index.description.metric;
  const most = Math.max(...options.k);
  if (most > sets.voters.length) throw new InputError(folder, `has ${sets.voters.length} films that vote, -k ${most} asks for more`);
  const device = await requestDevice({ adapter: options.adapter });
  const found = await nearestOf(device, embeddings, sets, { k: most, metric, groups, batch: 32 }).finally(device.destroy);
  const reports = options.k.map((k) => knnReport(found, classOf(sets.voters), classOf(sets.queries), classes, { k, weights }));
  if (options.json) {
    const document = {
      tool: "roentgen",
      version,
      adapter: device.profile.description,
      index: folder,
      label,
      metric,
      weights,
      exclude,
      reports,
    };
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else process.stdout.write(reports.map(format).join("\n"));
  note("Research use only, not for clinical use.", options);
}

/** The voters nearest each query, of other groups than its own. */
async function nearestOf(
  device: Device,
  embeddings: Tensor,
  { queries, voters }: Sets,
  { groups, ...options }: Omit<NeighbourOptions, "groups"> & { readonly groups: (places: readonly number[]) => string[] },
): Promise<Neighbour[][]> {
  using searcher = await neighbours(device, rowsOf(embeddings, voters), { ...options, groups: groups(voters) });
  return await searcher.search(rowsOf(embeddings, queries), { exclude: groups(queries) });
}

function setsOf({ items }: StoredIndex, folder: string, { label, queries, quiet }: EvaluateOptions): Sets {
  const known = [...items.keys()].filter((place) => items[place][label]);
  if (known.length === 0) throw new InputError(folder, noColumn(columnsOf(items), label));
  if (known.length < items.length) note(`${items.length - known.length} films have no ${label} and are left out`, { quiet });
  if (!queries) return { queries: known, voters: known };
  const isAsked = (item: IndexItem): boolean => Object.entries(queries).every(([column, texts]) => texts.includes(item[column]));
  const asked = known.filter((place) => isAsked(items[place]));
  const rest = known.filter((place) => !isAsked(items[place]));
  if (asked.length === 0 || rest.length === 0)
    throw new InputError(folder, `${asked.length} of ${known.length} films are asked for (--queries), some and not all must be`);
  return { queries: asked, voters: rest };
}

function rowsOf({ shape: [, columns], data }: Tensor, places: readonly number[]): Tensor {
  const rows = tensor([places.length, columns]);
  places.forEach((place, row) => {
    rows.data.set(data.subarray(place * columns, (place + 1) * columns), row * columns);
  });
  return rows;
}

function format({ k, count, accuracy, balancedAccuracy, auc, classes }: KnnReport): string {
  const percent = (value: number): string => (Number.isNaN(value) ? "-" : `${(100 * value).toFixed(1)} %`);
  const rows = [
    ["class", "films", "recall", "precision", "AUC"],
    ...classes.map((one) => [one.label, String(one.count), percent(one.recall), percent(one.precision), one.auc.toFixed(3)]),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, ...rest]) => `  ${label.padEnd(width)}${rest.map((text) => text.padStart(11)).join("")}`);
  const head = `k ${k}: ${count} films, accuracy ${percent(accuracy)}, balanced ${percent(balancedAccuracy)}, mean AUC ${auc.toFixed(3)}`;
  return `${head}\n${lines.join("\n")}\n`;
}
