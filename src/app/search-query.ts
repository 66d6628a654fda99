/** `search query`: the films of an index that are most like a film. */
import { Command, Option } from "commander";
import { InputError, readBytes } from "../bytes.ts";
import { contactSheet, type Tile } from "../imaging/contact-sheet.ts";
import { classColour } from "../imaging/palette.ts";
import type { Metric } from "../kernels/distances.ts";
import { decodeImage, type Image } from "../loaders/image.ts";
import { encodePng } from "../loaders/png.ts";
import { sha256 } from "../loaders/sha256.ts";
import type { Model } from "../models/model.ts";
import { checkAlike, describeEmbeddings, type IndexItem, metrics } from "../retrieval/embedding-index.ts";
import { type LeftOut, queryName } from "../retrieval/left-out.ts";
import { complain, exitCode, note, wholeNumber, withSharedOptions } from "./command-line.ts";
import type { FilmIndex, FilmSearcher } from "./film-index.ts";
import { expandInputs } from "./inputs.ts";
import { type ModelOptions, openModel, withModelOptions } from "./models.ts";
import { openFilmIndex } from "./open-film-index.ts";
import { checkNew, writeChecked } from "./output-files.ts";
import { fromStored } from "./stored-path.ts";
import { version } from "./version.ts";

interface QueryOptions extends ModelOptions {
  readonly index: string;
  readonly k: number;
  readonly metric?: Metric;
  readonly exclude?: LeftOut;
  readonly patient?: string;
  readonly label: string;
  readonly contactSheet?: string;
  readonly force: boolean;
  readonly json: boolean;
}

export const queryCommand = (): Command =>
  withSharedOptions(withModelOptions(new Command("query")))
    .description("find the films of an index that are most like a film")
    .argument("<files...>", "films, folders, globs, or - for a list of them on stdin")
    .requiredOption("--index <folder>", "the index; lancedb:URI is a LanceDB table")
    .option("-k <n>", "how many films are found", wholeNumber(1), 5)
    .addOption(new Option("--metric <name>", "what distances are measured by (default: the index's)").choices(metrics))
    .addOption(new Option("--exclude <what>", "films of the index that are not found").choices(["same-file", "same-patient"]))
    .option("--patient <id>", "the patient of the query, where the index does not know it, for --exclude same-patient")
    .option("--label <column>", "what is shown of each film, and coloured by", "label")
    .option("--contact-sheet <file>", "a PNG of the query and what was found")
    .option("--force", "overwrite the contact sheet", false)
    .option("--json", "one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  query film.png --index collection -k 5 --contact-sheet like.png
  query film.png --index collection --exclude same-patient --json
  query test/ --index collection --metric cosine

The model and layer are the index's; a model that is a file must still be where it was, or be given by --model.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU, 4 some inputs failed.`,
    )
    .action(query);

/** One query's answer, as JSON has it. */
interface Answer {
  readonly file: string;
  readonly neighbours?: readonly Found[];
  readonly error?: string;
}

/** A film of the index, with all that the index says of it. */
interface Found {
  readonly rank: number;
  readonly distance: number;
  /** Where it can be read from here. */
  readonly path: string;
  readonly item: IndexItem;
}

