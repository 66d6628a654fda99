/** Films that a command line names, with what a manifest says of them. */
import { InputError } from "../bytes.ts";
import type { Sample } from "../training/dataset.ts";
import { readManifest } from "../training/manifest.ts";
import { expandInputs } from "./inputs.ts";

export interface Film {
  readonly path: string;
  /** The manifest's columns that are not empty: `patient` and `group` by these names, all others by their own. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Rows of manifests that are taken: those that have one of these texts in each of these columns. */
export interface FilmListOptions {
  readonly where?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Manifests (.csv) and everything that `expandInputs` knows, in the order typed.
 * @throws InputError for a manifest that is damaged or lists files that are missing, a folder without pictures, or conditions without a
 * manifest.
 */
export async function filmsOf(typed: readonly string[], { where }: FilmListOptions = {}): Promise<Film[]> {
  const films: Film[] = [];
  const isManifest = (name: string): boolean => /\.csv$/i.test(name);
  if (where && !typed.some(isManifest))
    throw new InputError(Object.keys(where).join(", "), "rows are chosen by a manifest's columns, there is none");
  for (const name of typed) {
    if (!isManifest(name)) films.push(...(await expandInputs([name])).map((path) => ({ path, columns: {} })));
    else films.push(...(await readManifest(name, { label: false, tags: "all", where })).samples.map(filmOf));
  }
  return films;
}

/** Columns whose meaning the manifest's reader knows, and gives under one name. */
const KNOWN = ["file", "image", "picture", "path", "patient_id", "group_id"];

function filmOf({ name, picture, patient, group, tags = {} }: Sample): Film {
  const isOwn = ([column, text]: readonly [string, string]): boolean =>
    text !== "" && !(KNOWN.includes(column) && [name, patient, group].includes(text));
  const columns = { ...Object.fromEntries(Object.entries(tags).filter(isOwn)), ...(patient && { patient }), ...(group && { group }) };
  return { path: String(picture), columns };
}
