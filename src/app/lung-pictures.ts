/** Films made pictures of film and lungs before a training, with changed copies of its training films, as Keidar et al. 2021 do. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, readBytes } from "../bytes.ts";
import { letterbox } from "../imaging/letterbox.ts";
import { readCsv, writeCsv } from "../loaders/csv.ts";
import { decodeImage, type Image } from "../loaders/image.ts";
import { encodePng } from "../loaders/png.ts";
import { keidarChannel, type LungChannel, lungFinder } from "../models/film-and-lungs.ts";
import { loadModel, type Model } from "../models/model.ts";
import { openFilm } from "../models/picture.ts";
import { type CopyLungFinder, changeColumns, keidarPictures } from "../systems/keidar2021-pictures.ts";
import { applyToMask } from "../training/augment.ts";
import type { Dataset, Sample } from "../training/dataset.ts";
import { recipes } from "../training/recipes.ts";
import { writeWhole } from "../training/write-file.ts";
import { sourceOf } from "./models.ts";
import { progressBar } from "./progress.ts";
import type { TrainOptions } from "./train-options.ts";

/** Who finds the lungs. Owns a model: declare it with `await using`. */
export interface Lungs {
  readonly channel: LungChannel;
  /** Who finds them; none where each film has a mask of its own. */
  readonly model?: Model;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Who finds the lungs of a training's films; none where it is of films alone.
 * @throws InputError for a model that draws no lungs, and for both a model and masks.
 */
export async function openLungs({ lungModel, lungMasks, adapter }: TrainOptions): Promise<Lungs | undefined> {
  if (lungMasks !== undefined) return { channel: keidarChannel, [Symbol.asyncDispose]: async () => {} };
  if (lungModel === undefined) return undefined;
  const model = await loadModel(sourceOf(lungModel), { adapter });
  // Told before any film is read.
  lungFinder(model);
  return {
    channel: { ...keidarChannel, finder: { name: lungModel, hash: await model.hash() } },
    model,
    [Symbol.asyncDispose]: async () => model.destroy(),
  };
}

/** The table of all pictures, written when they are whole. */
const TABLE = "lungs/pictures.csv";

/**
 * The films with the pictures that networks see of them, and with the copies of those in the set train; `lungs/pictures.csv` has all of
 * them, and beside each film's picture stand its mask and what lies around its lungs. Pictures that a stopped training has made are taken up.
 * @throws InputError for a film that cannot be read, or has no mask where masks are given, and a folder of other films.
 */
export async function withLungPictures(
  films: Dataset,
  { channel, model }: Lungs,
  folder: string,
  options: TrainOptions & { readonly size: number },
): Promise<Dataset> {
  const { size, seed, augment, copies = 0 } = options;
  const recipe = recipes[augment];
  await mkdir(join(folder, "lungs"), { recursive: true });
  const digits = String(films.samples.length - 1).length;
  const copiesOf = ({ split }: Sample) => (split === "train" ? copies : 0);
  const nameOf = (place: number, copy: string) => `${String(place).padStart(digits, "0")}${copy}`;
  const made = films.samples.flatMap((sample, place) =>
    ["", ...letters(copiesOf(sample))].map((copy): Sample => {
      const { mask: _, ...rest } = sample;
      return {
        ...rest,
        name: titleOf(sample, copy),
        seen: join(folder, "lungs", `${nameOf(place, copy)}.png`),
        ...(copy !== "" && { copyOf: sample.name }),
      };
    }),
  );
  const result = { ...films, samples: made };
  if (await isMade(join(folder, TABLE), made, size)) return result;
  const find = model && lungFinder(model);
  const rows: string[][] = [];
  const columns = ["file", "name", "film", "set", "patient", "copy", "size", ...Object.keys(changeColumns(recipe, []))];
  const bar = progressBar(films.samples.length, options);
  try {
    for (const [place, sample] of films.samples.entries()) {
      const { image } = await openFilm(sample.picture);
      const finder = find ?? (await maskFinder(sample, image));
      const pictures = await keidarPictures(image, finder, place, { ...channel, copies: copiesOf(sample), recipe, seed, size });
      for (const { copy, changes, picture, mask, lungs } of pictures) {
        const name = nameOf(place, copy);
        const write = (end: string, shown: Image) => writeFile(join(folder, "lungs", `${name}${end}.png`), encodePng(shown));
        await write("", picture);
        if (copy === "") await write(".mask", mask);
        if (copy === "" && lungs) await write(".crop", lungs);
        const { split = "", patient = "" } = sample;
        const about = [`lungs/${name}.png`, titleOf(sample, copy), sample.name, split, patient, copy, String(size)];
        rows.push([...about, ...Object.values(changeColumns(recipe, changes)).map(String)]);
      }
      bar.increment();
    }
  } finally {
    bar.stop();
  }
  await writeWhole(join(folder, TABLE), new TextEncoder().encode(writeCsv({ columns, rows })));
  return result;
}

const titleOf = ({ name }: Sample, copy: string): string => (copy === "" ? name : `${name}, copy ${copy}`);

const letters = (count: number): string[] => Array.from({ length: count }, (_, n) => String.fromCharCode(65 + n));

/** Whether the pictures of these films and copies are there. @throws InputError where they are of others, or of another size. */
async function isMade(table: string, samples: readonly Sample[], size: number): Promise<boolean> {
  const text = await readFile(table, "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const { columns, rows } = readCsv(text, table);
  const [name, side] = [columns.indexOf("name"), columns.indexOf("size")];
  const fits = rows.length === samples.length && rows.every((row, i) => row[name] === samples[i].name && row[side] === String(size));
  if (!fits) throw new InputError(table, `is of other pictures than the ${samples.length} of ${size} pixels that are to be made`);
  return true;
}

/** The film's own mask, changed and fitted in like its copies. */
async function maskFinder({ name, mask }: Sample, film: Image): Promise<CopyLungFinder> {
  if (mask === undefined) throw new InputError(name, "has no mask of its lungs");
  const drawn = await decodeImage(await readBytes(mask), `mask of ${name}`);
  if (drawn.width !== film.width || drawn.height !== film.height)
    throw new InputError(
      `mask of ${name}`,
      `must be as large as its film, ${film.width} × ${film.height}, got ${drawn.width} × ${drawn.height}`,
    );
  const half = drawn.bitDepth === 16 ? 32768 : 128;
  return async ({ width, height }, changes) => {
    const changed = applyToMask({ ...drawn, channels: 1, data: drawn.data.filter((_, i) => i % drawn.channels === 0) }, changes);
    const { image } = letterbox(changed, width, height, { filter: "nearest" });
    return { ...image, bitDepth: 16, data: Uint16Array.from(image.data, (level) => (level >= half ? 65535 : 0)) };
  };
}