async function query(typed: readonly string[], options: QueryOptions): Promise<void> {
  const { contactSheet: sheetFile, force, index: folder } = options;
  if (sheetFile !== undefined) await checkNew(sheetFile, force);
  const index = await openFilmIndex(folder);
  checkColumns(index, folder, options);
  const files = await expandInputs(typed);
  const { metric: usual, model: made, layer, pixels } = index.description;
  const metric = options.metric ?? usual;
  const opened = await openModel({ ...options, model: options.model ?? (options.weights ? undefined : made) }, { decode: { pixels } });
  using model = opened.model;
  const { name } = opened;
  checkAlike(index.description, await describeEmbeddings(model, name, { layer, pixels }), folder);
  using searcher = await index.searcher(model.device, { k: options.k, metric, leftOut: options.exclude });

  const answers: Answer[] = [];
  for (const file of files) {
    try {
      answers.push({ file, neighbours: await nearestOf(file, model, index, searcher, options) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      complain(error);
      answers.push({ file, error: error.message });
    }
    const answer = answers[answers.length - 1];
    if (!options.json && answer.neighbours) process.stdout.write(format(answer, options, files.length > 1));
  }
  if (options.json) process.stdout.write(`${JSON.stringify(documentOf(answers, { folder, metric, name, index, model }), undefined, 2)}\n`);
  const answered = answers.filter((answer) => answer.neighbours);
  if (sheetFile !== undefined && answered.length > 0)
    await writeChecked(sheetFile, encodePng(await sheetOf(answered, index, metric, options)), force);
  if (answered.length < answers.length) process.exitCode = exitCode.someFailed;
  if (answered.length > 0) note("Research use only, not for clinical use.", options);
}

/** @throws InputError where nothing could be left out, or shown. */
function checkColumns({ hasPatients, columns }: FilmIndex, folder: string, { exclude, label }: QueryOptions): void {
  if (exclude === "same-patient" && !hasPatients) throw new InputError(folder, "does not say whose films it holds");
  if (label !== "label" && !columns.includes(label)) throw new InputError(folder, noColumn(columns, label));
}

/** That no film of an index has a column, and which there are. */
export const noColumn = (columns: readonly string[], column: string): string => `has no column ${column}, there are ${columns.join(", ")}`;

async function nearestOf(file: string, model: Model, index: FilmIndex, searcher: FilmSearcher, options: QueryOptions): Promise<Found[]> {
  const without = options.exclude && (await nameOfQuery(file, index, options.exclude, options.patient));
  const vector = await model.embed(file, { layer: index.description.layer });
  const found = await searcher.nearest(vector, without);
  return found.map(({ item, distance }, rank) => ({ rank: rank + 1, distance, path: fromStored(options.index, item), item }));
}

/** What is left out: the query's patient as typed or as the index knows it by its bytes, or its file. */
async function nameOfQuery(file: string, index: FilmIndex, leftOut: LeftOut, patient?: string): Promise<string> {
  const hash = await sha256(await readBytes(file));
  const name = queryName(hash, await index.ofFile(hash), leftOut, patient);
  if (name === undefined) throw new InputError(file, "its patient is not known, name it by --patient");
  return name;
}

function format({ file, neighbours: found = [] }: Answer, { label }: QueryOptions, withName: boolean): string {
  const rows = found.map(({ rank, distance, path, item }) => [
    String(rank),
    distance.toPrecision(5),
    item[label] ?? "",
    item.patient ?? "",
    path,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((text, column) => (column < 2 ? text.padStart(widths[column]) : text.padEnd(widths[column] ?? 0))),
  );
  return [
    ...(withName ? [file] : []),
    ...lines.map((row) => `${withName ? "  " : ""}${row.filter(Boolean).join("  ")}`.trimEnd()),
    "",
  ].join("\n");
}

interface Asked {
  readonly folder: string;
  readonly metric: Metric;
  readonly name: string;
  readonly index: FilmIndex;
  readonly model: Model;
}

function documentOf(answers: readonly Answer[], { folder, metric, name, index, model }: Asked): Record<string, unknown> {
  const { profile } = model.device;
  return {
    tool: "roentgen",
    version,
    adapter: { class: profile.class, description: profile.description },
    model: { name, arch: model.description.arch, sha256: index.description.modelHash, layer: index.description.layer },
    index: { folder, items: index.size, metric },
    results: answers.map(({ file, neighbours: found, error }) => ({
      file,
      ...(error !== undefined && { error }),
      ...(found && { neighbours: found.map(({ rank, distance, path, item }) => ({ rank, distance, ...item, file: path })) }),
    })),
  };
}

/** A row for each query: the film itself, and what was found. */
async function sheetOf(
  answers: readonly Answer[],
  index: FilmIndex,
  metric: Metric,
  { label, index: folder }: QueryOptions,
): Promise<Image> {
  const { model, layer, pixels } = index.description;
  const shown = answers.flatMap(({ neighbours: found = [] }) => found.map(({ item }) => item[label]));
  const labels = index.textsOf(label) ?? [...new Set(shown.filter(Boolean))].sort();
  const captionOf = (text: string | undefined) => (text ? [{ text, ink: classColour(labels.indexOf(text)) }] : []);
  const rows: Tile[][] = [];
  for (const { file, neighbours: found = [] } of answers) {
    const hash = await sha256(await readBytes(file));
    const own = await index.ofFile(hash);
    const tiles: Tile[] = [
      { image: await pictureOf(file, pixels), caption: [{ text: "query" }, ...captionOf(own?.[label]), { text: baseName(file) }] },
    ];
    for (const { rank, distance, path, item } of found) {
      const caption = [
        { text: `${rank}. ${distance.toPrecision(4)}` },
        ...captionOf(item[label]),
        { text: item.patient ?? baseName(path) },
      ];
      tiles.push({ image: await pictureOf(path, pixels), caption });
    }
    rows.push(tiles);
  }
  return contactSheet(rows, { title: `${folder}: ${metric} distance, ${layer} of ${model}. Research use only` });
}

/** A film that was moved since it was indexed is a gap in the sheet and no failure. */
async function pictureOf(path: string, pixels: "stored" | "display"): Promise<Image | undefined> {
  try {
    return await decodeImage(await readBytes(path), path, { pixels });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    complain(error);
    return undefined;
  }
}

const baseName = (path: string): string => path.replace(/^.*[/\\]/, "");
