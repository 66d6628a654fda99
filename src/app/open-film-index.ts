/** The index that a name on the command line means: a folder, or a LanceDB table. */
import type { FilmIndex, IndexStore } from "./film-index.ts";
import { folderFilmIndex, folderStore } from "./index-folder.ts";
import { lanceFilmIndex, lanceStore, uriOf } from "./lance-index.ts";

/** @throws InputError where there is no index, or one that is damaged. */
export async function openFilmIndex(name: string): Promise<FilmIndex> {
  const uri = uriOf(name);
  return uri === undefined ? folderFilmIndex(name) : lanceFilmIndex(name, uri);
}

/** @throws InputError where an index is damaged. */
export function openStore(name: string): Promise<IndexStore> {
  const uri = uriOf(name);
  return uri === undefined ? folderStore(name) : lanceStore(name, uri);
}
