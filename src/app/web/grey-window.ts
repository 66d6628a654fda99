/** Window and level: which grey levels are spread from black to white, by the pointer and by keys. */

/** Centre and width as shares of white: the whole scale is 0.5 and 1. */
export interface GreyWindow {
  readonly center: number;
  readonly width: number;
}

export const wholeScale: GreyWindow = { center: 0.5, width: 1 };

/** One grey level of 8 bits. */
const LEAST_WIDTH = 1 / 255;
const GREATEST_WIDTH = 2;

/** How far the pointer goes over the whole scale. */
const PIXELS_PER_SCALE = 400;

/** After a drag by pixels: to the right the window gets wider, downwards its centre lies higher and the film gets darker, as in OHIF. */
export const draggedWindow = ({ center, width }: GreyWindow, dx: number, dy: number): GreyWindow => ({
  center: clamp(center + dy / PIXELS_PER_SCALE, 0, 1),
  width: clamp(width + dx / PIXELS_PER_SCALE, LEAST_WIDTH, GREATEST_WIDTH),
});

/** The window from the 1st to the 99th percentile of a film's values. */
export function windowOf({ bitDepth, data }: { readonly bitDepth: 8 | 16; readonly data: Uint8Array | Uint16Array }): GreyWindow {
  const counts = new Uint32Array(256);
  for (const value of data) counts[bitDepth === 16 ? value >> 8 : value]++;
  const low = levelBelow(counts, 0.01 * data.length) / 255;
  const high = levelBelow(counts, 0.99 * data.length) / 255;
  return { center: (low + high) / 2, width: clamp(high - low, LEAST_WIDTH, GREATEST_WIDTH) };
}

/** The level up to which there are more than so many values. */
function levelBelow(counts: Uint32Array, wanted: number): number {
  let sum = 0;
  return counts.findIndex((count) => {
    sum += count;
    return sum > wanted;
  });
}

/** The 8-bit grey of each stored value through a window, negative where asked for. */
export function greyTable({ center, width }: GreyWindow, bitDepth: 8 | 16, isInverted: boolean): Uint8Array {
  const levels = 2 ** bitDepth;
  const low = center - width / 2;
  const table = new Uint8Array(levels);
  for (let value = 0; value < levels; value++) {
    const share = clamp((value / (levels - 1) - low) / width, 0, 1);
    table[value] = Math.round(255 * (isInverted ? 1 - share : share));
  }
  return table;
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
