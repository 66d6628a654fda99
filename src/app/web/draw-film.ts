/** A film as it is seen: through a window, in colours, with a heat map over it, and only as many pixels as the canvas has. */
import type { ColourTable } from "../../imaging/colour-map.ts";
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
  readonly heat?: { readonly levels: HeatLevels; readonly colours: ColourTable; readonly opacity: number };
}

/** Pixels beside the film. */
const BLACK = 0xff000000;

/**
 * Draws into a canvas's pixels, RGBA of 8 bits. Values are interpolated bilinearly before the window, from the smallest copy that has at
 * least the canvas's resolution.
 */
export function drawFilm(target: Size & { readonly data: Uint8ClampedArray }, view: FilmView, { film, grey, colours, heat }: Drawn): void {
  const { width, height } = target;
  const pixels = new Uint32Array(target.data.buffer, target.data.byteOffset, width * height);
  pixels.fill(BLACK);
  const [whole] = film;
  const copy = film.findLast((level) => level.width / whole.width >= Math.min(1, view.scale)) ?? whole;
  const shown = colouredTable(grey, colours);
  const columns = samplesOf(width, view.x, view.scale * whole.width, copy.width);
  const rows = samplesOf(height, view.y, view.scale * whole.height, copy.height);
  const paint = heat && heatPainter(heat, view, whole, target);
  const { data, width: stride } = copy;
  for (let row = rows.first; row < rows.end; row++) {
    const [above, below, down] = [rows.near[row] * stride, rows.far[row] * stride, rows.share[row]];
    for (let column = columns.first; column < columns.end; column++) {
      const [left, right, across] = [columns.near[column], columns.far[column], columns.share[column]];
      const upper = data[above + left] + across * (data[above + right] - data[above + left]);
      const lower = data[below + left] + across * (data[below + right] - data[below + left]);
      const colour = shown[(upper + down * (lower - upper) + 0.5) | 0];
      pixels[row * width + column] = paint ? paint(colour, column, row) : colour;
    }
  }
}

/** Of each stored value, alpha, blue, green and red, as little-endian words have them. */
function colouredTable(grey: Uint8Array, colours: ColourTable | undefined): Uint32Array {
  return Uint32Array.from(grey, (level) =>
    colours ? word(colours[3 * level], colours[3 * level + 1], colours[3 * level + 2]) : word(level, level, level),
  );
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

/** Mixes the heat map's colour in: the stronger the map, the more of the film it covers. */
function heatPainter(
  { levels, colours, opacity }: NonNullable<Drawn["heat"]>,
  view: FilmView,
  film: Size,
  canvas: Size,
): (colour: number, column: number, row: number) => number {
  const columns = samplesOf(canvas.width, view.x, view.scale * film.width, levels.width);
  const rows = samplesOf(canvas.height, view.y, view.scale * film.height, levels.height);
  const { data, width: stride, isSigned } = levels;
  const cover = Float32Array.from(
    { length: 256 },
    (_, level) => opacity * (isSigned ? Math.min(1, Math.abs(level - 128) / 127) : level / 255),
  );
  return (colour, column, row) => {
    const [above, below, across] = [rows.near[row] * stride, rows.far[row] * stride, columns.share[column]];
    const [left, right] = [columns.near[column], columns.far[column]];
    const upper = data[above + left] + across * (data[above + right] - data[above + left]);
    const lower = data[below + left] + across * (data[below + right] - data[below + left]);
    const level = (upper + rows.share[row] * (lower - upper) + 0.5) | 0;
    const alpha = cover[level];
    const mixed = (shift: number, over: number): number => {
      const under = (colour >>> shift) & 0xff;
      return Math.round(under + alpha * (over - under));
    };
    return word(mixed(0, colours[3 * level]), mixed(8, colours[3 * level + 1]), mixed(16, colours[3 * level + 2]));
  };
}
