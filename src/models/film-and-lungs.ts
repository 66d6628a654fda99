/** A film and its lungs as one picture of three channels, as the networks of Keidar et al. 2021 see it. */
import { InputError } from "../bytes.ts";
import { clahe } from "../imaging/clahe.ts";
import { cleanMask, thresholdMask } from "../imaging/clean-mask.ts";
import { toGrey } from "../imaging/grey.ts";
import { letterbox, type Placement, undoLetterbox } from "../imaging/letterbox.ts";
import { type ChannelOrder, keidarOrder, withMask } from "../imaging/mask-channel.ts";
import type { Image } from "../loaders/image.ts";
import type { InputDescription } from "./description.ts";
import type { Model } from "./model.ts";
import type { Prepared } from "./preprocess.ts";

/** How the picture is made; stored with every model that learns from such pictures. */
export interface LungChannel {
  readonly order: ChannelOrder;
  /** Of the film's equalisation at its own size (CLAHE, OpenCV's meaning of both). */
  readonly clipLimit: number;
  readonly tiles: number;
  /** The probability above which a pixel is lung. Published is 0, which keeps nearly all. */
  readonly threshold: number;
  /** The share of the pixels up to which parts of the mask are removed, and holes filled. */
  readonly leastPart: number;
  /** The model that found the lungs in training, by name and hash; none where masks were given. */
  readonly finder?: { readonly name: string; readonly hash: string };
}

/** Keidar 2021, but for the threshold. */
export const keidarChannel: LungChannel = { order: keidarOrder, clipLimit: 2, tiles: 8, threshold: 0.5, leastPart: 0.02 };

/** The probability of lung at each pixel of a grey picture, as a 16-bit picture of its size. */
export type LungFinder = (picture: Image) => Promise<Image>;

export interface FilmAndLungs {
  /** Three channels of 8 bits, in the order that was asked for. */
  readonly picture: Image;
  /** The equalised film at the same size. */
  readonly film: Image;
  /** The cleaned probability of lung, its highest value 255, and where it is: 255, elsewhere 0. */
  readonly mask: Image;
  readonly region: Image;
  readonly placement: Placement;
}

/** The film equalised, fitted into width × height with its aspect kept, and joined with its lungs. */
export async function filmAndLungs(
  film: Image,
  findLungs: LungFinder,
  { width, height }: Pick<InputDescription, "width" | "height">,
  { order, clipLimit, tiles, threshold, leastPart }: LungChannel,
): Promise<FilmAndLungs> {
  const equalised = clahe(greyBytes(film), { clipLimit, tilesX: tiles, tilesY: tiles });
  const { image, placement } = letterbox(equalised, width, height, { filter: "area" });
  const { mask, region } = lungMask(await findLungs(image), threshold, leastPart);
  return { picture: withMask(image, mask, order), film: image, mask, region, placement };
}

/** The same as a network's input, with the way back for maps. */
export async function prepareWithLungs(
  film: Image,
  input: InputDescription,
  channel: LungChannel,
  findLungs: LungFinder,
): Promise<Prepared> {
  const { picture, placement } = await filmAndLungs(film, findLungs, input, channel);
  return { image: picture, restore: (map) => undoLetterbox(map, placement, { filter: "bilinear" }) };
}

/** The probability where the cleaned region is, scaled so that its highest value is 255, and the region. */
function lungMask(probability: Image, threshold: number, leastPart: number): Pick<FilmAndLungs, "mask" | "region"> {
  const { width, height, data } = probability;
  const area = Math.floor(leastPart * width * height);
  const region = cleanMask(thresholdMask(probability, threshold * 65535), { removeObjectsUpTo: area, removeHolesUpTo: area });
  const inside = Uint16Array.from(data, (value, i) => (region.data[i] > 0 ? value : 0));
  const highest = inside.reduce((most, value) => Math.max(most, value), 0);
  const scaled = Uint8Array.from(inside, (value) => (highest > 0 ? Math.round((255 * value) / highest) : 0));
  return { mask: { width, height, channels: 1, bitDepth: 8, data: scaled }, region };
}

/** A grey picture of eight bits: the upper ones of films of more, as the authors shift them. */
export function greyBytes(film: Image): Image {
  const grey = toGrey(film);
  return grey.bitDepth === 16 ? { ...grey, bitDepth: 8, data: Uint8Array.from(grey.data, (value) => value >> 8) } : grey;
}

/**
 * The places of a segmentation's classes that are lung: its only one, or those with lung in their names; none where that is not clear.
 */
export function lungClasses(classes: readonly string[]): number[] {
  return classes.length === 1 ? [0] : classes.flatMap((label, place) => (/lung/i.test(label) ? [place] : []));
}

/**
 * Finds lungs by a model. Its classes exclude each other, or, as a right and a left lung, do not meet, so that their probabilities add up.
 * @throws InputError for a model that draws no lungs.
 */
export function lungFinder(model: Pick<Model, "description" | "segment">): LungFinder {
  const { task, arch, classes } = model.description;
  const places = task === "segmentation" ? lungClasses(classes) : [];
  if (places.length === 0) throw new InputError(arch, `draws no lungs, it is a ${task} model for ${classes.join(", ")}`);
  return async (picture) => {
    const { maps } = await model.segment(picture);
    const { width, height } = picture;
    const sumAt = (pixel: number): number => places.reduce((sum, place) => sum + maps[place].map.data[pixel], 0);
    const data = Uint16Array.from({ length: width * height }, (_, pixel) => Math.min(65535, sumAt(pixel)));
    return { width, height, channels: 1, bitDepth: 16, data };
  };
}
