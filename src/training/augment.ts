/** Augmentation: what may be done to a picture, what is done to one, and doing it. */
import { addNoise } from "../imaging/add-noise.ts";
import { type Affine, compose, flip, flipVertically, rotation, type Size, scaling, shear, shift, warp } from "../imaging/affine.ts";
import { brightness } from "../imaging/brightness.ts";
import { clahe } from "../imaging/clahe.ts";
import { contrast } from "../imaging/contrast.ts";
import { crop } from "../imaging/crop.ts";
import { type Draws, draws } from "../imaging/draws.ts";
import { elastic } from "../imaging/elastic.ts";
import { equalize } from "../imaging/equalize.ts";
import { gamma } from "../imaging/gamma.ts";
import { gaussianBlur } from "../imaging/gaussian-blur.ts";
import { randomCrop } from "../imaging/random-crop.ts";
import { resize } from "../imaging/resize.ts";
import { sharpen } from "../imaging/sharpen.ts";
import type { Image } from "../loaders/image.ts";

/** From, to; one of the numbers between is drawn, all equally likely. */
export type Range = readonly [number, number];

/** What may be done to a picture, with the range its numbers are drawn from. */
export type Step = { /** How likely it is done; 1 by default. */ readonly probability?: number } & (
  | { readonly op: "brightness"; readonly factor: Range }
  | { readonly op: "contrast"; readonly factor: Range }
  | { readonly op: "gamma"; readonly exponent: Range }
  /** `tiles`: across and down, a whole number. */
  | { readonly op: "clahe"; readonly clipLimit: Range; readonly tiles: Range }
  | { readonly op: "equalize" | "flip" | "flipVertically" }
  | { readonly op: "rotate"; readonly degrees: Range }
  | { readonly op: "shear"; readonly degrees: Range }
  /** Across and down are drawn apart. */
  | { readonly op: "scale"; readonly factor: Range }
  /** A share of the picture's width, and one of its height. */
  | { readonly op: "shift"; readonly share: Range }
  /** `sigma` in pixels. */
  | { readonly op: "blur"; readonly sigma: Range }
  | { readonly op: "sharpen"; readonly alpha: Range }
  /** `deviation` as a share of white. */
  | { readonly op: "noise"; readonly deviation: Range }
  /** `magnitude` as a share of the picture's shorter side. */
  | { readonly op: "elastic"; readonly columns: number; readonly rows: number; readonly magnitude: number }
  /** A part of the picture, enlarged to the picture's size. */
  | { readonly op: "resizedCrop"; readonly area: Range; readonly ratio: Range }
  | { readonly op: "oneOf"; readonly steps: readonly Step[] }
);

export interface Recipe {
  readonly steps: readonly Step[];
  /** The order of the steps: as they stand, or another one every time. */
  readonly order?: "fixed" | "random";
}

/** What is done to one picture: plain numbers, to be recorded or done again. Lengths are shares, so that they fit a picture of any size. */
export type Change =
  | { readonly op: "brightness" | "contrast"; readonly factor: number }
  | { readonly op: "gamma"; readonly exponent: number }
  | { readonly op: "clahe"; readonly clipLimit: number; readonly tiles: number }
  | { readonly op: "equalize" | "flip" | "flipVertically" }
  | { readonly op: "rotate" | "shear"; readonly degrees: number }
  | { readonly op: "scale" | "shift"; readonly x: number; readonly y: number }
  | { readonly op: "blur"; readonly sigma: number }
  | { readonly op: "sharpen"; readonly alpha: number }
  | { readonly op: "noise"; readonly deviation: number; readonly seed: number }
  | { readonly op: "elastic"; readonly columns: number; readonly rows: number; readonly magnitude: number; readonly seed: number }
  | { readonly op: "resizedCrop"; readonly area: Range; readonly ratio: Range; readonly seed: number };

/** What a recipe does to the picture that belongs to a key, such as (seed, epoch, index). */
export function drawChanges({ steps, order = "fixed" }: Recipe, ...key: readonly number[]): Change[] {
  const random = draws(...key);
  const ordered = [...steps];
  if (order === "random") {
    for (let i = ordered.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [ordered[i], ordered[j]] = [ordered[j], ordered[i]];
    }
  }
  return ordered.flatMap((step) => drawStep(step, random));
}

