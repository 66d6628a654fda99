/** Equalisation of the whole picture's histogram, as OpenCV's `equalizeHist` does it. */
import type { Image } from "../loaders/image.ts";
import { roundHalfEven } from "./round-half-even.ts";

/**
 * The picture with its values spread so that each grey level is as frequent as every other, the darkest one black. 8-bit pictures come out
 * bit for bit as OpenCV's, 16-bit ones by the same formula with 65,536 bins. Channels are treated alike, each alone; a blank one stays.
 */
export function equalize({ width, height, channels, bitDepth, data }: Image): Image {
  const result = bitDepth === 16 ? new Uint16Array(data.length) : new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) {
    const histogram = new Int32Array(2 ** bitDepth);
    for (let i = c; i < data.length; i += channels) histogram[data[i]]++;
    const curve = equalizing(histogram, width * height);
    for (let i = c; i < data.length; i += channels) result[i] = curve[data[i]];
  }
  return { width, height, channels, bitDepth, data: result };
}

function equalizing(histogram: Int32Array, pixels: number): Uint16Array {
  const white = histogram.length - 1;
  const darkest = histogram.findIndex((count) => count > 0);
  const others = pixels - histogram[darkest];
  if (others === 0) return Uint16Array.from(histogram, (_, value) => value);
  const scale = Math.fround(white / others);
  let sum = 0;
  return Uint16Array.from(histogram, (count, value) => {
    if (value > darkest) sum += count;
    return Math.min(white, roundHalfEven(Math.fround(sum * scale)));
  });
}
