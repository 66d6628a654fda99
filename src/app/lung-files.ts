/** The files that `segment` writes of a film: its mask, the lungs drawn on it, their outlines and what lies within. */
import { basename, join } from "node:path";
import { boundingBox } from "../imaging/bounding-box.ts";
import { contours, type Point } from "../imaging/contour.ts";
import { type Box, crop } from "../imaging/crop.ts";
import type { Lungs, Side } from "../imaging/lung-mask.ts";
import { type Colour, canvasOf, drawOutline, tint } from "../imaging/mask-overlay.ts";
import type { Image } from "../loaders/image.ts";
import { encodePng } from "../loaders/png.ts";
import { writeAllNew } from "./output-files.ts";

/** What a side means, for whoever reads a result. */
export const sidesNote = "the patient's: the right lung is on the left of the film";

/** The lungs' margin in pixels, or in percent of the film's longer side. */
export interface Margin {
  readonly value: number;
  readonly unit: "px" | "%";
}

/** Paths of what was written. */
export type LungFiles = Readonly<Record<"mask" | "overlay" | "contour" | "points" | "crop", string>>;

/** Okabe and Ito's orange and sky blue, which the colour-blind tell apart too. */
const colours: Readonly<Record<Side, Colour>> = { right: [230, 159, 0], left: [86, 180, 233] };

/** How much of the tint is seen. */
const OPACITY = 0.35;

/** An outline is as wide as one of so many parts of the film's shorter side, and at least a pixel. */
const LINES_A_SIDE = 400;

/** The outline of each part of each lung. */
export const outlinesOf = ({ labels }: Pick<Lungs, "labels">, { width, height }: Image): { side: Side; points: Point[] }[] =>
  (["right", "left"] as const).flatMap((side, k) => {
    const data = labels.map((label) => (label === k + 1 ? 255 : 0));
    return contours({ width, height, channels: 1, bitDepth: 8, data }).map((points) => ({ side, points }));
  });

/** The box around the lungs with its margin, as far as the film goes; the whole film where there are none. */
export function cropBox(mask: Image, { value, unit }: Margin): Box {
  const { width, height } = mask;
  const margin = unit === "px" ? value : Math.round((value / 100) * Math.max(width, height));
  return boundingBox(mask, margin) ?? { x: 0, y: 0, width, height };
}

/** @throws InputError where a file exists already. */
export async function writeLungs(folder: string, file: string, film: Image, mask: Image, lungs: Lungs, box: Box): Promise<LungFiles> {
  const name = join(folder, basename(file).replace(/\.[^.]+$/, ""));
  const paths = {
    mask: `${name}.mask.png`,
    overlay: `${name}.overlay.png`,
    contour: `${name}.contour.png`,
    points: `${name}.contour.json`,
    crop: `${name}.crop.png`,
  };
  const outlines = outlinesOf(lungs, film);
  const { width, height } = film;
  await writeAllNew(
    new Map<string, Uint8Array | string>([
      [paths.mask, encodePng(mask)],
      [paths.overlay, encodePng(overlayOf(film, lungs, outlines))],
      [paths.contour, encodePng(drawn(canvasOf(film), outlines))],
      [paths.points, `${JSON.stringify({ file, width, height, sides: sidesNote, outlines })}\n`],
      [paths.crop, encodePng(crop(film, box))],
    ]),
  );
  return paths;
}

type Outlines = ReturnType<typeof outlinesOf>;

function overlayOf(film: Image, { labels }: Lungs, outlines: Outlines): Image {
  const canvas = canvasOf(film);
  for (const [k, side] of (["right", "left"] as const).entries()) tint(canvas, (pixel) => labels[pixel] === k + 1, colours[side], OPACITY);
  return drawn(canvas, outlines);
}

function drawn(canvas: Image, outlines: Outlines): Image {
  const thickness = Math.max(1, Math.round(Math.min(canvas.width, canvas.height) / LINES_A_SIDE));
  for (const { side, points } of outlines) drawOutline(canvas, points, colours[side], thickness);
  return canvas;
}
