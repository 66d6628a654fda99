/** Pictures on their way into a network. */
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import { checkFilm } from "../imaging/film.ts";
import { toTensor } from "../imaging/normalise.ts";
import type { Finding } from "../imaging/quality.ts";
import { type DecodeOptions, decodeImage, type Image } from "../loaders/image.ts";
import { clinicalRow, clinicalTensor } from "./clinical-values.ts";
import type { InputDescription, ModelDescription } from "./description.ts";
import type { LungFinder } from "./film-and-lungs.ts";
import type { NetworkInputs } from "./network-inputs.ts";
import { type Prepared, prepare } from "./preprocess.ts";

/** A film: a path (Node), URL, Blob or bytes of a file, or decoded pixels. */
export type FilmPicture = Source | Image;

/** A film with the numbers that a network reads beside it, by name, in the units of its training. */
export interface FilmWithValues {
  readonly film: FilmPicture;
  readonly clinical: Readonly<Record<string, number>>;
}

/** What a model is asked about. */
export type Picture = FilmPicture | FilmWithValues;

const hasValues = (picture: Picture): picture is FilmWithValues => typeof picture === "object" && "film" in picture;

/** The film alone. */
export const filmOf = (picture: Picture): FilmPicture => (hasValues(picture) ? picture.film : picture);

/** Another film with the same numbers, where there are some. */
export const withFilm = (picture: Picture, film: FilmPicture): Picture => (hasValues(picture) ? { ...picture, film } : film);

/** What a picture is called in messages. */
export function pictureName(picture: Picture): string {
  const film = filmOf(picture);
  return isDecoded(film) ? "picture" : nameOf(film);
}

const isDecoded = (film: FilmPicture): film is Image => typeof film === "object" && "bitDepth" in film;

/** Whether pictures are checked to be films before a network sees them, and what becomes of those that fail. */
export type Checks = "refuse" | "warn" | "off";

/** How films are read. */
export interface ReadOptions extends DecodeOptions {
  /**
   * refuse: what `filmQuality` refuses is an error; warn: it is told among the findings, and answered; off (the default): nothing is
   * checked, since a network may be for other pictures.
   */
  readonly checks?: Checks;
}

/** A film as it was read, and what speaks against it. */
export interface Film {
  readonly image: Image;
  /** Empty where nothing was found, or nothing checked. */
  readonly findings: readonly Finding[];
}

/** A picture read and brought to the network's size, and how long that took. */
export interface Ready extends Film {
  readonly prepared: Prepared;
  /** In the order in which the network reads them, where it does. */
  readonly clinical?: readonly number[];
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

/**
 * Reads and checks a film, before any network answers.
 * @throws InputError for a picture that cannot be read, can be no film by its shape, or is refused (`checks`).
 */
export async function openFilm(picture: Picture, { checks = "off", ...options }: ReadOptions = {}): Promise<Film> {
  const film = filmOf(picture);
  const name = pictureName(picture);
  const image = isDecoded(film) ? film : await decodeImage(await readBytes(film), name, options);
  if (isDecoded(film)) checkPixels(image, name);
  checkFilm(image, name);
  const findings = checks === "off" ? [] : (await import("../imaging/quality.ts")).filmQuality(image);
  const refused = findings.filter(({ severity }) => severity === "refuse");
  if (checks === "refuse" && refused.length > 0) throw new InputError(name, refused.map(({ message }) => message).join("; "));
  return { image, findings };
}

/**
 * @param findLungs - for networks that see film and lungs.
 * @throws InputError as `openFilm` does, and for clinical values that are missing, or that the network does not read.
 */
export async function readPicture(
  picture: Picture,
  { arch, input: wanted }: ModelDescription,
  options?: ReadOptions,
  findLungs?: LungFinder,
): Promise<Ready> {
  const start = performance.now();
  const clinical = clinicalRow(wanted.clinical, hasValues(picture) ? picture.clinical : undefined, pictureName(picture));
  const { image, findings } = await openFilm(picture, options);
  const decoded = performance.now();
  if (wanted.lungs && !findLungs) throw new InputError(arch, "sees film and lungs, and nothing finds the lungs");
  const prepared =
    wanted.lungs && findLungs
      ? await (await import("./film-and-lungs.ts")).prepareWithLungs(image, wanted, wanted.lungs, findLungs)
      : await prepare(image, wanted);
  const times = { decodeMs: decoded - start, preprocessMs: performance.now() - decoded };
  return { image, findings, prepared, ...(clinical && { clinical }), ...times };
}

/** Pictures side by side, as the network takes them in. */
export function inputsOf(ready: readonly Ready[], wanted: InputDescription): NetworkInputs {
  const pictures = toTensor(
    ready.map(({ prepared }) => prepared.image),
    wanted,
  );
  const rows = ready.flatMap(({ clinical }) => (clinical ? [clinical] : []));
  return { pictures, ...(wanted.clinical && { clinical: clinicalTensor(wanted.clinical, rows) }) };
}

/** Pixels from outside may be fewer than they are said to be. */
function checkPixels({ width, height, channels, data }: Image, name: string): void {
  const wanted = width * height * channels;
  if (data.length !== wanted) throw new InputError(name, `has ${data.length} values, ${width} × ${height} × ${channels} takes ${wanted}`);
}
