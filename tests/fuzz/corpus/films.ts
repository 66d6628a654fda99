/** Films of every format but PNG, decoded to pixels. */
import { readdirSync, readFileSync } from "node:fs";
import { decodeImage } from "../../../src/loaders/image.ts";
import type { Family, Seed } from "../family.ts";

const folder = new URL("../../fixtures/films/", import.meta.url);

/** Of kinds that are not read; the tests say of each why. */
const refused = [
  "animated.webp",
  "big.tif",
  "cmyk.jpg",
  "float.tif",
  "jpeg-extended-12.dcm",
  "jpeg.tif",
  "lossless.jpg",
  "one-bit.tif",
  "twelve-bit.jpg",
];

/** The small ones: a codec's time grows with the picture, and one field damaged is as good as another. */
const LARGEST = 32_768;

function seeds(): Seed[] {
  const names = readdirSync(folder).filter((name) => /\.(dcm|jpg|tif|bmp|webp)$/.test(name) && !refused.includes(name));
  return names
    .sort()
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) }))
    .filter(({ bytes }) => bytes.length <= LARGEST);
}

export const family: Family = { seeds, read: decodeImage };
