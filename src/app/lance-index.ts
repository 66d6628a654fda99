/** An index of films as a LanceDB table, `lancedb:URI` on the command line. */
import { resolve } from "node:path";
import { InputError } from "../bytes.ts";
import { descriptionFrom, descriptionTexts, type EmbeddingIndex, type IndexItem, itemOf } from "../retrieval/embedding-index.ts";
import { tensor } from "../tensor.ts";
import { columnsOf, type FilmIndex, type FilmSearcher, type IndexStore, itemSearcher, type SearchOptions } from "./film-index.ts";
import { createLance, type LanceDistance, type LanceFound, type LanceTable, openLance } from "./lance-table.ts";
import { isFixed } from "./stored-path.ts";

const PREFIX = "lancedb:";

/** The address of a LanceDB database where a name is one. */
export const uriOf = (name: string): string | undefined => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined);

/** @throws InputError where there is no such table, or it is no index. */
export async function lanceFilmIndex(name: string, uri: string): Promise<FilmIndex> {
  const table = await openLance(uri);
  if (!table) throw new InputError(name, "no such index");
  const description = descriptionFrom(Object.fromEntries(table.metadata), name);
  const size = await table.count();
  // A film without a text has no such column; all rows would have to be read to be sure of every one.
  const some = await table.nearest(new Float32Array(description.dimensions), "l2", CANDIDATES);
  const columns = columnsOf(some.map((row) => itemIn(row, name)));
  return {
    description,
    size,
    hasPatients: (await table.count("patient <> ''")) > 0,
    columns,
    // All rows would have to be read.
    textsOf: () => undefined,
    async ofFile(sha256) {
      const [row] = await table.rows(`sha256 = ${quoted(sha256)}`);
      return row && itemIn(row, name);
    },
    async searcher(device, options) {
      const distance = distanceOf(name, options);
      const search = async (vector: Float32Array, without?: string): ReturnType<FilmSearcher["nearest"]> => {
        const column = options.leftOut === "same-patient" ? "patient" : "sha256";
        const where = options.leftOut && without !== undefined ? `${column} <> ${quoted(without)}` : undefined;
        const found = await table.nearest(vector, distance, Math.max(CANDIDATES, options.k * CANDIDATES_EACH), where);
        if (found.length === 0) return [];
        // LanceDB's order is kept among equally near ones only as far as it is one: by the file's name it is always the same.
        const items = found.map((row) => ({ item: itemIn(row, name), vector: row.vector }));
        items.sort((a, b) => (a.item.file < b.item.file ? -1 : Number(a.item.file > b.item.file)));
        const embeddings = tensor([items.length, description.dimensions]);
        for (const [row, { vector: values }] of items.entries())
          embeddings.data.set(Float32Array.from(values), row * description.dimensions);
        using exact = await itemSearcher(
          device,
          items.map(({ item }) => item),
          embeddings,
          { ...options, leftOut: undefined },
        );
        return await exact.nearest(vector);
      };
      return { nearest: search, [Symbol.dispose]: () => undefined };
    },
  };
}

/** How many rows LanceDB is asked for, of which the nearest are then measured exactly. */
const CANDIDATES = 100;
const CANDIDATES_EACH = 10;

/** @throws InputError for Manhattan, which LanceDB does not know. */
function distanceOf(name: string, { metric }: SearchOptions): LanceDistance {
  if (metric === "manhattan") throw new InputError(name, "LanceDB does not search by manhattan distances, but by euclidean or cosine ones");
  return metric === "euclidean" ? "l2" : metric;
}

/** A text in the SQL that LanceDB reads. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const itemIn = (row: LanceFound, name: string): IndexItem => itemOf(row.item, `${name}: ${row.sha256}`);

/** Films between two writes. */
const PART = 1024;
/** Hashes that are asked for at once. */
const ASKED = 500;

/** @throws InputError where there is a table that is no index. */
export async function lanceStore(name: string, uri: string): Promise<IndexStore> {
  let table = await openLance(uri);
  let description = table && descriptionFrom(Object.fromEntries(table.metadata), name);
  let size = (await table?.count()) ?? 0;
  return {
    get description() {
      return description;
    },
    get size() {
      return size;
    },
    partSize: PART,
    async known(hashes) {
      const found = new Set<string>();
      for (let first = 0; table && first < hashes.length; first += ASKED) {
        const some = hashes.slice(first, first + ASKED).map(quoted);
        for (const { sha256 } of await table.rows(`sha256 IN (${some.join(", ")})`)) found.add(sha256);
      }
      return found;
    },
    // A table is in no folder that films could be counted from.
    stored: (file) => (isFixed(file) ? file : resolve(file)),
    async add(part) {
      if (part.items.length === 0) return;
      table = await added(table, uri, part);
      description ??= part.description;
      size += part.items.length;
    },
  };
}

async function added(table: LanceTable | undefined, uri: string, { description, items, embeddings }: EmbeddingIndex): Promise<LanceTable> {
  const rows = items.map((item) => ({ sha256: item.sha256, patient: item.patient ?? "", item: JSON.stringify(item) }));
  if (!table) return createLance(uri, new Map(Object.entries(descriptionTexts(description))), rows, embeddings.data);
  await table.add(rows, embeddings.data);
  return table;
}
