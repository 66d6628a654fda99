/** The pictures of Keidar 2021 as they are made before training: copies with changes, equalised, brought to size, and joined with their lungs. */
import { boundingBox } from "../imaging/bounding-box.ts";
import { crop } from "../imaging/crop.ts";
import type { Image } from "../loaders/image.ts";
import { filmAndLungs, greyBytes, keidarChannel, type LungChannel } from "../models/film-and-lungs.ts";
import { applyChanges, type Change, drawChanges, type Recipe } from "../training/augment.ts";
import { keidar } from "../training/recipes.ts";

/** The probability of lung at each pixel of a grey picture, as a 16-bit picture of its size, given what was changed in it. */
export type CopyLungFinder = (picture: Image, changes: readonly Change[]) => Promise<Image>;

export interface KeidarPicturesOptions extends Partial<Omit<LungChannel, "finder">> {
  /** Changed copies beside the film itself, called A, B, C, …; 4 by default. */
  readonly copies?: number;
  readonly recipe?: Recipe;
  readonly seed?: number;
  /** Pixels along each side. */
  readonly size?: number;
  /** Pixels around the lungs' box in `lungs`. */
  readonly margin?: number;
}

export interface KeidarPicture {
  /** "" for the film itself, then "A", "B", …: what its file's name ends in. */
  readonly copy: string;
  readonly changes: readonly Change[];
  /** Three channels of 8 bits, in the order that was asked for. */
  readonly picture: Image;
  /** The cleaned probability of lung, its highest value 255. */
  readonly mask: Image;
  /** The equalised film within the lungs' box; none where no lung is found. */
  readonly lungs?: Image;
}

/**
 * A film and its changed copies, each as its networks see it. The same seed and number give the same changes.
 * @param number - the film's own, so that films are changed differently.
 */
export async function keidarPictures(
  film: Image,
  findLungs: CopyLungFinder,
  number: number,
  { copies = 4, recipe = keidar, seed = 1234, size = 1024, margin = 50, ...channel }: KeidarPicturesOptions = {},
): Promise<KeidarPicture[]> {
  const grey = greyBytes(film);
  const pictures: KeidarPicture[] = [];
  for (let n = 0; n <= copies; n++) {
    const changes = n === 0 ? [] : drawChanges(recipe, seed, number, n);
    const changed = applyChanges(grey, changes);
    const find = (picture: Image) => findLungs(picture, changes);
    const {
      picture,
      mask,
      region,
      film: sized,
    } = await filmAndLungs(changed, find, { width: size, height: size }, { ...keidarChannel, ...channel });
    const box = boundingBox(region, margin);
    pictures.push({ copy: n === 0 ? "" : String.fromCharCode(64 + n), changes, picture, mask, lungs: box && crop(sized, box) });
  }
  return pictures;
}

/** What was done to a copy as the authors record it: 0 or 1 for each step that its recipe may take. */
export function changeColumns({ steps }: Recipe, changes: readonly Change[]): Record<string, 0 | 1> {
  const ops = steps.flatMap((step) => (step.op === "oneOf" ? step.steps.map(({ op }) => op) : [step.op]));
  return Object.fromEntries(ops.map((op) => [op, changes.some((change) => change.op === op) ? 1 : 0]));
}

export interface FilmFile {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
}

/**
 * Why the authors leave a file out, where they do: a name that hints at another examination or a lateral view, a side below 600 pixels, or
 * so few bytes that it was compressed hard.
 */
export function keidarRefusal({ name, width, height, sizeBytes }: FilmFile, { lateral = false } = {}): string | undefined {
  const least = Math.min(width, height);
  if (/(^|[^a-z])(pet|ct)([^a-z]|$)/i.test(name)) return "its name hints at PET or CT";
  if (!lateral && /(^|[^a-z])lat(eral)?([^a-z]|$)/i.test(name)) return "its name hints at a lateral view";
  if (least < 600) return `a side has ${least} pixels, 600 are needed`;
  const needed = Math.ceil(Math.max(least ** 2 / 1.1, (width * height) / 2));
  return sizeBytes < needed ? `it has ${sizeBytes} bytes, ${needed} are needed of a picture of its size` : undefined;
}
