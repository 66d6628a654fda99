/** A film as it is seen: through a window, in colours, with a heat map over it, and only as many pixels as the canvas has. */
import { type ColourTable, colourTable } from "../../imaging/colour-map.ts";
import type { FilmView, Size } from "./film-view.ts";

/** A grey picture; of several, each is half the size of the one before. */
export interface GreyLevels extends Size {
  readonly bitDepth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
}

/** A heat map of any size, stretched over the film: 255 is the strongest, 0 nothing; with signs 128 is nothing, 0 the strongest against. */
export interface HeatLevels extends Size {
  readonly data: Uint8Array;
  readonly isSigned: boolean;
}

export interface Drawn {
  /** The film, and smaller copies of it for smaller views. */
  readonly film: readonly GreyLevels[];
  /** The 8-bit grey of each stored value (`greyTable`). */
  readonly grey: Uint8Array;
  readonly colours?: ColourTable;
  readonly heat?: {
    readonly levels: HeatLevels;
    readonly colours: ColourTable;
    readonly opacity: number;
    /** How strong the strongest level is shown, 1 unless the map is on one scale with stronger ones. */
    readonly share?: number;
  };
}

/** What a heat map is drawn in. */
export const heatColours = ({ isSigned }: Pick<HeatLevels, "isSigned">): ColourTable => colourTable(isSigned ? "bwr" : "turbo");

/** Pixels beside the film. */
const BLACK = 0xff000000;

/** A canvas's pixels, RGBA of 8 bits. */
export type Pixels = Size & { readonly data: Uint8ClampedArray };

/** Rows that are drawn at a time, a fraction of a millisecond. */
const ROWS = 16;

/** Draws all at once, see `drawing`. */
export function drawFilm(target: Pixels, view: FilmView, drawn: Drawn): void {
  for (const steps = drawing(target, view, drawn); !steps.next().done; );
}

/**
 * Draws some rows with every step. Values are interpolated bilinearly before the window, from the smallest copy that has at least the
 * canvas's resolution.
 */
export function* drawing(target: Pixels, view: FilmView, { film, grey, colours, heat }: Drawn): Generator<void> {
  const { width, height } = target;
  const pixels = new Uint32Array(target.data.buffer, target.data.byteOffset, width * height);
  pixels.fill(BLACK);
  const [whole] = film;
  const copy = film.findLast((level) => level.width / whole.width >= Math.min(1, view.scale)) ?? whole;
  const shown = colouredTable(grey, colours);
  const columns = samplesOf(width, view.x, view.scale * whole.width, copy.width);
  const rows = samplesOf(height, view.y, view.scale * whole.height, copy.height);
  const paintHeat = heat && heatPainter(pixels, target, heat, view, whole);
  const { data, width: stride } = copy;
  for (let row = rows.first; row < rows.end; row++) {
    const above = rows.near[row] * stride;
    const below = rows.far[row] * stride;
    const down = rows.share[row];
    for (let column = columns.first; column < columns.end; column++) {
      const left = columns.near[column];
      const right = columns.far[column];
      const across = columns.share[column];
      const upper = data[above + left] + across * (data[above + right] - data[above + left]);
      const lower = data[below + left] + across * (data[below + right] - data[below + left]);
      pixels[row * width + column] = shown[(upper + down * (lower - upper) + 0.5) | 0];
    }
    paintHeat?.(row);
    if (row % ROWS === 0) yield;
  }
}

/** Of each stored value, alpha, blue, green and red, as little-endian words have them. */
function colouredTable(grey: Uint8Array, colours: ColourTable | undefined): Uint32Array {
  const words = new Uint32Array(256);
  for (let level = 0; level < 256; level++)
    words[level] = colours ? word(colours[3 * level], colours[3 * level + 1], colours[3 * level + 2]) : word(level, level, level);
  const table = new Uint32Array(grey.length);
  for (let value = 0; value < grey.length; value++) table[value] = words[grey[value]];
  return table;
}

const word = (red: number, green: number, blue: number): number => (BLACK | (blue << 16) | (green << 8) | red) >>> 0;

/** Which samples lie to both sides of each canvas pixel's centre, and the second one's share. */
interface Samples {
  readonly first: number;
  readonly end: number;
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly share: Float32Array;
}

/** @param start, length - where the film is on the canvas. */
function samplesOf(canvas: number, start: number, length: number, samples: number): Samples {
  const [near, far, share] = [new Int32Array(canvas), new Int32Array(canvas), new Float32Array(canvas)];
  const first = Math.max(0, Math.ceil(start - 0.5));
  const end = Math.min(canvas, Math.ceil(start + length - 0.5));
  for (let pixel = first; pixel < end; pixel++) {
    const place = Math.min(samples - 1, Math.max(0, ((pixel + 0.5 - start) / length) * samples - 0.5));
    near[pixel] = Math.floor(place);
    far[pixel] = Math.min(samples - 1, near[pixel] + 1);
    share[pixel] = place - near[pixel];
  }
  return { first, end, near, far, share };
}

/**
 * What mixes the heat map's colours into a row that is drawn: the stronger the map, the more of the film it covers. In whole numbers, 256
 * is all.
 */
function heatPainter(
  pixels: Uint32Array,
  { width, height }: Size,
  { levels, colours, opacity, share = 1 }: NonNullable<Drawn["heat"]>,
  view: FilmView,
  film: Size,
): (row: number) => void {
  const columns = samplesOf(width, view.x, view.scale * film.width, levels.width);
  const rows = samplesOf(height, view.y, view.scale * film.height, levels.height);
  const { data, width: stride, isSigned } = levels;
  const zero = isSigned ? 128 : 0;
  const shown = Uint8Array.from({ length: 256 }, (_, level) => Math.round(zero + (level - zero) * share));
  const strength = (level: number): number => (isSigned ? Math.min(1, Math.abs(level - 128) / 127) : level / 255);
  const cover = Int32Array.from({ length: 256 }, (_, level) => Math.round(256 * opacity * strength(shown[level])));
  return (row) => {
    const above = rows.near[row] * stride;
    const below = rows.far[row] * stride;
    const down = rows.share[row];
    for (let column = columns.first; column < columns.end; column++) {
      const left = columns.near[column];
      const right = columns.far[column];
      const across = columns.share[column];
      const upper = data[above + left] + across * (data[above + right] - data[above + left]);
      const lower = data[below + left] + across * (data[below + right] - data[below + left]);
      const level = (upper + down * (lower - upper) + 0.5) | 0;
      const part = cover[level];
      const colour = 3 * shown[level];
      const under = pixels[row * width + column];
      const red = under & 0xff;
      const green = (under >> 8) & 0xff;
      const blue = (under >> 16) & 0xff;
      pixels[row * width + column] =
        BLACK |
        ((blue + (((colours[colour + 2] - blue) * part + 128) >> 8)) << 16) |
        ((green + (((colours[colour + 1] - green) * part + 128) >> 8)) << 8) |
        (red + (((colours[colour] - red) * part + 128) >> 8));
    }
  };
}
