/** Datasets listed in a table of comma-separated values: a row a picture, columns for its class, its patient and its set. */
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import { readCsv, type Table } from "../loaders/csv.ts";
import { nearestName } from "../models/nearest-name.ts";
import { checkClasses, checkFiles, type Dataset, type Sample } from "./dataset.ts";
import type { FilmFolder } from "./film-folder.ts";

export interface ManifestOptions {
  /** The column with the picture's path; by default the first there is of `file`, `image`, `picture` and `path`. */
  readonly picture?: string;
  /** The column with the class; by default `label`, and none for masks or values. False: nothing is classified. */
  readonly label?: string | false;
  /** The classes in the order of the outputs; by default those in the table, sorted. */
  readonly classes?: readonly string[];
  /** Rows of classes that are not in `classes` are left out; otherwise they are an error. */
  readonly leaveOutOthers?: boolean;
  /** The column with the mask's path, for segmentation. */
  readonly mask?: string;
  /** The column with the path of what readers have outlined, which may be empty; by default `lesions`, where there. */
  readonly outline?: string;
  /** The columns with numbers to be predicted, for regression. */
  readonly values?: readonly string[];
  /** The columns with numbers that a network reads beside the picture. */
  readonly clinical?: readonly string[];
  /** The columns with the patient, with what belongs together, and with the set; by default `patient_id`, `group_id` and `split`, where there. */
  readonly patient?: string;
  readonly group?: string;
  readonly split?: string;
  /** Columns to keep as tags, where there, or all of them; by default `source` and `convention`. */
  readonly tags?: readonly string[] | "all";
  /** Rows to take: those that have one of these texts in each of these columns. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  /**
   * The folder that paths count from. By default the manifest's own, or the one around it where the first picture is found there and
   * not in the manifest's own.
   */
  readonly root?: string;
  /** The files that there are, in a page; the source is then the manifest's path among them. */
  readonly folder?: FilmFolder;
}

/**
 * Reads a manifest and checks that all its files are there.
 * @throws InputError for a table that is damaged, lacks a column, names an unknown class, has an empty or a single class, or lists files
 * that are missing.
 */
export async function readManifest(source: Source, options: ManifestOptions = {}): Promise<Dataset> {
  const name = nameOf(source);
  const { folder } = options;
  const table = readCsv(new TextDecoder().decode(await readBytes(folder ? fileIn(folder, name) : source)), name);
  const columns = columnsOf(table, name, options);
  const rows = table.rows.map((fields, i) => ({ fields, number: i + 2 })).filter(({ fields }) => isWanted(table, name, fields, options));
  if (rows.length === 0) throw new InputError(name, table.rows.length === 0 ? "lists no pictures" : "has no row that is asked for");
  const first = rows[0].fields[columns.picture] ?? "";
  const locate = folder ? locatorIn(folder, name, first) : await locator(source, first, options.root);
  const { classes, known } = classesOf(rows, columns.label, name, options);
  const samples = known.map(({ fields, number }) => sampleOf(fields, `${name}: row ${number}`, columns, classes, locate));
  const dataset = { name, classes, samples };
  if (columns.label !== undefined) checkClasses(dataset);
  await checkFiles(dataset, folder && (async () => false));
  return dataset;
}

/** Places of the columns in a row. */
interface Columns {
  readonly picture: number;
  readonly label?: number;
  readonly mask?: number;
  readonly outline?: number;
  readonly values?: readonly number[];
  readonly clinical?: readonly (readonly [name: string, place: number])[];
  readonly patient?: number;
  readonly group?: number;
  readonly split?: number;
  readonly tags: readonly (readonly [name: string, place: number])[];
}

function columnsOf(table: Table, name: string, options: ManifestOptions): Columns {
  const named = (column: string | undefined) => (column === undefined ? undefined : placeOf(table, name, column));
  const usual = (column: string | undefined, ...names: readonly string[]) =>
    named(column ?? names.find((candidate) => table.columns.includes(candidate)));
  const picture = usual(options.picture, "file", "image", "picture", "path");
  if (picture === undefined) throw new InputError(name, `has no column for the pictures, only ${table.columns.join(", ")}`);
  const { label, tags = ["source", "convention"] } = options;
  const isClassification = options.mask === undefined && options.values === undefined;
  return {
    picture,
    label: label === false ? undefined : isClassification ? placeOf(table, name, label ?? "label") : usual(label, "label"),
    mask: named(options.mask),
    outline: usual(options.outline, "lesions"),
    values: options.values?.map((column) => placeOf(table, name, column)),
    clinical: options.clinical?.map((column) => [column, placeOf(table, name, column)] as const),
    patient: usual(options.patient, "patient_id"),
    group: usual(options.group, "group_id"),
    split: usual(options.split, "split"),
    tags: (tags === "all" ? table.columns : tags).flatMap((name) =>
      table.columns.includes(name) ? [[name, table.columns.indexOf(name)] as const] : [],
    ),
  };
}

function placeOf({ columns }: Table, name: string, column: string): number {
  const place = columns.indexOf(column);
  if (place >= 0) return place;
  const nearest = nearestName(column, columns);
  throw new InputError(name, `has no column ${column}${nearest ? `, did you mean ${nearest}?` : `, only ${columns.join(", ")}`}`);
}

