/**
 * A chart by Observable Plot as an SVG document: drawn from plain data in the document that is given, so that a page draws with its own and a
 * program under Node with linkedom's.
 */
import * as Plot from "@observablehq/plot";
import { asOnePicture } from "../one-picture.ts";

export interface Chart {
  /** For a file name: "roc". */
  readonly name: string;
  readonly caption: string;
  /** A whole SVG document. */
  readonly svg: string;
}

/** Okabe and Ito's colours, which colour-blind readers tell apart. */
export const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"] as const;

/** Pixels a side of a square chart. */
export const SIDE = 380;

export const unit = [0, 1] as const;

export const square = { width: SIDE, height: SIDE, grid: true } as const;

export const diagonal = () =>
  Plot.line(
    [
      [0, 0],
      [1, 1],
    ],
    { stroke: "#777", strokeDasharray: "4 3" },
  );

/** Plot's figure as a document of its own. */
export function chart(document: Document, name: string, caption: string, options: Plot.PlotOptions): Chart {
  const figure = Plot.plot({
    document,
    marginLeft: 50,
    marginBottom: 40,
    style: { fontFamily: "sans-serif", fontSize: "11px", background: "#fff" },
    ...options,
  });
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  asOnePicture(figure, caption);
  return { name, caption, svg: figure.outerHTML };
}
