/** The films to judge a model on, and what is to be known of them. */
import { stat } from "node:fs/promises";
import { InputError, readBytes } from "../../bytes.ts";
import { readCsv } from "../../loaders/csv.ts";
import { nearestName } from "../../models/nearest-name.ts";
import { readClassFolders } from "../../training/class-folders.ts";
import type { Dataset, Sample } from "../../training/dataset.ts";
import { readManifest } from "../../training/manifest.ts";

export interface FilmOptions {
  /** The manifest's column with the class. */
  readonly label: string;
  readonly where?: Readonly<Record<string, readonly string[]>>;
  /** The column that says where a film comes from. */
  readonly source: string;
  /** Columns whose values results are told apart by. */
  readonly by: readonly string[];
  /** The column with the lung mask's path. */
  readonly mask?: string;
  /** The columns with the numbers that a model reads beside films. */
  readonly clinical?: readonly string[];
  /** The classes that are taken; films of others are left out. */
  readonly classes?: readonly string[];
}

/**
 * All films of a manifest or of a folder a class, whatever their set.
 * @throws InputError for what cannot be read, and for a column that is asked for and not there.
 */
export async function readFilms(data: string, { label, where, source, by, mask, clinical, classes }: FilmOptions): Promise<Dataset> {
  const found = await stat(data).catch(() => undefined);
  if (found?.isDirectory()) {
    const other = by.find((column) => column !== label);
    if (other !== undefined) throw new InputError(data, `is a folder and has no column ${other} to tell films apart by`);
    return readClassFolders(data, { classes });
  }
  const { columns } = readCsv(new TextDecoder().decode(await readBytes(data)), data);
  for (const column of by) {
    if (columns.includes(column)) continue;
    const nearest = nearestName(column, columns);
    throw new InputError(data, `has no column ${column}${nearest ? `, did you mean ${nearest}?` : `, only ${columns.join(", ")}`}`);
  }
  return readManifest(data, {
    ...{ label, where, mask, clinical, tags: [...new Set([source, ...by])] },
    ...(classes && { classes, leaveOutOthers: true }),
  });
}

/**
 * The films of one set. A dataset that names no sets is one set.
 * @throws InputError where the set has no films, with the sets there are.
 */
export function filmsIn({ name, samples }: Dataset, split: string): readonly Sample[] {
  const sets = [...new Set(samples.flatMap((sample) => sample.split ?? []))];
  if (sets.length === 0) return samples;
  const films = samples.filter((sample) => sample.split === split);
  if (films.length === 0) throw new InputError(name, `has no films of split ${split}, there are ${sets.join(", ")}`);
  return films;
}

/**
 * The place of each film's class among the model's; −1 for films of other classes where the model knows one class only, which are its
 * negatives.
 * @throws InputError for a film without a class, or of one that the model does not know.
 */
export function labelsFor({ name, classes }: Dataset, films: readonly Sample[], known: readonly string[], column: string): Int32Array {
  const unknown = new Set<string>();
  const labels = Int32Array.from(films, (film) => {
    if (film.label === undefined) throw new InputError(name, `${film.name} has no class`);
    const place = known.indexOf(classes[film.label]);
    if (place < 0) unknown.add(classes[film.label]);
    return place;
  });
  if (unknown.size > 0 && known.length > 1)
    throw new InputError(
      name,
      `column ${column} has classes that the model does not know (${[...unknown].join(", ")}), it knows ${known.join(", ")}; ` +
        "take another column (--label), or leave films out (--where)",
    );
  return labels;
}

/** A tag of a film, or its class where the column is that of the class; empty where it has none. */
export const columnValue = ({ classes }: Dataset, { label, tags }: Sample, column: string, labelColumn: string): string =>
  column === labelColumn && label !== undefined ? classes[label] : (tags?.[column] ?? "");
