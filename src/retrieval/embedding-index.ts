/**
 * A collection of embeddings as two files: the vectors and where they come from (safetensors), and a line of JSON for each saying what it is
 * of. Lines are only ever added, and are written first, so that an append that does not finish leaves the collection as it was.
 */
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import type { Metric } from "../kernels/distances.ts";
import { readSafetensors, type Safetensors, writeSafetensors } from "../loaders/safetensors.ts";
import { sha256 } from "../loaders/sha256.ts";
import { toFloat32 } from "../loaders/stored-tensor.ts";
import type { Model } from "../models/model.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** What one embedding is of: its file, a hash of that file's bytes, and all else that is known of it, such as label, patient and source. */
export interface IndexItem extends Readonly<Record<string, string>> {
  readonly file: string;
  readonly sha256: string;
}

/** How the embeddings of a collection were made: those of a query must be made alike. */
export interface IndexDescription {
  /** The model's name or file, for people. */
  readonly model: string;
  /** `Model.hash()` */
  readonly modelHash: string;
  readonly arch: string;
  readonly layer: string;
  readonly dimensions: number;
  /** What distances are measured by unless a search says otherwise. */
  readonly metric: Metric;
  /** Whether DICOM's stored values were read, or what its tables display. */
  readonly pixels: "stored" | "display";
}

export interface EmbeddingIndex {
  readonly description: IndexDescription;
  readonly items: readonly IndexItem[];
  /** [items, dimensions] */
  readonly embeddings: Tensor;
}

/** An index as it was read. */
export interface StoredIndex extends EmbeddingIndex {
  /** Lines past the last embedding: of an append that did not finish. The next one takes their place. */
  readonly unfinished: number;
}

/** The bytes of an index's two files; `items` is to be written first. */
export interface IndexFiles {
  readonly items: Uint8Array<ArrayBuffer>;
  readonly embeddings: Uint8Array<ArrayBuffer>;
}

/** What the two files are called in a folder. */
export const indexFileNames: Readonly<Record<keyof IndexFiles, string>> = { items: "items.jsonl", embeddings: "embeddings.safetensors" };

const FORMAT = "roentgen embedding index";
const VERSION = "1";
/** What distances can be measured by. */
export const metrics: readonly Metric[] = ["euclidean", "cosine", "manhattan"];

const PIXELS = ["stored", "display"] as const;

/** How a model's embeddings are made, as an index keeps it. */
export async function describeEmbeddings(
  model: Pick<Model, "embeddingOf" | "hash" | "description">,
  name: string,
  {
    layer: asked,
    metric = "euclidean",
    pixels,
  }: { readonly layer?: string; readonly metric?: Metric; readonly pixels: "stored" | "display" },
): Promise<IndexDescription> {
  const { layer, dimensions } = model.embeddingOf(asked);
  return { model: name, modelHash: await model.hash(), arch: model.description.arch, layer, dimensions, metric, pixels };
}

/** A description as texts by name, as a file's metadata holds it. */
export const descriptionTexts = (description: IndexDescription): Readonly<Record<string, string>> => ({
  format: FORMAT,
  version: VERSION,
  model: description.model,
  model_sha256: description.modelHash,
  arch: description.arch,
  layer: description.layer,
  dimension: String(description.dimensions),
  metric: description.metric,
  pixels: description.pixels,
});

/** @throws Error unless there is an embedding of the right length for each item. */
export async function writeIndex({ description, items, embeddings }: EmbeddingIndex): Promise<IndexFiles> {
  const { shape, data } = embeddings;
  if (shape.length !== 2 || shape[0] !== items.length || shape[1] !== description.dimensions)
    throw new Error(`writeIndex: ${items.length} items of ${description.dimensions} dimensions, got [${shape.join(", ")}]`);
  const lines = new TextEncoder().encode(items.map((item) => `${JSON.stringify(item)}\n`).join(""));
  const stored = { dtype: "F32", shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) } as const;
  const metadata = {
    ...descriptionTexts(description),
    items: String(items.length),
    items_sha256: await sha256(lines),
    embeddings_sha256: await sha256(new Uint8Array(stored.bytes)),
  };
  return { items: lines, embeddings: writeSafetensors(new Map([["embeddings", stored]]), { dtype: "F32", metadata }) };
}

/**
 * Reads an index and checks that it is whole: counts, and the hashes of its vectors and of its lines.
 * @throws InputError for files that are cut off, changed, not an index, or do not belong together.
 */
export async function readIndex(embeddingsFile: Source, itemsFile: Source): Promise<StoredIndex> {
  const name = nameOf(embeddingsFile);
  const stored = readSafetensors(await readBytes(embeddingsFile), name);
  const { description, count, hashes } = readMetadata(stored, name);
  const vectors = stored.tensors.get("embeddings");
  if (!vectors || stored.tensors.size > 1 || vectors.dtype !== "F32")
    throw new InputError(name, "must hold one tensor, embeddings, of F32");
  const { shape } = vectors;
  if (shape.length !== 2 || shape[0] !== count || shape[1] !== description.dimensions)
    throw new InputError(
      name,
      `says that it holds ${count} items of ${description.dimensions} dimensions, its tensor is [${shape.join(", ")}]`,
    );
  if ((await sha256(new Uint8Array(vectors.bytes))) !== hashes.embeddings)
    throw new InputError(name, "its embeddings are not those that were written (their SHA-256 differs)");
  const { items, unfinished } = await readItems(itemsFile, count, hashes.items);
  return { description, items, embeddings: tensor(shape, toFloat32(vectors)), unfinished };
}

