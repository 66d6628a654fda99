/** The outlines of parts of a film, drawn over it. */
import type { FilmView, Size } from "./film-view.ts";

const COLOUR = "#5ad1c3";

/** @param outlines - of each part column and row of one point after the other, as shares of the film's width and height. */
export function drawOutlines(
  context: CanvasRenderingContext2D,
  outlines: readonly Float32Array[],
  { scale, x, y }: FilmView,
  film: Size,
  lineWidth: number,
): void {
  Object.assign(context, { strokeStyle: COLOUR, lineWidth, lineJoin: "round" });
  for (const outline of outlines) {
    context.beginPath();
    for (let i = 0; i < outline.length; i += 2)
      context.lineTo(x + scale * film.width * outline[i], y + scale * film.height * outline[i + 1]);
    context.closePath();
    context.stroke();
  }
}
