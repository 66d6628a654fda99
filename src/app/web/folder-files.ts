/** The pictures among files that were dropped or chosen. */
import { InputError } from "../../bytes.ts";
import type { ChosenFile } from "../../training/film-folder.ts";
import { isPictureOf, SIGNATURE } from "../picture-names.ts";

export interface NamedFile {
  /** With the folders that it lies in. */
  readonly name: string;
  readonly source: Blob;
}

/**
 * Single files as they are, in their order; then of each folder its pictures and those of the folders below, in the order of their paths.
 * @throws InputError for a folder that holds no picture.
 */
export async function picturesAmong(files: readonly ChosenFile[]): Promise<NamedFile[]> {
  const found = files.filter((file) => folderOf(file) === "").map(named);
  for (const folder of new Set(files.map(folderOf).filter(Boolean))) {
    const pictures: NamedFile[] = [];
    const below = files.filter((file) => folderOf(file) === folder);
    for (const file of below.toSorted((a, b) => (a.path < b.path ? -1 : 1))) if (await isPicture(file)) pictures.push(named(file));
    if (pictures.length === 0) throw new InputError(folder, "holds no picture");
    found.push(...pictures);
  }
  return found;
}

/** The folder that was dropped or chosen; nothing for a single file. */
const folderOf = ({ path }: ChosenFile): string => path.slice(0, Math.max(0, path.indexOf("/")));

const named = ({ path, file }: ChosenFile): NamedFile => ({ name: path, source: file });

const isPicture = ({ path, file }: ChosenFile): Promise<boolean> =>
  isPictureOf(path, async () => new Uint8Array(await file.slice(SIGNATURE.place, SIGNATURE.place + SIGNATURE.length).arrayBuffer()));