function drawStep(step: Step, random: Draws): Change[] {
  if (!random.chance(step.probability ?? 1)) return [];
  const { op } = step;
  const seed = () => random.below(2 ** 32);
  switch (op) {
    case "brightness":
    case "contrast":
      return [{ op, factor: random.uniform(...step.factor) }];
    case "gamma":
      return [{ op, exponent: random.uniform(...step.exponent) }];
    case "clahe":
      return [{ op, clipLimit: random.uniform(...step.clipLimit), tiles: step.tiles[0] + random.below(step.tiles[1] - step.tiles[0] + 1) }];
    case "equalize":
    case "flip":
    case "flipVertically":
      return [{ op }];
    case "rotate":
    case "shear":
      return [{ op, degrees: random.uniform(...step.degrees) }];
    case "scale":
      return [{ op, x: random.uniform(...step.factor), y: random.uniform(...step.factor) }];
    case "shift":
      return [{ op, x: random.uniform(...step.share), y: random.uniform(...step.share) }];
    case "blur":
      return [{ op, sigma: random.uniform(...step.sigma) }];
    case "sharpen":
      return [{ op, alpha: random.uniform(...step.alpha) }];
    case "noise":
      return [{ op, deviation: random.uniform(...step.deviation), seed: seed() }];
    case "elastic":
      return [{ op, columns: step.columns, rows: step.rows, magnitude: step.magnitude, seed: seed() }];
    case "resizedCrop":
      return [{ op, area: step.area, ratio: step.ratio, seed: seed() }];
    case "oneOf":
      return drawStep(step.steps[random.below(step.steps.length)], random);
  }
}

/** The picture after the changes. Straight transforms that follow each other are one, so that pixels are mixed once. */
export const applyChanges = (image: Image, changes: readonly Change[]): Image => apply(image, changes, "bilinear");

/** The mask of a changed picture: it goes where the picture goes, its values stay. */
export const applyToMask = (mask: Image, changes: readonly Change[]): Image =>
  apply(
    mask,
    changes.filter(({ op }) => moving.has(op)),
    "nearest",
  );

/** Changes of where things are; all others are of how they look. */
const moving: ReadonlySet<Change["op"]> = new Set([
  "flip",
  "flipVertically",
  "rotate",
  "shear",
  "scale",
  "shift",
  "elastic",
  "resizedCrop",
]);

function apply(image: Image, changes: readonly Change[], filter: "bilinear" | "nearest"): Image {
  let result = image;
  let waiting: Affine | undefined;
  for (const change of changes) {
    const transform = transformOf(change, image);
    if (transform) {
      waiting = waiting ? compose(waiting, transform) : transform;
      continue;
    }
    if (waiting) result = warp(result, waiting, { filter });
    waiting = undefined;
    result = look(result, change, filter);
  }
  return waiting ? warp(result, waiting, { filter }) : result;
}

function transformOf(change: Change, size: Size): Affine | undefined {
  switch (change.op) {
    case "rotate":
      return rotation(change.degrees, size);
    case "shear":
      return shear(change.degrees, size);
    case "scale":
      return scaling(change.x, change.y, size);
    case "shift":
      return shift(change.x * size.width, change.y * size.height);
    case "flip":
      return flip(size);
    case "flipVertically":
      return flipVertically(size);
    default:
      return undefined;
  }
}

/** A change that is no straight transform. */
function look(image: Image, change: Change, filter: "bilinear" | "nearest"): Image {
  switch (change.op) {
    case "brightness":
      return brightness(image, change.factor);
    case "contrast":
      return contrast(image, change.factor);
    case "gamma":
      return gamma(image, change.exponent);
    case "clahe":
      return clahe(image, { clipLimit: change.clipLimit, tilesX: change.tiles, tilesY: change.tiles });
    case "equalize":
      return equalize(image);
    case "blur":
      return gaussianBlur(image, change.sigma);
    case "sharpen":
      return sharpen(image, change.alpha);
    case "noise":
      return addNoise(image, change.deviation, change.seed);
    case "elastic":
      return elastic(image, { ...change, magnitude: change.magnitude * Math.min(image.width, image.height) }, change.seed, { filter });
    case "resizedCrop":
      return resize(crop(image, randomCrop(image, change, draws(change.seed))), image.width, image.height, { filter });
    default:
      return image;
  }
}
