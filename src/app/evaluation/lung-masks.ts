/** Where the lungs of films are: by masks of their own, or as a network draws them. */
import { InputError, readBytes } from "../../bytes.ts";
import { thresholdMask } from "../../imaging/clean-mask.ts";
import { toGrey } from "../../imaging/grey.ts";
import { lungsIn } from "../../imaging/lung-mask.ts";
import { resize } from "../../imaging/resize.ts";
import { decodeImage, type Image } from "../../loaders/image.ts";
import { encodePng } from "../../loaders/png.ts";
import type { Model } from "../../models/model.ts";
import type { Sample } from "../../training/dataset.ts";

/**
 * The mask of a film, at its size. What the network draws is kept as PNG, so that several models ask for it once.
 * The function throws an InputError for a film on which the network draws no two lungs.
 */
export function lungMasks(segmenter: Pick<Model, "segment">): (film: Sample, image: Image) => Promise<Image> {
  const drawn = new Map<string, Uint8Array | InputError>();
  return async (film, image) => {
    if (film.mask !== undefined) return ownMask(film.mask, film.name, image);
    const known = drawn.get(film.name) ?? (await drawnMask(segmenter, film.name, image));
    drawn.set(film.name, known);
    if (known instanceof InputError) throw known;
    return decodeImage(known, `mask of ${film.name}`);
  };
}

async function ownMask(mask: NonNullable<Sample["mask"]>, name: string, { width, height }: Image): Promise<Image> {
  const own = toGrey(await decodeImage(await readBytes(mask), `mask of ${name}`));
  return own.width === width && own.height === height ? own : resize(own, width, height, { filter: "nearest" });
}

async function drawnMask(segmenter: Pick<Model, "segment">, name: string, image: Image): Promise<Uint8Array | InputError> {
  const { maps } = await segmenter.segment(image);
  const mask = thresholdMask(maps[0].map, 32767);
  const { problem } = lungsIn(mask);
  return problem === undefined ? encodePng(mask) : new InputError(name, `no lungs are found to hide: ${problem}`);
}
