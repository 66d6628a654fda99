/** A film as a still picture: whole, on a canvas of its own shape, with what lies over it. */
import { drawFilm, type GreyLevels, type HeatLevels, heatColours } from "./draw-film.ts";
import { drawOutlines } from "./draw-outlines.ts";
import { fitted } from "./film-view.ts";
import { greyTable, wholeScale } from "./grey-window.ts";

export interface Picture {
  /** Not much larger than it is drawn: pixels between those that are interpolated are not seen. */
  readonly film: GreyLevels;
  readonly heat?: { readonly levels: HeatLevels; readonly opacity: number };
  readonly outlines?: readonly Float32Array[];
}

/** Makes a canvas the picture, its longer side of so many pixels. */
export function drawPicture(canvas: HTMLCanvasElement, { film, heat, outlines = [] }: Picture, side: number): void {
  const factor = side / Math.max(film.width, film.height);
  canvas.width = Math.max(1, Math.round(film.width * factor));
  canvas.height = Math.max(1, Math.round(film.height * factor));
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) return;
  const pixels = context.createImageData(canvas.width, canvas.height);
  const view = fitted(film, canvas);
  drawFilm(pixels, view, {
    film: [film],
    grey: greyTable(wholeScale, film.bitDepth, false),
    heat: heat && { ...heat, colours: heatColours(heat.levels) },
  });
  context.putImageData(pixels, 0, 0);
  drawOutlines(context, outlines, view, film, Math.max(1, side / 400));
}
