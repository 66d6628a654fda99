/** Every operation on pictures, on a drawn film of 8 and of 16 bits, as hashes of the bytes that it gives: the same in every engine. */

import { addNoise } from "../../src/imaging/add-noise.ts";
import { rotation, scaling, shear, shift, warp } from "../../src/imaging/affine.ts";
import { areaAverage } from "../../src/imaging/area-average.ts";
import { brightness } from "../../src/imaging/brightness.ts";
import { clahe } from "../../src/imaging/clahe.ts";
import { cleanMask, thresholdMask } from "../../src/imaging/clean-mask.ts";
import { applyColourMap, colourTable, densitySlices, threeWindows } from "../../src/imaging/colour-map.ts";
import { colourMaps } from "../../src/imaging/colour-names.ts";
import { components } from "../../src/imaging/components.ts";
import { contours } from "../../src/imaging/contour.ts";
import { contrast } from "../../src/imaging/contrast.ts";
import { elastic } from "../../src/imaging/elastic.ts";
import { equalize } from "../../src/imaging/equalize.ts";
import { gamma } from "../../src/imaging/gamma.ts";
import { gaussianBlur } from "../../src/imaging/gaussian-blur.ts";
import { letterbox, undoLetterbox } from "../../src/imaging/letterbox.ts";
import { keidarOrder, withMask } from "../../src/imaging/mask-channel.ts";
import { toTensor } from "../../src/imaging/normalise.ts";
import { orientations } from "../../src/imaging/orientation.ts";
import { phantom } from "../../src/imaging/phantom.ts";
import { filmQuality } from "../../src/imaging/quality.ts";
import { resize } from "../../src/imaging/resize.ts";
import { sharpen } from "../../src/imaging/sharpen.ts";
import type { Image } from "../../src/loaders/image.ts";
import { sha256 } from "../../src/loaders/sha256.ts";

/** A picture, numbers, or anything that JSON can hold. */
type Result = Image | Float32Array | object;

/** A mask of what is lighter than most. */
const bright = (film: Image): Image => thresholdMask(film, film.bitDepth === 16 ? 30_000 : 110);

const operations: Readonly<Record<string, (film: Image) => Result>> = {
  phantom: (film) => film,
  clahe: (film) => clahe(film),
  "clahe of odd tiles": (film) => clahe(film, { clipLimit: 3.5, tilesX: 3, tilesY: 5 }),
  equalize: (film) => equalize(film),
  gamma: (film) => gamma(film, 0.7),
  "gamma above 1": (film) => gamma(film, 2.2),
  brightness: (film) => brightness(film, 1.17),
  contrast: (film) => contrast(film, 0.83),
  rotation: (film) => warp(film, rotation(7.3, film)),
  shear: (film) => warp(film, shear(-4.1, film)),
  scale: (film) => warp(film, scaling(1.13, 0.91, film)),
  shift: (film) => warp(film, shift(3.4, -2.6)),
  elastic: (film) => elastic(film, { columns: 4, rows: 5, magnitude: 3.5 }, 11),
  blur: (film) => gaussianBlur(film, 1.7),
  sharpen: (film) => sharpen(film, 0.6),
  noise: (film) => addNoise(film, 0.03, 5),
  "resize, bilinear": (film) => resize(film, 61, 45),
  "resize, bilinear without antialias": (film) => resize(film, 61, 45, { antialias: false }),
  "area average": (film) => areaAverage(film, 37, 29),
  letterbox: (film) => letterbox(film, 128, 100).image,
  "undone letterbox": (film) => {
    const { image, placement } = letterbox(film, 128, 100);
    return undoLetterbox(image, placement);
  },
  "three windows": (film) => densitySlices(film, threeWindows),
  "mask channel": (film) => withMask(film, equalize(film), keidarOrder),
  components: (film) => components(bright(film)),
  "clean mask": (film) => cleanMask(bright(film), { removeObjectsUpTo: 20, removeHolesUpTo: 20 }),
  contours: (film) => contours(bright(film)),
  "z-score": (film) => toTensor([film], { mean: [0], std: [1], standardise: true }).data,
  "ImageNet's numbers": (film) => toTensor([film], { mean: [0.485], std: [0.229] }).data,
  quality: (film) => filmQuality(film),
  orientations: (film) => orientations(film),
  ...Object.fromEntries(colourMaps.map((name) => [`colours of ${name}`, (film: Image) => applyColourMap(film, colourTable(name))])),
};

/** The SHA-256 of each operation's result, by its name and the film's bits. */
export async function hashes(): Promise<Record<string, string>> {
  const { image } = phantom({ size: 96, seed: 3, opacities: 2 });
  const deep: Image = { ...image, bitDepth: 16, data: Uint16Array.from(image.data, (value, i) => value * 256 + (i % 251)) };
  const found: Record<string, string> = {};
  for (const film of [image, deep]) {
    for (const [name, operation] of Object.entries(operations))
      found[`${name}, ${film.bitDepth} bits`] = await sha256(bytesOf(operation(film)));
  }
  return found;
}

const numbers = (values: Uint8Array | Uint16Array | Float32Array | Int32Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

function bytesOf(result: Result): Uint8Array<ArrayBuffer> {
  if (result instanceof Float32Array) return numbers(result);
  if ("data" in result && ArrayBuffer.isView(result.data)) return numbers(result.data as Uint8Array);
  return new TextEncoder().encode(JSON.stringify(result, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value)));
}
