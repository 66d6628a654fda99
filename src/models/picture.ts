/** Pictures on their way into a network. */
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import { checkFilm } from "../imaging/film.ts";
import { type DecodeOptions, decodeImage, type Image } from "../loaders/image.ts";
import type { ModelDescription } from "./description.ts";
import { type Prepared, prepare } from "./preprocess.ts";

/** A picture: a path (Node), URL, Blob or bytes of a file, or decoded pixels. */
export type Picture = Source | Image;

/** A picture read and brought to the network's size, and how long that took. */
export interface Ready {
  readonly image: Image;
  readonly prepared: Prepared;
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

/** @throws InputError for a picture that cannot be read, or can be no film. */
export async function readPicture(picture: Picture, { input: wanted }: ModelDescription, options?: DecodeOptions): Promise<Ready> {
  const start = performance.now();
  const isDecoded = typeof picture === "object" && "bitDepth" in picture;
  const name = isDecoded ? "picture" : nameOf(picture);
  const image = isDecoded ? picture : await decodeImage(await readBytes(picture), name, options);
  if (isDecoded) checkPixels(image, name);
  checkFilm(image, name);
  const decoded = performance.now();
  const prepared = prepare(image, wanted);
  return { image, prepared, decodeMs: decoded - start, preprocessMs: performance.now() - decoded };
}

/** Pixels from outside may be fewer than they are said to be. */
function checkPixels({ width, height, channels, data }: Image, name: string): void {
  const wanted = width * height * channels;
  if (data.length !== wanted) throw new InputError(name, `has ${data.length} values, ${width} × ${height} × ${channels} takes ${wanted}`);
}