interface Metadata {
  readonly description: IndexDescription;
  readonly count: number;
  readonly hashes: { readonly items: string; readonly embeddings: string };
}

function readMetadata({ metadata }: Safetensors, name: string): Metadata {
  const description = descriptionFrom(metadata, name);
  const count = wholeIn(metadata, "items", name);
  return {
    description,
    count,
    hashes: { items: textIn(metadata, "items_sha256", name), embeddings: textIn(metadata, "embeddings_sha256", name) },
  };
}

/**
 * Reads what `descriptionTexts` wrote.
 * @throws InputError for what is missing or makes no sense.
 */
export function descriptionFrom(metadata: Readonly<Record<string, string>>, name: string): IndexDescription {
  if (metadata.format !== FORMAT) throw new InputError(name, "is no index of embeddings");
  if (metadata.version !== VERSION)
    throw new InputError(name, `is an index of version ${metadata.version}, version ${VERSION} can be read`);
  const text = (key: string): string => textIn(metadata, key, name);
  const oneOf = <T extends string>(key: string, known: readonly T[]): T => {
    const found = known.find((candidate) => candidate === text(key));
    if (!found) throw new InputError(name, `${key} must be ${known.join(", ")}, got ${metadata[key]}`);
    return found;
  };
  return {
    model: text("model"),
    modelHash: text("model_sha256"),
    arch: text("arch"),
    layer: text("layer"),
    dimensions: wholeIn(metadata, "dimension", name),
    metric: oneOf("metric", metrics),
    pixels: oneOf("pixels", PIXELS),
  };
}

function textIn(metadata: Readonly<Record<string, string>>, key: string, name: string): string {
  if (!metadata[key]) throw new InputError(name, `does not say its ${key}`);
  return metadata[key];
}

function wholeIn(metadata: Readonly<Record<string, string>>, key: string, name: string): number {
  const value = Number(textIn(metadata, key, name));
  if (!Number.isSafeInteger(value) || value < 1) throw new InputError(name, `${key} must be a whole number from 1, got ${metadata[key]}`);
  return value;
}

async function readItems(source: Source, count: number, hash: string): Promise<{ items: IndexItem[]; unfinished: number }> {
  const name = nameOf(source);
  const bytes = await readBytes(source);
  const ends = lineEnds(bytes);
  if (ends.length < count) throw new InputError(name, `has ${ends.length} lines, its index ${count} items (is it cut off?)`);
  const own = bytes.subarray(0, ends[count - 1]);
  if ((await sha256(own)) !== hash)
    throw new InputError(name, "its lines are not those that were written with the embeddings (their SHA-256 differs)");
  const lines = new TextDecoder().decode(own).split("\n").slice(0, count);
  return { items: lines.map((line, i) => itemOf(line, `${name}: line ${i + 1}`)), unfinished: ends.length - count };
}

/** Where each line ends, its LF included; what follows the last one is no line. */
function lineEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1);
  return ends;
}

/**
 * What a line of an index says of its film.
 * @throws InputError for a line that says nothing.
 */
export function itemOf(line: string, where: string): IndexItem {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new InputError(where, "is not JSON", { cause });
  }
  if (!isTexts(value) || !value.file || !value.sha256) throw new InputError(where, "must be an object of texts with a file and its sha256");
  return { ...value, file: value.file, sha256: value.sha256 };
}

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every((text) => typeof text === "string");

/**
 * The index with further items after its own.
 * @throws InputError where they were made otherwise; see `checkAlike`.
 */
export function appended(index: EmbeddingIndex, more: EmbeddingIndex, name: string): EmbeddingIndex {
  checkAlike(index.description, more.description, name);
  const { dimensions } = index.description;
  const items = [...index.items, ...more.items];
  const data = new Float32Array(items.length * dimensions);
  data.set(index.embeddings.data);
  data.set(more.embeddings.data, index.embeddings.data.length);
  return { description: index.description, items, embeddings: tensor([items.length, dimensions], data) };
}

/**
 * Checks that embeddings can be compared: that they come from one layer of one model.
 * @throws InputError naming what differs.
 */
export function checkAlike(index: IndexDescription, other: Omit<IndexDescription, "metric">, name: string): void {
  const short = (hash: string): string => hash.slice(0, 12);
  if (index.modelHash !== other.modelHash)
    throw new InputError(
      name,
      `was made with another model, ${index.model} (${index.arch}, ${short(index.modelHash)}), not ${other.model} (${other.arch}, ${short(other.modelHash)})`,
    );
  if (index.layer !== other.layer) throw new InputError(name, `was made of layer ${index.layer}, not ${other.layer}`);
  if (index.dimensions !== other.dimensions) throw new InputError(name, `has ${index.dimensions} dimensions, not ${other.dimensions}`);
  if (index.pixels !== other.pixels) throw new InputError(name, `was made of ${index.pixels} pixels, not ${other.pixels} ones`);
}
