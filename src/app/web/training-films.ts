/** Films that were chosen in the page: what they show, as the command line reads it, and what a person needs to know of them. */
import { InputError, readBytes } from "../../bytes.ts";
import { readCsv } from "../../loaders/csv.ts";
import { sha256 } from "../../loaders/sha256.ts";
import { readClassFolders } from "../../training/class-folders.ts";
import { classCounts, type Dataset, samplesIn } from "../../training/dataset.ts";
import { chosenFolder, type FilmFolder } from "../../training/film-folder.ts";
import type { Fingerprint } from "../../training/fingerprints.ts";
import { readManifest } from "../../training/manifest.ts";
import { trainDefaults } from "../train-config.ts";
import { haveSets } from "../training-run.ts";
import type { FilmsInput, FilmsSummary, SetCounts } from "./training-protocol.ts";

/** Where it stands what films show. */
export interface FilmsPlace {
  readonly folder: FilmFolder;
  /** The path of the manifest; without it the folders are the classes. */
  readonly table?: string;
  /** The manifest's column with the class. */
  readonly label: string;
}

/** @throws InputError for files that are in no folder, or in several. */
export function placeOf({ files, table, label = trainDefaults.label }: FilmsInput): FilmsPlace {
  const folder = chosenFolder(files);
  const wanted = table ?? tablesIn(folder).find((path) => !path.includes("/"));
  return { folder, label, ...(wanted !== undefined && wanted !== "none" && { table: wanted }) };
}

/** Tables of comma-separated values, those that lie highest first. */
const tablesIn = ({ files }: FilmFolder): string[] => {
  const depth = (path: string) => path.split("/").length;
  return [...files.keys()].filter((path) => /\.csv$/i.test(path)).sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
};

/** @throws InputError as `readManifest` and `readClassFolders` do. */
export async function filmsIn({ folder, table, label }: FilmsPlace, classes?: readonly string[]): Promise<Dataset> {
  const films = table === undefined ? await readClassFolders(folder, { classes }) : await readManifest(table, { folder, label, classes });
  return { ...films, name: folder.name };
}

/** What is in a folder; what is wrong with it is told beside what can be chosen otherwise. */
export async function filmsSummary(place: FilmsPlace): Promise<FilmsSummary> {
  const { folder, table, label } = place;
  const told = { name: folder.name, tables: tablesIn(folder), ...(table !== undefined && { table, label }) };
  let columns: readonly string[] = [];
  try {
    columns = await columnsIn(place);
    const films = await filmsIn(place);
    const patients = new Set(films.samples.flatMap(({ patient }) => patient ?? []));
    return {
      ...told,
      columns,
      classes: films.classes,
      films: films.samples.length,
      ...(patients.size > 0 && { patients: patients.size }),
      counts: haveSets(films) ? setCounts(films) : { films: classCounts(films) },
      hasSets: haveSets(films),
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...told, columns, classes: [], films: 0, counts: {}, hasSets: false, problem: error.message };
  }
}

export const setCounts = (films: Dataset): SetCounts =>
  Object.fromEntries(["train", "val", "test"].map((set) => [set, classCounts(samplesIn(films, set))]));

async function columnsIn({ folder, table }: FilmsPlace): Promise<readonly string[]> {
  const file = table === undefined ? undefined : folder.files.get(table);
  if (file === undefined) return [];
  const [first] = new TextDecoder().decode(await readBytes(file)).split(/\r?\n/, 1);
  return readCsv(first, table ?? "").columns;
}

/** Tells these films in these sets from all others, by their bytes where these have been read. */
export function digestOf({ classes, samples }: Dataset, prints: readonly Fingerprint[] | undefined): Promise<string> {
  const lines = samples.map(({ name, label, split }, i) => [name, label, split, prints?.[i].sha256]);
  return sha256(new TextEncoder().encode(JSON.stringify([classes, lines])));
}
