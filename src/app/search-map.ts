/** `search map`: a collection in the plane, like films near each other. */
import { Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../bytes.ts";
import { requestDevice } from "../gpu/device.ts";
import { scatterPlot } from "../imaging/scatter-plot.ts";
import { writeCsv } from "../loaders/csv.ts";
import { encodePng } from "../loaders/png.ts";
import type { IndexItem, StoredIndex } from "../retrieval/embedding-index.ts";
import { type PrincipalComponents, principalComponents, project } from "../retrieval/pca.ts";
import { tsne } from "../retrieval/tsne.ts";
import type { Tensor } from "../tensor.ts";
import { note, type SharedOptions, wholeNumber, withSharedOptions } from "./command-line.ts";
import { columnsOf } from "./film-index.ts";
import { openIndex } from "./index-folder.ts";
import { checkNew, writeChecked } from "./output-files.ts";
import { progressBar } from "./progress.ts";
import { noColumn } from "./search-query.ts";
import { fromStored } from "./stored-path.ts";
import { version } from "./version.ts";

interface MapOptions extends SharedOptions {
  readonly method: "pca" | "tsne";
  readonly out?: string;
  readonly csv?: string;
  readonly label?: string;
  readonly perplexity: number;
  readonly iterations: number;
  readonly initial: "pca" | "random";
  readonly force: boolean;
  readonly json: boolean;
}

export const mapCommand = (): Command =>
  withSharedOptions(new Command("map"))
    .description("lay an index out in the plane: a picture, and a table")
    .argument("<index>", "the index")
    .addOption(new Option("--method <name>", "principal components, or t-SNE").choices(["pca", "tsne"]).default("tsne"))
    .option("--out <file>", "the picture, a PNG")
    .option("--csv <file>", "the table: x, y and all that is known of each film")
    .option("--label <column>", "what points are coloured by (default: label, where there is one)")
    .option("--perplexity <n>", "t-SNE: about how many neighbours a film has", perplexity, 30)
    .option("--iterations <n>", "t-SNE: steps of its gradient descent", wholeNumber(1), 1000)
    .addOption(
      new Option("--initial <how>", "t-SNE: begin at principal components, or by chance as --seed says")
        .choices(["pca", "random"])
        .default("pca"),
    )
    .option("--force", "overwrite files", false)
    .option("--json", "a summary as one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  map collection --method tsne --out map.png --csv map.csv
  map collection --method pca --label source --out map.png

Films of one class that lie by source, and not by what they show, tell of a network that has learnt the source.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU.`,
    )
    .action(map);

function perplexity(text: string): number {
  const value = Number(text);
  if (!(value > 1 && Number.isFinite(value))) throw new InvalidArgumentError("a number above 1 is needed.");
  return value;
}

async function map(folder: string, options: MapOptions, command: Command): Promise<void> {
  const { out, csv, force } = options;
  if (out === undefined && csv === undefined) command.error("error: nothing is to be written, --out or --csv is needed");
  if (out !== undefined && !out.toLowerCase().endsWith(".png")) command.error(`error: the picture to write is a PNG, got ${out}`);
  for (const path of [out, csv]) if (path !== undefined) await checkNew(path, force);
  const index = await openIndex(folder);
  const label = labelColumn(index, folder, options);
  const { places, quality } = await layOut(index, folder, options);
  if (out !== undefined)
    await writeChecked(out, encodePng(plotOf(index, places, label, `${folder}: ${options.method}, ${quality}`)), force);
  if (csv !== undefined) await writeChecked(csv, new TextEncoder().encode(tableOf(index, places, folder)), force);
  const written = [out, csv].filter((path) => path !== undefined);
  if (options.json) {
    const { method, seed } = options;
    const document = { tool: "roentgen", version, index: folder, items: index.items.length, method, seed, label, quality, written };
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else process.stdout.write(`${written.join("\n")}\n`);
  note(`${index.items.length} films by ${options.method}, ${quality}`, options);
}

function labelColumn({ items }: StoredIndex, folder: string, { label }: MapOptions): string | undefined {
  const hasColumn = (column: string): boolean => items.some((item) => item[column]);
  if (label !== undefined && !hasColumn(label)) throw new InputError(folder, noColumn(columnsOf(items), label));
  return label ?? (hasColumn("label") ? "label" : undefined);
}

/** Places, and how true they are to the embeddings. */
async function layOut({ embeddings }: StoredIndex, folder: string, options: MapOptions): Promise<{ places: Tensor; quality: string }> {
  const { method, seed, perplexity, iterations, initial } = options;
  if (method === "pca") {
    const components = componentsOf(embeddings, folder);
    const share = components.explainedVarianceRatio[0] + components.explainedVarianceRatio[1];
    return { places: project(components, embeddings), quality: `${(100 * share).toFixed(1)} % of the variance` };
  }
  const others = embeddings.shape[0] - 1;
  if (perplexity >= others) throw new InputError(folder, `has ${others + 1} films, too few for a perplexity of ${perplexity}`);
  if (initial === "pca") componentsOf(embeddings, folder);
  const device = await requestDevice({ adapter: options.adapter });
  const bar = progressBar(Math.ceil(iterations / 50), options);
  const onProgress = () => bar.increment();
  const { places, divergence } = await tsne(device, embeddings, { perplexity, iterations, initial, seed, onProgress }).finally(() => {
    bar.stop();
    device.destroy();
  });
  return { places, quality: `perplexity ${perplexity}, divergence ${divergence.toFixed(3)}` };
}

/** @throws InputError for films that all lie on a line, or are one and the same to the network. */
function componentsOf(embeddings: Tensor, folder: string): PrincipalComponents {
  try {
    return principalComponents(embeddings, 2);
  } catch (cause) {
    throw new InputError(folder, `has no two principal components (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
  }
}

function plotOf({ items }: StoredIndex, { data }: Tensor, label: string | undefined, title: string) {
  if (label === undefined) return scatterPlot(data, { title });
  const classes = [...new Set(items.map((item) => item[label]).filter(Boolean))].sort();
  const labels = items.map((item) => (item[label] ? classes.indexOf(item[label]) : undefined));
  return scatterPlot(data, { title: `${title}, by ${label}`, labels, classes });
}

/** x and y, and all columns of the index. */
function tableOf({ items }: StoredIndex, { data }: Tensor, folder: string): string {
  const others = [...new Set(items.flatMap(Object.keys))].filter((column) => !["file", "x", "y"].includes(column));
  const rows = items.map((item: IndexItem, i) => [
    fromStored(folder, item),
    String(data[2 * i]),
    String(data[2 * i + 1]),
    ...others.map((column) => item[column] ?? ""),
  ]);
  return writeCsv({ columns: ["file", "x", "y", ...others], rows });
}
