/** Where a film lies on the canvas: fitted, zoomed about a point, panned. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Canvas pixels a film pixel, and where the film's upper left corner is on the canvas. */
export interface FilmView {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Canvas pixels that a film pixel may take at most, and how much smaller than fitted a film may get. */
const GREATEST_SCALE = 32;
const LEAST_SHARE = 0.25;

/** Canvas pixels of a film that are kept in sight. */
const IN_SIGHT = 40;

/** The whole film, as large as it can be, in the middle. */
export function fitted(film: Size, canvas: Size): FilmView {
  const scale = Math.min(canvas.width / film.width, canvas.height / film.height);
  return { scale, x: (canvas.width - scale * film.width) / 2, y: (canvas.height - scale * film.height) / 2 };
}

/** Larger by a factor, while what is at a place of the canvas stays there. */
export function zoomed({ scale, x, y }: FilmView, factor: number, about: Place, film: Size, canvas: Size): FilmView {
  const fit = fitted(film, canvas).scale;
  const next = clamp(scale * factor, LEAST_SHARE * fit, Math.max(GREATEST_SCALE, fit));
  const grown = next / scale;
  return inSight({ scale: next, x: about.x - grown * (about.x - x), y: about.y - grown * (about.y - y) }, film, canvas);
}

export const panned = ({ scale, x, y }: FilmView, dx: number, dy: number, film: Size, canvas: Size): FilmView =>
  inSight({ scale, x: x + dx, y: y + dy }, film, canvas);

/** The film's pixel at a place of the canvas; undefined beside the film. */
export function pixelAt({ scale, x, y }: FilmView, place: Place, { width, height }: Size): Place | undefined {
  const [column, row] = [Math.floor((place.x - x) / scale), Math.floor((place.y - y) / scale)];
  return column >= 0 && row >= 0 && column < width && row < height ? { x: column, y: row } : undefined;
}

const inSight = ({ scale, x, y }: FilmView, film: Size, canvas: Size): FilmView => ({
  scale,
  x: clamp(x, Math.min(0, IN_SIGHT - scale * film.width), Math.max(0, canvas.width - IN_SIGHT)),
  y: clamp(y, Math.min(0, IN_SIGHT - scale * film.height), Math.max(0, canvas.height - IN_SIGHT)),
});

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
