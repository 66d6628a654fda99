/** The folder of an index of embeddings: embeddings.safetensors and items.jsonl. */
import { stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { InputError } from "../bytes.ts";
import { type EmbeddingIndex, type IndexItem, readIndex, type StoredIndex, writeIndex } from "../retrieval/embedding-index.ts";
import { makeFolder, writeWhole } from "../training/write-file.ts";

/**
 * @throws InputError where there is no index, or one that is damaged.
 */
export async function openIndex(folder: string): Promise<StoredIndex> {
  const found = await stat(folder).catch(() => undefined);
  if (!found) throw new InputError(folder, "no such index");
  if (!found.isDirectory()) throw new InputError(folder, "is no index, which is a folder");
  return readIndex(join(folder, EMBEDDINGS), join(folder, ITEMS));
}

const EMBEDDINGS = "embeddings.safetensors";
const ITEMS = "items.jsonl";

/** Whether a folder has an index. */
export const hasIndex = (folder: string): Promise<boolean> =>
  stat(join(folder, EMBEDDINGS)).then(
    () => true,
    () => false,
  );

/** Writes an index, its lines first: whatever fails, the index that was there stays. */
export async function saveIndex(folder: string, index: EmbeddingIndex): Promise<void> {
  await makeFolder(folder);
  const { items, embeddings } = await writeIndex(index);
  await writeWhole(join(folder, ITEMS), items);
  await writeWhole(join(folder, EMBEDDINGS), embeddings);
}

const isFixed = (path: string): boolean => isAbsolute(path) || /^[a-z][a-z0-9+.-]+:\/\//i.test(path);

/** A film's path as an index keeps it: counted from the index's folder, so that both can be moved; absolute paths and URLs stay. */
export const toStored = (folder: string, file: string): string =>
  isFixed(file) ? file : relative(resolve(folder), resolve(file)).replaceAll("\\", "/");

/** The path by which a film of an index is read from here. */
export const fromStored = (folder: string, { file }: IndexItem): string => (isFixed(file) ? file : relative("", resolve(folder, file)));
