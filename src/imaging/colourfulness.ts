/** How much colour a picture has beyond the tint of a scanned or toned film. */
import type { Image } from "../loaders/image.ts";

/** Levels of brightness for each of which a film has one tint. */
const BINS = 32;

/** A level's tint is the median over so many levels on either side. */
const NEIGHBOURS = 3;

/**
 * From how many 8-bit levels off its brightness's tint a pixel is coloured. The coarsest chroma step of a JPEG of quality 50 (99, ITU-T
 * T.81 table K.2) moves a pixel by at most 99 / 2 · cos² / 4 ≈ 12: what coding adds to grey stays below.
 */
const COLOURED = 16;

export interface Colourfulness {
  /** The share of pixels that have a colour of their own, 0 to 1. */
  readonly coloured: number;
  /** The mean distance from grey, in 8-bit levels. */
  readonly tint: number;
}

/**
 * A toned film has one tint for each brightness; what differs from it is coloured. Colour is what red and blue differ from the brightness by
 * (BT.601); grey pictures have none, and alpha is not looked at.
 */
export function colourfulness({ width, height, channels, bitDepth, data }: Image): Colourfulness {
  if (channels < 3) return { coloured: 0, tint: 0 };
  const pixels = width * height;
  const shift = bitDepth - 8;
  const bin = new Uint8Array(pixels);
  const [blue, red] = [new Int16Array(pixels), new Int16Array(pixels)];
  const histograms = Array.from({ length: BINS }, () => [new Uint32Array(511), new Uint32Array(511)] as const);
  let distance = 0;
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    const [r, g, b] = [data[at] >> shift, data[at + 1] >> shift, data[at + 2] >> shift];
    const luma = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    blue[i] = b - luma;
    red[i] = r - luma;
    bin[i] = (luma * BINS) >> 8;
    const [blues, reds] = histograms[bin[i]];
    blues[255 + blue[i]]++;
    reds[255 + red[i]]++;
    distance += Math.sqrt(blue[i] * blue[i] + red[i] * red[i]);
  }
  const tints = tintsOf(histograms);
  let coloured = 0;
  for (let i = 0; i < pixels; i++) {
    const [tintBlue, tintRed] = tints[bin[i]];
    if ((blue[i] - tintBlue) ** 2 + (red[i] - tintRed) ** 2 > COLOURED * COLOURED) coloured++;
  }
  return { coloured: coloured / pixels, tint: distance / pixels };
}

/**
 * The tint of each brightness: the median of its pixels, and of those of the brightnesses around, so that marks of one colour do not pass
 * for the tint of what is as bright as they are.
 */
function tintsOf(histograms: readonly (readonly [Uint32Array, Uint32Array])[]): (readonly [number, number])[] {
  const medians = histograms.map(([blues, reds]) => (blues.some((count) => count > 0) ? [medianOf(blues), medianOf(reds)] : undefined));
  return medians.map((_, bin) => {
    const around = medians.slice(Math.max(0, bin - NEIGHBOURS), bin + NEIGHBOURS + 1).filter((pair) => pair !== undefined);
    const middle = (c: number) => around.map((pair) => pair[c]).sort((a, b) => a - b)[Math.floor(around.length / 2)] ?? 0;
    return [middle(0), middle(1)];
  });
}

/** The difference, −255 to 255, up to which half of a histogram lies. */
function medianOf(histogram: Uint32Array): number {
  const half = histogram.reduce((sum, count) => sum + count, 0) / 2;
  let below = 0;
  return (
    histogram.findIndex((count) => {
      below += count;
      return below >= half;
    }) - 255
  );
}
