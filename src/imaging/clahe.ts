/** Contrast-limited adaptive histogram equalisation (Zuiderveld 1994), as OpenCV does it. */
import type { Image } from "../loaders/image.ts";
import { reflect } from "./reflect.ts";
import { roundHalfEven } from "./round-half-even.ts";

export interface ClaheOptions {
  /** How many times the mean a bin of a tile's histogram may hold; what is above is spread over all bins. */
  readonly clipLimit?: number;
  /** The number of tiles across and down. */
  readonly tilesX?: number;
  readonly tilesY?: number;
}

/**
 * The picture with the histogram of each tile equalised, and neighbouring tiles mixed by distance. 8-bit pictures come out bit for bit as
 * OpenCV's; 16-bit ones by the same steps with 65,536 bins. Channels are treated alike, each alone.
 */
export function clahe(image: Image, { clipLimit = 2, tilesX = 8, tilesY = 8 }: ClaheOptions = {}): Image {
  const { width, height, channels, bitDepth, data } = image;
  const result = bitDepth === 16 ? new Uint16Array(data.length) : new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) equaliseChannel(image, c, { clipLimit, tilesX, tilesY }, result);
  return { width, height, channels, bitDepth, data: result };
}

function equaliseChannel(
  { width, height, channels, bitDepth, data }: Image,
  channel: number,
  { clipLimit, tilesX, tilesY }: Required<ClaheOptions>,
  result: Uint8Array | Uint16Array,
): void {
  // Where either side is no multiple of its tiles both grow, a side that is one by a whole tile's worth of pixels, as in OpenCV.
  const isWhole = width % tilesX === 0 && height % tilesY === 0;
  const tileWidth = (isWhole ? width : width + tilesX - (width % tilesX)) / tilesX;
  const tileHeight = (isWhole ? height : height + tilesY - (height % tilesY)) / tilesY;
  const reflectedColumns = Int32Array.from({ length: tilesX * tileWidth }, (_, x) => reflect(x, width));
  const bins = 2 ** bitDepth;
  const curves: Uint16Array[] = [];
  for (let tile = 0; tile < tilesX * tilesY; tile++) {
    const left = (tile % tilesX) * tileWidth;
    const top = Math.floor(tile / tilesX) * tileHeight;
    const histogram = new Int32Array(bins);
    for (let y = top; y < top + tileHeight; y++) {
      const row = reflect(y, height) * width;
      for (let x = left; x < left + tileWidth; x++) histogram[data[(row + reflectedColumns[x]) * channels + channel]]++;
    }
    clip(histogram, clipLimit, tileWidth * tileHeight);
    curves.push(cumulative(histogram, tileWidth * tileHeight));
  }
  const columns = between(width, tileWidth, tilesX);
  const rows = between(height, tileHeight, tilesY);
  const { fround } = Math;
  for (let y = 0; y < height; y++) {
    const upper = rows.first[y] * tilesX;
    const lower = rows.second[y] * tilesX;
    const v = rows.share[y];
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * channels + channel;
      const value = data[i];
      const left = columns.first[x];
      const right = columns.second[x];
      const u = columns.share[x];
      const above = fround(fround(curves[upper + left][value] * fround(1 - u)) + fround(curves[upper + right][value] * u));
      const under = fround(fround(curves[lower + left][value] * fround(1 - u)) + fround(curves[lower + right][value] * u));
      result[i] = roundHalfEven(fround(fround(above * fround(1 - v)) + fround(under * v)));
    }
  }
}

/** What is above the limit is spread: as much to every bin as can be, the rest to bins at equal steps. */
function clip(histogram: Int32Array, clipLimit: number, area: number): void {
  const bins = histogram.length;
  if (clipLimit <= 0) return;
  const limit = Math.max(1, Math.trunc((clipLimit * area) / bins));
  let clipped = 0;
  for (let i = 0; i < bins; i++) {
    if (histogram[i] <= limit) continue;
    clipped += histogram[i] - limit;
    histogram[i] = limit;
  }
  const share = Math.floor(clipped / bins);
  let rest = clipped - share * bins;
  for (let i = 0; i < bins; i++) histogram[i] += share;
  if (rest === 0) return;
  const step = Math.max(1, Math.floor(bins / rest));
  for (let i = 0; i < bins && rest > 0; i += step, rest--) histogram[i]++;
}

function cumulative(histogram: Int32Array, area: number): Uint16Array {
  const white = histogram.length - 1;
  const scale = Math.fround(white / area);
  const curve = new Uint16Array(histogram.length);
  let sum = 0;
  for (let value = 0; value < histogram.length; value++) {
    sum += histogram[value];
    curve[value] = Math.min(white, roundHalfEven(Math.fround(sum * scale)));
  }
  return curve;
}

/** Between the middles of which two tiles each pixel of an axis lies, and the share of the second. */
function between(length: number, tileLength: number, tiles: number) {
  const { fround } = Math;
  const inverse = fround(1 / tileLength);
  const position = Float32Array.from({ length }, (_, i) => fround(i * inverse) - 0.5);
  return {
    first: Int32Array.from(position, (value) => Math.max(0, Math.floor(value))),
    second: Int32Array.from(position, (value) => Math.min(tiles - 1, Math.floor(value) + 1)),
    share: position.map((value) => value - Math.floor(value)),
  };
}
