/** A picture brought to a network's input, as the model's description says, and the way back for maps. */
import { centerBox, crop, uncrop } from "../imaging/crop.ts";
import { equalize } from "../imaging/equalize.ts";
import { toGrey } from "../imaging/grey.ts";
import { letterbox, undoLetterbox } from "../imaging/letterbox.ts";
import { resize } from "../imaging/resize.ts";
import { toRgb } from "../imaging/rgb.ts";
import type { Image } from "../loaders/image.ts";
import type { InputDescription } from "./description.ts";

/** A picture at the network's size, and how a map of that size goes back onto the original. */
export interface Prepared {
  readonly image: Image;
  /** `outside` is the map's value where a centre crop has cut the picture off; 0 by default. */
  restore(map: Image, outside?: number): Image;
}

/** The picture in the network's channels and at its size. */
export async function prepare(picture: Image, wanted: InputDescription): Promise<Prepared> {
  const sized = atSize(await inColours(picture, wanted), wanted);
  return wanted.equalize ? { ...sized, image: equalize(sized.image) } : sized;
}

/** The picture as it is shown to the network: colours that are made of grey levels are loaded when a network wants them. */
async function inColours(picture: Image, { pseudoColour, colour }: InputDescription): Promise<Image> {
  if (pseudoColour) return (await import("../imaging/pseudo-colour.ts")).pseudoColoured(picture, pseudoColour);
  return colour === "rgb" ? picture : toGrey(picture);
}

function atSize(picture: Image, { height, width, channels, resize: rule, shorterSide, filter, antialias }: InputDescription): Prepared {
  const source = channels === 3 ? toRgb(picture) : picture;
  const options = { filter, antialias };
  if (rule === "letterbox") {
    const { image, placement } = letterbox(source, width, height, options);
    return { image, restore: (map) => undoLetterbox(map, placement, { filter: "bilinear" }) };
  }
  if (rule === "stretch") {
    const image = source.width === width && source.height === height ? source : resize(source, width, height, options);
    return { image, restore: (map) => resize(map, picture.width, picture.height, { filter: "bilinear" }) };
  }
  // torchvision's Resize: the longer side is truncated, not rounded.
  const isWide = source.width > source.height;
  const longer = Math.trunc((shorterSide * Math.max(source.width, source.height)) / Math.min(source.width, source.height));
  const [w, h] = isWide ? [longer, shorterSide] : [shorterSide, longer];
  const resized = resize(source, w, h, options);
  const box = centerBox(resized, width, height);
  return {
    image: crop(resized, box),
    restore: (map, outside = 0) => resize(uncrop(map, box, w, h, outside), picture.width, picture.height, { filter: "bilinear" }),
  };
}
