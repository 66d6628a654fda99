/** The index among files that a person has chosen or dropped: a folder, its two files under any name, or one archive of them. */
import { InputError } from "../../../bytes.ts";
import { indexFileNames } from "../../../retrieval/embedding-index.ts";
import type { ChosenFile } from "../../../training/film-folder.ts";
import type { GivenIndex } from "./cases-protocol.ts";
import { nameIn } from "./film-finder.ts";

/**
 * The index among files. The two lie in one folder, and are called as `search index` calls them where there are others.
 * @throws InputError where there is none, one of the two is missing, or there are several indexes.
 */
export async function indexIn(files: readonly ChosenFile[]): Promise<Omit<GivenIndex, "id">> {
  const [only] = files;
  if (files.length === 1 && /\.zip$/i.test(only.path)) return indexInArchive(only);
  const embeddings = among(files, /\.safetensors$/i, indexFileNames.embeddings);
  const items = among(
    files.filter(({ path }) => folderOf(path) === folderOf(embeddings.path)),
    /\.jsonl$/i,
    indexFileNames.items,
  );
  const folder = folderOf(embeddings.path);
  const name = folder === "" ? nameIn(embeddings.path) : nameIn(folder);
  return { name, embeddings: embeddings.file, items: items.file };
}

/** The file that is called so, else the only one of its kind. */
function among(files: readonly ChosenFile[], kind: RegExp, usual: string): ChosenFile {
  const found = files.filter(({ path }) => kind.test(path));
  const called = found.filter(({ path }) => nameIn(path) === usual);
  const [first, second] = called.length > 0 ? called : found;
  if (!first) throw new InputError("index", `${usual} is missing; an index is two files, ${Object.values(indexFileNames).join(" and ")}`);
  if (second) throw new InputError("index", `one is needed, got ${first.path} and ${second.path}`);
  return first;
}

async function indexInArchive({ path, file }: ChosenFile): Promise<Omit<GivenIndex, "id">> {
  const { unpackIndex } = await import("./index-archive.ts");
  const { embeddings, items } = unpackIndex(new Uint8Array(await file.arrayBuffer()), path);
  const inside = (bytes: Uint8Array<ArrayBuffer>, name: string): File => new File([bytes], name);
  return {
    name: nameIn(path).replace(/\.zip$/i, ""),
    embeddings: inside(embeddings, indexFileNames.embeddings),
    items: inside(items, indexFileNames.items),
  };
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
