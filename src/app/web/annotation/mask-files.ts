/** Marks as masks: a PNG for each film, author and label in a zip, with a table of what each one is. */
import { zipSync } from "fflate";
import { InputError } from "../../../bytes.ts";
import { thresholdMask } from "../../../imaging/clean-mask.ts";
import { toGrey } from "../../../imaging/grey.ts";
import { maskRings } from "../../../imaging/mask-rings.ts";
import { readCsv, writeCsv } from "../../../loaders/csv.ts";
import type { Image } from "../../../loaders/image.ts";
import { decodePng, encodePng } from "../../../loaders/png.ts";
import { readZip } from "../../../loaders/zip.ts";
import { type Annotation, type AnnotationSet, newId, type Picture } from "./annotation.ts";
import { isRegional, type Regional } from "./matching.ts";
import { maskOf, type OutlineRegion } from "./region.ts";

const TABLE = "masks.csv";
const COLUMNS = ["file", "sha256", "film", "width", "height", "author", "label", "created"] as const;

/**
 * A zip of 8-bit masks, 255 inside, of all regions that one author gave one label on one film. Labels of whole films have no mask; what
 * tells marks of one label apart is lost.
 */
export function masksZip({ pictures, annotations }: AnnotationSet): Uint8Array<ArrayBuffer> {
  const files: Record<string, Uint8Array> = {};
  const rows: string[][] = [];
  for (const marks of likeMarks(annotations.filter(isRegional))) {
    const [{ picture, author, label }] = marks;
    const film = pictures.find(({ hash }) => hash === picture);
    if (!film) continue;
    const { width, height } = film;
    const file = freeName([film.name, author, label].map(plain).join("/"), files);
    const regions = marks.map(({ region }) => region);
    files[file] = encodePng(maskOf(regions, { x: 0, y: 0, width, height }));
    rows.push([file, picture, film.name, String(width), String(height), author, label, latest(marks)]);
  }
  // The pictures are deflated already.
  return zipSync(
    { [TABLE]: new TextEncoder().encode(writeCsv({ columns: COLUMNS, rows })), ...files },
    { level: 0 },
  ) as Uint8Array<ArrayBuffer>;
}

/** Marks of one film, author and label together. */
function likeMarks(marks: readonly Regional[]): Regional[][] {
  const groups = new Map<string, Regional[]>();
  for (const mark of marks) {
    const key = JSON.stringify([mark.picture, mark.author, mark.label]);
    groups.set(key, [...(groups.get(key) ?? []), mark]);
  }
  return [...groups.values()];
}

/** Of letters that every file system takes. */
const plain = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, "_").replace(/^\.+/, "_") || "_";

function freeName(wanted: string, taken: Readonly<Record<string, unknown>>): string {
  for (let count = 1; ; count++) {
    const name = `${wanted}${count > 1 ? `-${count}` : ""}.png`;
    if (!Object.hasOwn(taken, name)) return name;
  }
}

const latest = (marks: readonly Regional[]): string => marks.map(({ created, modified }) => modified ?? created).sort()[marks.length - 1];

/**
 * The marks of such a zip: one outline, of as many rings as it takes, for each mask.
 * @throws InputError where the zip or a mask is damaged, a mask is missing, or is of another size than its film.
 */
export function readMasksZip(bytes: Uint8Array, file: string): AnnotationSet {
  const entries = readZip(bytes, file);
  const table = entries.get(TABLE);
  if (!table) throw new InputError(file, `has no ${TABLE}, which tells what each mask is`);
  const { columns, rows } = readCsv(new TextDecoder().decode(table.read()), `${file}/${TABLE}`);
  const missing = COLUMNS.filter((column) => !columns.includes(column));
  if (missing.length > 0) throw new InputError(`${file}/${TABLE}`, `has no column ${missing.join(", ")}`);
  const pictures = new Map<string, Picture>();
  const annotations = rows.map((row, i): Annotation => {
    const [path, hash, name, width, height, author, label, created] = COLUMNS.map((column) => row[columns.indexOf(column)]);
    const fail = (problem: string): InputError => new InputError(`${file}/${TABLE}`, `row ${i + 2} ${problem}`);
    if (!/^[0-9a-f]{64}$/.test(hash)) throw fail(`needs a SHA-256 of 64 hexadecimal digits, got ${hash}`);
    if (author === "" || label === "") throw fail("needs an author and a label");
    if (Number.isNaN(Date.parse(created))) throw fail(`needs a date, got ${created}`);
    const film: Picture = { hash, name, width: Number(width), height: Number(height) };
    pictures.set(hash, film);
    const entry = entries.get(path);
    if (!entry) throw fail(`names a mask that the zip does not have, got ${path}`);
    const region = regionOfMask(entry.read(), `${file}/${path}`, film);
    return { id: newId(), picture: hash, label, region, author, created: new Date(created).toISOString() };
  });
  return { pictures: [...pictures.values()], annotations };
}

/**
 * A mask's PNG as an outline; white, above the middle of the scale, is inside.
 * @throws InputError where it is no PNG, of another size than the film, or empty.
 */
export function regionOfMask(bytes: Uint8Array, file: string, film: Pick<Picture, "width" | "height">): OutlineRegion {
  const image: Image = toGrey(decodePng(bytes, file));
  if (image.width !== film.width || image.height !== film.height)
    throw new InputError(file, `is ${image.width} × ${image.height}, its film ${film.width} × ${film.height}`);
  const rings = maskRings(thresholdMask(image, image.bitDepth === 16 ? 32767 : 127));
  if (rings.length === 0) throw new InputError(file, "is black: nothing is marked");
  return { kind: "outline", rings };
}
