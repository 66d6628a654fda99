/** A picture fitted into a frame without changing its aspect, and the way back. */
import type { Image } from "../loaders/image.ts";
import { type Box, crop, uncrop } from "./crop.ts";
import { type ResizeOptions, resize } from "./resize.ts";

/** Where the picture lies in the frame, and the size it had. */
export interface Placement extends Box {
  readonly sourceWidth: number;
  readonly sourceHeight: number;
}

export interface LetterboxOptions extends ResizeOptions {
  /** The value of the bars, in every channel. */
  readonly fill?: number;
}

/** The picture as large as fits (sides rounded down), in the middle; where the bars cannot be equal the right or lower one is wider. */
export function letterbox(
  image: Image,
  width: number,
  height: number,
  { fill = 0, ...options }: LetterboxOptions = {},
): { image: Image; placement: Placement } {
  // Compared as products, since a side computed by division may miss the frame's by a rounding.
  const isWide = image.width * height >= image.height * width;
  const w = isWide ? width : Math.max(1, Math.floor((image.width * height) / image.height));
  const h = isWide ? Math.max(1, Math.floor((image.height * width) / image.width)) : height;
  const placement = {
    x: Math.floor((width - w) / 2),
    y: Math.floor((height - h) / 2),
    width: w,
    height: h,
    sourceWidth: image.width,
    sourceHeight: image.height,
  };
  return { image: uncrop(resize(image, w, h, options), placement, width, height, fill), placement };
}

/** What lies in the frame (a heatmap, a mask) at the picture's own size. */
export function undoLetterbox(framed: Image, placement: Placement, options: ResizeOptions = {}): Image {
  return resize(crop(framed, placement), placement.sourceWidth, placement.sourceHeight, options);
}
