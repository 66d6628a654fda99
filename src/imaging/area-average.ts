/** Shrinking by averaging what each pixel covers: OpenCV's INTER_AREA. */
import type { Image } from "../loaders/image.ts";
import { roundHalfEven } from "./round-half-even.ts";

/**
 * The picture at a size that is smaller or equal on both axes. 8 bits are averaged in float32 and in the order that OpenCV
 * takes, so that ties fall the same way; 16 bits in float64.
 */
export function areaAverage(image: Image, width: number, height: number): Image {
  const isWhole = image.width % width === 0 && image.height % height === 0;
  const data = isWhole ? averageBlocks(image, width, height) : averageParts(image, width, height);
  return { width, height, channels: image.channels, bitDepth: image.bitDepth, data };
}

/** Every output pixel covers whole pixels: an integer sum. */
function averageBlocks({ width: fromWidth, height: fromHeight, channels, bitDepth, data }: Image, width: number, height: number) {
  const across = fromWidth / width;
  const down = fromHeight / height;
  const share = bitDepth === 8 ? Math.fround(1 / (across * down)) : 1 / (across * down);
  // OpenCV's code for 2 × 2 rounds halves up, the general one to even; it has no 2 × 2 for two channels.
  const isQuad = across === 2 && down === 2 && channels !== 2;
  const result = bitDepth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  let position = 0;
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let y = j * down; y < (j + 1) * down; y++) {
          for (let x = i * across; x < (i + 1) * across; x++) sum += data[(y * fromWidth + x) * channels + c];
        }
        if (isQuad) result[position++] = (sum + 2) >> 2;
        else result[position++] = roundHalfEven(bitDepth === 8 ? Math.fround(Math.fround(sum) * share) : sum * share);
      }
    }
  }
  return result;
}

/** A source pixel's share of an output pixel. */
interface Part {
  readonly to: number;
  readonly from: number;
  readonly share: number;
}

function averageParts({ width: fromWidth, height: fromHeight, channels, bitDepth, data }: Image, width: number, height: number) {
  const rows = partsOf(fromHeight, height);
  const columns = partsOf(fromWidth, width);
  const length = width * channels;
  const sums = bitDepth === 8 ? new Float32Array(length) : new Float64Array(length);
  const row = bitDepth === 8 ? new Float32Array(length) : new Float64Array(length);
  const round = bitDepth === 8 ? Math.fround : (value: number) => value;
  const result = bitDepth === 16 ? new Uint16Array(length * height) : new Uint8Array(length * height);
  for (const [index, part] of rows.entries()) {
    row.fill(0);
    const rowShare = round(part.share);
    for (const { to, from, share } of columns) {
      const start = (part.from * fromWidth + from) * channels;
      for (let c = 0; c < channels; c++) row[to * channels + c] += round(data[start + c] * round(share));
    }
    for (let i = 0; i < length; i++) sums[i] += round(rowShare * row[i]);
    if (rows[index + 1]?.to === part.to) continue;
    for (let i = 0; i < length; i++) result[part.to * length + i] = roundHalfEven(sums[i]);
    sums.fill(0);
  }
  return result;
}

/** Which pixels each of the `to` covers, in order; a sliver under a thousandth of a pixel is left out, as in OpenCV. */
function partsOf(from: number, to: number): Part[] {
  const step = 1 / (to / from);
  const parts: Part[] = [];
  for (let i = 0; i < to; i++) {
    const begin = i * step;
    const end = begin + step;
    const covered = Math.min(step, from - begin);
    const last = Math.min(Math.floor(end), from - 1);
    const first = Math.min(Math.ceil(begin), last);
    if (first - begin > 1e-3) parts.push({ to: i, from: first - 1, share: (first - begin) / covered });
    for (let pixel = first; pixel < last; pixel++) parts.push({ to: i, from: pixel, share: 1 / covered });
    if (end - last > 1e-3) parts.push({ to: i, from: last, share: Math.min(end - last, 1, covered) / covered });
  }
  return parts;
}
