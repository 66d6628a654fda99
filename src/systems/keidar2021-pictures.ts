/** The pictures of Keidar 2021 as they are made before training: copies with changes, equalised, brought to size, and joined with their lungs. */
import { boundingBox } from "../imaging/bounding-box.ts";
import { clahe } from "../imaging/clahe.ts";
import { cleanMask, thresholdMask } from "../imaging/clean-mask.ts";
import { crop } from "../imaging/crop.ts";
import { toGrey } from "../imaging/grey.ts";
import { letterbox } from "../imaging/letterbox.ts";
import { type ChannelOrder, keidarOrder, withMask } from "../imaging/mask-channel.ts";
import type { Image } from "../loaders/image.ts";
import { applyChanges, type Change, drawChanges, type Recipe } from "../training/augment.ts";
import { keidar } from "../training/recipes.ts";

/** The probability of lung at each pixel of a grey picture, as a 16-bit picture of its size: what `Model.segment` gives. */
export type LungFinder = (picture: Image) => Promise<Image>;

export interface KeidarPicturesOptions {
  /** Changed copies beside the film itself, called A, B, C, …; 4 by default. */
  readonly copies?: number;
  readonly recipe?: Recipe;
  readonly seed?: number;
  /** Of the equalisation. */
  readonly clipLimit?: number;
  readonly tiles?: number;
  /** Pixels along each side. */
  readonly size?: number;
  /** The probability above which a pixel is lung. Published is 0, which keeps nearly all. */
  readonly threshold?: number;
  /** The share of the pixels up to which parts of the mask are removed, and holes filled. */
  readonly leastPart?: number;
  /** To be stored with every model that learns from the pictures. */
  readonly order?: ChannelOrder;
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
  findLungs: LungFinder,
  number: number,
  {
    copies = 4,
    recipe = keidar,
    seed = 1234,
    clipLimit = 2,
    tiles = 8,
    size = 1024,
    threshold = 0.5,
    leastPart = 0.02,
    order = keidarOrder,
    margin = 50,
  }: KeidarPicturesOptions = {},
): Promise<KeidarPicture[]> {
  const grey = inBytes(toGrey(film));
  const pictures: KeidarPicture[] = [];
  for (let n = 0; n <= copies; n++) {
    const changes = n === 0 ? [] : drawChanges(recipe, seed, number, n);
    const equalised = clahe(applyChanges(grey, changes), { clipLimit, tilesX: tiles, tilesY: tiles });
    const { image } = letterbox(equalised, size, size, { filter: "area" });
    const { mask, region } = lungMask(await findLungs(image), threshold, leastPart);
    const box = boundingBox(region, margin);
    pictures.push({
      copy: n === 0 ? "" : String.fromCharCode(64 + n),
      changes,
      picture: withMask(image, mask, order),
      mask,
      lungs: box && crop(image, box),
    });
  }
  return pictures;
}

/** The probability where the cleaned region is, scaled so that its highest value is 255, and the region. */
function lungMask(probability: Image, threshold: number, leastPart: number): { readonly mask: Image; readonly region: Image } {
  const { width, height, data } = probability;
  const area = Math.floor(leastPart * width * height);
  const region = cleanMask(thresholdMask(probability, threshold * 65535), { removeObjectsUpTo: area, removeHolesUpTo: area });
  const inside = Uint16Array.from(data, (value, i) => (region.data[i] > 0 ? value : 0));
  const highest = inside.reduce((most, value) => Math.max(most, value), 0);
  const scaled = Uint8Array.from(inside, (value) => (highest > 0 ? Math.round((255 * value) / highest) : 0));
  return { mask: { width, height, channels: 1, bitDepth: 8, data: scaled }, region };
}

/** The upper eight bits, as the authors shift films of more. */
const inBytes = (image: Image): Image =>
  image.bitDepth === 16 ? { ...image, bitDepth: 8, data: Uint8Array.from(image.data, (value) => value >> 8) } : image;

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
