/** Parts of a picture. */
import type { Image } from "../loaders/image.ts";
import { roundHalfEven } from "./round-half-even.ts";

/** A rectangle of pixels, x to the right and y down from the top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The pixels inside a box.
 * @throws RangeError where the box is empty or reaches out of the picture.
 */
export function crop(image: Image, { x, y, width, height }: Box): Image {
  const inside = x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= image.width && y + height <= image.height;
  if (!inside || ![x, y, width, height].every(Number.isInteger)) {
    throw new RangeError(
      `crop: the box must lie in the picture, got ${width} × ${height} at (${x}, ${y}) of ${image.width} × ${image.height}`,
    );
  }
  const { channels, bitDepth } = image;
  const row = width * channels;
  const data = bitDepth === 16 ? new Uint16Array(row * height) : new Uint8Array(row * height);
  for (let j = 0; j < height; j++) {
    const start = ((y + j) * image.width + x) * channels;
    data.set(image.data.subarray(start, start + row), j * row);
  }
  return { width, height, channels, bitDepth, data };
}

/** Where the middle of a picture lies. Where it cannot be exact the offset is rounded to the even pixel, as torchvision's CenterCrop does. */
export const centerBox = (image: Pick<Image, "width" | "height">, width: number, height: number): Box => ({
  x: roundHalfEven((image.width - width) / 2),
  y: roundHalfEven((image.height - height) / 2),
  width,
  height,
});

/** A picture in a larger frame, at a box's place; `fill` is the value around it, in every channel. Undoes `crop`, but for what that cut off. */
export function uncrop(
  { width: w, height: h, channels, bitDepth, data }: Image,
  { x, y }: Pick<Box, "x" | "y">,
  width: number,
  height: number,
  fill: number,
): Image {
  const size = width * height * channels;
  const frame = (bitDepth === 16 ? new Uint16Array(size) : new Uint8Array(size)).fill(fill);
  for (let j = 0; j < h; j++) frame.set(data.subarray(j * w * channels, (j + 1) * w * channels), ((y + j) * width + x) * channels);
  return { width, height, channels, bitDepth, data: frame };
}
