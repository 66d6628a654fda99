/** `search index`: the embeddings of a collection of films. */
import { Command, Option } from "commander";
import { InputError, readBytes } from "../bytes.ts";
import type { Metric } from "../kernels/distances.ts";
import { sha256 } from "../loaders/sha256.ts";
import type { Model } from "../models/model.ts";
import {
  checkAlike,
  describeEmbeddings,
  type EmbeddingIndex,
  type IndexDescription,
  type IndexItem,
  metrics,
} from "../retrieval/embedding-index.ts";
import { tensor } from "../tensor.ts";
import { condition } from "./arguments.ts";
import { complain, exitCode, note, wholeNumber, withSharedOptions } from "./command-line.ts";
import type { IndexStore } from "./film-index.ts";
import { type Film, filmsOf } from "./film-list.ts";
import { pixelsOption } from "./film-options.ts";
import { takeInterrupt } from "./interruption.ts";
import { type ModelOptions, openModel, withModelOptions } from "./models.ts";
import { openStore } from "./open-film-index.ts";
import { type Progress, progressBar } from "./progress.ts";
import { version } from "./version.ts";

interface IndexOptions extends ModelOptions {
  readonly out: string;
  readonly append: boolean;
  readonly layer?: string;
  readonly metric?: Metric;
  readonly where?: Readonly<Record<string, readonly string[]>>;
  readonly pixels: "stored" | "display";
  readonly batch: number;
  readonly json: boolean;
}

export const indexCommand = (): Command =>
  withSharedOptions(withModelOptions(new Command("index")))
    .description("embed films with a network, and keep the embeddings")
    .argument("<films...>", "a manifest (.csv), files, folders, globs, or - for a list of them on stdin")
    .requiredOption("--out <folder>", "the index; lancedb:URI is a LanceDB table, in a folder or object storage")
    .option("--append", "add to the index that is there; films that it has are passed over", false)
    .option(
      "--layer <name>",
      "the layer whose values describe a film, as torchvision names it; a map is averaged (default: the pooled features)",
    )
    .addOption(new Option("--metric <name>", "what searches measure by, unless they say otherwise (default: euclidean)").choices(metrics))
    .option("--where <column=a,b>", "only rows of the manifest with one of these texts; may be repeated", condition)
    .addOption(pixelsOption())
    .option("--batch <n>", "pictures a run", wholeNumber(1), 8)
    .option("--json", "a summary as one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  index films.csv --out collection                              with all columns of the manifest
  index more/ --out collection --append                         goes on after Ctrl-C too
  index films/ --model cxr-mobilenet-v2 --layer features.14 --metric cosine --out collection
  index films.csv --out lancedb:s3://bucket/films               a table past this machine's memory

A manifest's columns are kept with each film; patient_id says which films show one patient.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU, 4 some inputs failed.`,
    )
    .action(index);

async function index(typed: readonly string[], options: IndexOptions): Promise<void> {
  const { out, append } = options;
  const store = await openStore(out);
  const { description: before, size } = store;
  if (before && !append) throw new InputError(out, "is an index already, --append adds to it");
  if (before && options.metric !== undefined && options.metric !== before.metric)
    throw new InputError(out, `is searched by ${before.metric} distances, not by ${options.metric} ones`);
  const films = await filmsOf(typed, options);
  const wanted = { model: before && !options.weights ? before.model : undefined, layer: before?.layer };
  const opened = await openModel({ ...options, model: options.model ?? wanted.model }, { decode: { pixels: options.pixels } });
  using model = opened.model;
  const description = await describeEmbeddings(model, opened.name, { ...options, layer: options.layer ?? wanted.layer });
  if (before) checkAlike(before, description, out);

  const { fresh, known, failed } = await hashed(films, store);
  if (known > 0) note(`${known} of ${films.length} films are in the index already, or twice in the list`, options);
  const bar = progressBar(fresh.length, options);
  let failures = failed;
  try {
    for await (const part of embedded(model, fresh, description, options, { bar, store })) {
      failures += part.failures;
      if (part.items.length > 0) await store.add(part);
    }
  } finally {
    bar.stop();
  }
  if (!store.description) throw new InputError(out, "none of the films can be embedded");
  report(store.description, { out, films: store.size, added: store.size - size, known, failures }, options);
}

interface HashedFilm extends Film {
  readonly sha256: string;
}

/** The films whose bytes are not known yet, each once. */
async function hashed(films: readonly Film[], store: IndexStore): Promise<{ fresh: HashedFilm[]; known: number; failed: number }> {
  const readable: HashedFilm[] = [];
  for (const film of films) {
    try {
      readable.push({ ...film, sha256: await sha256(await readBytes(film.path)) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      complain(error);
    }
  }
  const seen = new Set(await store.known(readable.map((film) => film.sha256)));
  const fresh = readable.filter((film) => !seen.has(film.sha256) && seen.add(film.sha256));
  return { fresh, known: readable.length - fresh.length, failed: films.length - readable.length };
}

interface Part extends EmbeddingIndex {
  readonly failures: number;
}

/** Embeddings in parts that are worth a write. Ctrl-C ends with the part at hand. */
async function* embedded(
  model: Model,
  films: readonly HashedFilm[],
  description: IndexDescription,
  { batch, quiet }: IndexOptions,
  { bar, store }: { readonly bar: Progress; readonly store: IndexStore },
): AsyncGenerator<Part> {
  const interruption = takeInterrupt("finishing the batch; --append goes on from there", { quiet });
  let items: IndexItem[] = [];
  let vectors: Float32Array[] = [];
  let failures = 0;
  const part = (): Part => {
    const embeddings = tensor([items.length, description.dimensions]);
    vectors.forEach((vector, row) => {
      embeddings.data.set(vector, row * description.dimensions);
    });
    const taken = { description, items, embeddings, failures };
    [items, vectors, failures] = [[], [], 0];
    return taken;
  };
  try {
    const paths = films.map(({ path }) => path);
    for await (const outcome of model.embedAll(paths, { batch, layer: description.layer })) {
      bar.increment();
      const { path, columns, sha256 } = films[outcome.index];
      if ("error" in outcome) {
        complain(outcome.error);
        failures++;
        continue;
      }
      for (const text of outcome.result.notes ?? []) note(`${path}: ${text}`, { quiet });
      items.push({ ...columns, file: store.stored(path), sha256 });
      vectors.push(outcome.result.vector);
      if (interruption.signal.aborted) break;
      if (items.length >= store.partSize) yield part();
    }
    yield part();
    if (interruption.signal.aborted) process.exitCode = exitCode.failed;
  } finally {
    interruption.end();
  }
}

interface Outcome {
  readonly out: string;
  readonly films: number;
  readonly added: number;
  readonly known: number;
  readonly failures: number;
}

function report(description: IndexDescription, { out, films, added, known, failures }: Outcome, { json, quiet }: IndexOptions): void {
  const { model, layer, dimensions, metric } = description;
  if (json) {
    const document = { tool: "roentgen", version, index: out, items: films, added, known, failed: failures, ...description };
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else {
    process.stdout.write(`${out}: ${films} films (${added} added), ${dimensions} dimensions, layer ${layer} of ${model}, ${metric}\n`);
  }
  note("Research use only, not for clinical use.", { quiet });
  if (failures > 0) process.exitCode = exitCode.someFailed;
}