const isWanted = (table: Table, name: string, fields: readonly string[], { where = {} }: ManifestOptions): boolean =>
  Object.entries(where).every(([column, texts]) => texts.includes(fields[placeOf(table, name, column)]));

interface Row {
  readonly fields: readonly string[];
  /** Its line in a table, counted from 1, the names of the columns included. */
  readonly number: number;
}

/** The classes, and the rows that have one of them. */
function classesOf(
  rows: readonly Row[],
  label: number | undefined,
  name: string,
  { classes, leaveOutOthers }: ManifestOptions,
): { readonly classes: readonly string[]; readonly known: readonly Row[] } {
  if (label === undefined) return { classes: [], known: rows };
  const unnamed = rows.find(({ fields }) => fields[label] === "");
  if (unnamed) throw new InputError(name, `row ${unnamed.number} names no class`);
  const found = [...new Set(rows.map(({ fields }) => fields[label]))].sort();
  if (!classes) return { classes: found, known: rows };
  if (new Set(classes).size < classes.length) throw new InputError(name, `classes must differ, got ${classes.join(", ")}`);
  const unknown = found.filter((candidate) => !classes.includes(candidate));
  const known = rows.filter(({ fields }) => classes.includes(fields[label]));
  if (unknown.length > 0 && !leaveOutOthers) {
    const count = rows.length - known.length;
    throw new InputError(
      name,
      `${count} of ${rows.length} rows are of unknown classes (${unknown.join(", ")}), known are ${classes.join(", ")}`,
    );
  }
  return { classes, known };
}

function sampleOf(
  fields: readonly string[],
  row: string,
  columns: Columns,
  classes: readonly string[],
  locate: (path: string) => Source,
): Sample {
  const text = (place: number | undefined) => (place === undefined || fields[place] === "" ? undefined : fields[place]);
  const path = (place: number, what: string) => {
    if (fields[place] === "") throw new InputError(row, `names no ${what}`);
    return locate(fields[place]);
  };
  return {
    name: fields[columns.picture],
    picture: path(columns.picture, "picture"),
    label: columns.label === undefined ? undefined : classes.indexOf(fields[columns.label]),
    values: columns.values?.map((place) => numberIn(fields[place], row)),
    ...(columns.clinical && {
      clinical: Object.fromEntries(columns.clinical.map(([column, place]) => [column, numberIn(fields[place], `${row}, ${column}`)])),
    }),
    mask: columns.mask === undefined ? undefined : path(columns.mask, "mask"),
    ...(text(columns.outline) !== undefined && { outline: locate(fields[columns.outline ?? 0]) }),
    patient: text(columns.patient),
    group: text(columns.group),
    split: text(columns.split),
    ...(columns.tags.length > 0 && { tags: Object.fromEntries(columns.tags.map(([name, place]) => [name, fields[place]])) }),
  };
}

function numberIn(field: string, row: string): number {
  const value = Number(field);
  if (field.trim() === "" || !Number.isFinite(value)) throw new InputError(row, `a number is needed, got ${JSON.stringify(field)}`);
  return value;
}

/** @throws InputError for a path that leads to no file. */
function fileIn({ name, files }: FilmFolder, path: string): Source {
  const file = files.get(path);
  if (file !== undefined) return file;
  throw new InputError(path, `no such file in ${name}`);
}

/** As `locator`, among the files that there are; what is none of them stays a path. */
function locatorIn({ files }: FilmFolder, manifest: string, first: string): (path: string) => Source {
  const own = folderOf(manifest);
  const from = (folder: string) => (path: string) => normalised(`${folder}/${path}`);
  const isThere = (folder: string) => files.has(from(folder)(first));
  const locate = from(!isThere(own) && isThere(`${own}/..`) ? `${own}/..` : own);
  return (path) => (/^[a-z][a-z0-9+.-]*:/i.test(path) ? path : (files.get(locate(path)) ?? path));
}

/** A path without "." and "..", and with "/" between its parts; what leads out of the folder is found nowhere. */
function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

/** How a path in the table becomes one that can be read. Absolute paths and URLs stay as they are. */
async function locator(source: Source, first: string, root: string | undefined): Promise<(path: string) => string> {
  const from = (folder: string) => (path: string) => (/^(\/|[a-z][a-z0-9+.-]*:)/i.test(path) || folder === "" ? path : `${folder}/${path}`);
  if (root !== undefined) return from(root.replace(/\/+$/, ""));
  if (typeof source !== "string" && !(source instanceof URL)) return from("");
  const own = folderOf(source instanceof URL && source.protocol !== "file:" ? source.href : nameOf(source));
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  const isThere = async (folder: string) => (await fs?.stat(from(folder)(first)).catch(() => undefined)) !== undefined;
  const around = own === "." ? ".." : `${own}/..`;
  return from(!(await isThere(own)) && (await isThere(around)) ? around : own);
}

const folderOf = (path: string): string => (/[/\\]/.test(path) ? path.replace(/[/\\][^/\\]*$/, "") : ".");
