/** Maps over films. */
import { type ColourTable, colourTable } from "../imaging/colour-map.ts";
import { contours } from "../imaging/contour.ts";
import { toRgb } from "../imaging/rgb.ts";
import type { Image } from "../loaders/image.ts";
import { type Levels, shareOf } from "./heat-map.ts";

export interface OverlayOptions {
  /** Colours from nothing to the strongest; where the map has signs, from the strongest against to the strongest for. turbo, or bwr. */
  readonly table?: ColourTable;
  /** How much of the film the strongest covers. */
  readonly opacity?: number;
  /** Whether the colour's opacity grows with the map's magnitude, or is the same everywhere. */
  readonly blend?: "heat" | "even";
  /** A mask whose parts are outlined in white. */
  readonly outline?: Image;
}

/**
 * A film with a map over it, in colours of 8 bits.
 * @throws RangeError if the sizes differ.
 */
export function overlay(
  film: Image,
  { image, isSigned }: Levels,
  { table, opacity = 0.6, blend = "heat", outline }: OverlayOptions = {},
): Image {
  const { width, height } = film;
  if (image.width !== width || image.height !== height)
    throw new RangeError(`overlay: the film is ${width} × ${height}, the map ${image.width} × ${image.height}`);
  const colours = table ?? colourTable(isSigned ? "bwr" : "turbo");
  const { data } = toRgb(inEightBits(film));
  for (let p = 0; p < width * height; p++) {
    const share = shareOf(image.data[p], isSigned);
    const level = Math.round(255 * (isSigned ? (share + 1) / 2 : share));
    const alpha = opacity * (blend === "heat" ? Math.abs(share) : 1);
    for (let c = 0; c < 3; c++) data[3 * p + c] = Math.round((1 - alpha) * data[3 * p + c] + alpha * colours[3 * level + c]);
  }
  for (const [x, y] of outline ? contours(outline).flat() : []) data.fill(255, 3 * (y * width + x), 3 * (y * width + x) + 3);
  return { width, height, channels: 3, bitDepth: 8, data };
}

/** A film as it is shown: of 16 bits the upper eight. */
export function inEightBits(film: Image): Image {
  return film.bitDepth === 8 ? film : { ...film, bitDepth: 8, data: Uint8Array.from(film.data, (value) => value >> 8) };
}
