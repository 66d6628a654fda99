/** The part of a picture that a mask asks for. */
import type { Image } from "../loaders/image.ts";
import type { Box } from "./crop.ts";

/** The smallest box that holds what is not 0, with a margin as far as the picture goes; none for an empty mask. */
export function boundingBox({ width, height, channels, data }: Image, margin = 0): Box | undefined {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    const pixel = Math.floor(i / channels);
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (right < 0) return undefined;
  const x = Math.max(0, left - margin);
  const y = Math.max(0, top - margin);
  return { x, y, width: Math.min(width - 1, right + margin) - x + 1, height: Math.min(height - 1, bottom + margin) - y + 1 };
}
