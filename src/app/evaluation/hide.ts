/** Films of which a part is hidden, to see what a model does without it. */
import type { Image } from "../../loaders/image.ts";

/** The outer frame's width by the picture's shorter side: 8 of 224 pixels. */
const BORDER = 1 / 28;

/**
 * The film with everything under the mask (above 0) filled with the mean of the rest, channel by channel, so that what fills it tells
 * nothing of what it hides. The outline of the mask stays to be seen.
 * @throws RangeError for a mask of another size, or one that leaves nothing.
 */
export function hideUnder(film: Image, mask: Image): Image {
  if (mask.width !== film.width || mask.height !== film.height)
    throw new RangeError(
      `hideUnder: film and mask must have one size, got ${film.width} × ${film.height} and ${mask.width} × ${mask.height}`,
    );
  return hidden(film, (pixel) => mask.data[pixel * mask.channels] > 0);
}

/** The film with nothing left but its outer frame; all within is filled with the frame's mean. */
export function showBorder(film: Image): Image {
  const { width, height } = film;
  const frame = Math.max(1, Math.round(Math.min(width, height) * BORDER));
  return hidden(film, (pixel) => {
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    return x >= frame && x < width - frame && y >= frame && y < height - frame;
  });
}

function hidden(film: Image, isHidden: (pixel: number) => boolean): Image {
  const { channels, data } = film;
  const pixels = film.width * film.height;
  const sums = new Array<number>(channels).fill(0);
  let left = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (isHidden(pixel)) continue;
    left++;
    for (let c = 0; c < channels; c++) sums[c] += data[pixel * channels + c];
  }
  if (left === 0) throw new RangeError("hideUnder: the mask leaves nothing of the film");
  const means = sums.map((sum) => Math.round(sum / left));
  const filled = data.slice();
  for (let pixel = 0; pixel < pixels; pixel++) if (isHidden(pixel)) filled.set(means, pixel * channels);
  return { ...film, data: filled };
}
