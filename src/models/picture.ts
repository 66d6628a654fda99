/** Pictures on their way into a network. */
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import { checkFilm } from "../imaging/film.ts";
import type { Finding } from "../imaging/quality.ts";
import { type DecodeOptions, decodeImage, type Image } from "../loaders/image.ts";
import type { ModelDescription } from "./description.ts";
import type { LungFinder } from "./film-and-lungs.ts";
import { type Prepared, prepare } from "./preprocess.ts";

/** A picture: a path (Node), URL, Blob or bytes of a file, or decoded pixels. */
export type Picture = Source | Image;

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
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

/**
 * Reads and checks a film, before any network answers.
 * @throws InputError for a picture that cannot be read, can be no film by its shape, or is refused (`checks`).
 */
export async function openFilm(picture: Picture, { checks = "off", ...options }: ReadOptions = {}): Promise<Film> {
  const isDecoded = typeof picture === "object" && "bitDepth" in picture;
  const name = isDecoded ? "picture" : nameOf(picture);
  const image = isDecoded ? picture : await decodeImage(await readBytes(picture), name, options);
  if (isDecoded) checkPixels(image, name);
  checkFilm(image, name);
  const findings = checks === "off" ? [] : (await import("../imaging/quality.ts")).filmQuality(image);
  const refused = findings.filter(({ severity }) => severity === "refuse");
  if (checks === "refuse" && refused.length > 0) throw new InputError(name, refused.map(({ message }) => message).join("; "));
  return { image, findings };
}

/**
 * @param findLungs - for networks that see film and lungs.
 * @throws InputError as `openFilm` does.
 */
export async function readPicture(
  picture: Picture,
  { arch, input: wanted }: ModelDescription,
  options?: ReadOptions,
  findLungs?: LungFinder,
): Promise<Ready> {
  const start = performance.now();
  const { image, findings } = await openFilm(picture, options);
  const decoded = performance.now();
  if (wanted.lungs && !findLungs) throw new InputError(arch, "sees film and lungs, and nothing finds the lungs");
  const prepared =
    wanted.lungs && findLungs
      ? await (await import("./film-and-lungs.ts")).prepareWithLungs(image, wanted, wanted.lungs, findLungs)
      : await prepare(image, wanted);
  return { image, findings, prepared, decodeMs: decoded - start, preprocessMs: performance.now() - decoded };
}

/** Pixels from outside may be fewer than they are said to be. */
function checkPixels({ width, height, channels, data }: Image, name: string): void {
  const wanted = width * height * channels;
  if (data.length !== wanted) throw new InputError(name, `has ${data.length} values, ${width} × ${height} × ${channels} takes ${wanted}`);
}
