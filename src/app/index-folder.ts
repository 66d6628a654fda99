/** The folder of an index of embeddings: embeddings.safetensors and items.jsonl. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../bytes.ts";
import { appended, type EmbeddingIndex, indexFileNames, readIndex, type StoredIndex, writeIndex } from "../retrieval/embedding-index.ts";
import { makeFolder, writeWhole } from "../training/write-file.ts";
import { columnsOf, type FilmIndex, type IndexStore, itemSearcher } from "./film-index.ts";
import { uriOf } from "./lance-index.ts";
import { toStored } from "./stored-path.ts";

/**
 * @throws InputError where there is no index, or one that is damaged.
 */
export async function openIndex(folder: string): Promise<StoredIndex> {
  if (uriOf(folder) !== undefined) throw new InputError(folder, "is a LanceDB table, which index adds to and query searches");
  const found = await stat(folder).catch(() => undefined);
  if (!found) throw new InputError(folder, "no such index");
  if (!found.isDirectory()) throw new InputError(folder, "is no index, which is a folder");
  return readIndex(join(folder, indexFileNames.embeddings), join(folder, indexFileNames.items));
}

/** Whether a folder has an index. */
const hasIndex = (folder: string): Promise<boolean> =>
  stat(join(folder, indexFileNames.embeddings)).then(
    () => true,
    () => false,
  );

/** Writes an index, its lines first: whatever fails, the index that was there stays. */
export async function saveIndex(folder: string, index: EmbeddingIndex): Promise<void> {
  await makeFolder(folder);
  const { items, embeddings } = await writeIndex(index);
  await writeWhole(join(folder, indexFileNames.items), items);
  await writeWhole(join(folder, indexFileNames.embeddings), embeddings);
}

/** @throws InputError where there is no index, or one that is damaged. */
export async function folderFilmIndex(folder: string): Promise<FilmIndex> {
  const { description, items, embeddings } = await openIndex(folder);
  return {
    description,
    size: items.length,
    hasPatients: items.some(({ patient }) => patient),
    columns: columnsOf(items),
    textsOf: (column) => [...new Set(items.map((item) => item[column]).filter(Boolean))].sort(),
    ofFile: async (sha256) => items.find((item) => item.sha256 === sha256),
    searcher: (device, options) => itemSearcher(device, items, embeddings, options),
  };
}

/** Films between two writes of a folder, at least; a tenth of it where that is more, since it is written whole. */
const SAVE_EVERY = 256;

/** @throws InputError where the index that is there is damaged. */
export async function folderStore(folder: string): Promise<IndexStore> {
  let index: EmbeddingIndex | undefined = (await hasIndex(folder)) ? await openIndex(folder) : undefined;
  const size = (): number => index?.items.length ?? 0;
  return {
    get description() {
      return index?.description;
    },
    get size() {
      return size();
    },
    get partSize() {
      return Math.max(SAVE_EVERY, Math.floor(size() / 10));
    },
    async known(asked) {
      const own = new Set(index?.items.map(({ sha256 }) => sha256));
      return new Set(asked.filter((hash) => own.has(hash)));
    },
    stored: (file) => toStored(folder, file),
    async add(part) {
      index = index ? appended(index, part, folder) : part;
      await saveIndex(folder, index);
    },
  };
}
