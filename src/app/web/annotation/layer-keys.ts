/** Drawing without a pointer: a crosshair that arrows move and Enter sets corners with, and marks that arrows move. */
import type { Point } from "../../../imaging/contour.ts";
import type { Size } from "../film-view.ts";
import { boxRing, type Region } from "./region.ts";

/** Where the crosshair is on the film, and the corners that are set. */
export interface Aim {
  readonly at: Point;
  readonly corners: readonly Point[];
}

/** Of the film's longer side. */
const COARSE = 1 / 50;

const DIRECTIONS: Readonly<Record<string, Point>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export const inMiddle = ({ width, height }: Size): Aim => ({ at: [Math.round(width / 2), Math.round(height / 2)], corners: [] });

/** What a key makes of the crosshair, and the region it closes; undefined for a key that is not for it. */
export function aimed(
  aim: Aim,
  key: string,
  isFine: boolean,
  tool: "box" | "outline",
  film: Size,
): { readonly aim: Aim; readonly region?: Region } | undefined {
  const { at, corners } = aim;
  if (Object.hasOwn(DIRECTIONS, key)) {
    const [dx, dy] = stepOf(key, isFine, film);
    const [x, y] = [Math.min(film.width, Math.max(0, at[0] + dx)), Math.min(film.height, Math.max(0, at[1] + dy))];
    return { aim: { at: [x, y], corners } };
  }
  if (key === "Escape" && corners.length > 0) return { aim: { at, corners: [] } };
  if (key === "Backspace" && corners.length > 0) return { aim: { at, corners: corners.slice(0, -1) } };
  if (key === "Enter" && tool === "box" && corners.length === 1) return { aim: { at, corners: [] }, region: boxBetween(corners[0], at) };
  if (key === "Enter") return { aim: { at, corners: [...corners, at] } };
  if (key === "c" && tool === "outline" && corners.length >= 3)
    return { aim: { at, corners: [] }, region: { kind: "outline", rings: [corners] } };
  return undefined;
}

function stepOf(key: string, isFine: boolean, { width, height }: Size): Point {
  const length = isFine ? 1 : Math.max(1, Math.round(COARSE * Math.max(width, height)));
  const [dx, dy] = DIRECTIONS[key];
  return [dx * length, dy * length];
}

const boxBetween = ([x0, y0]: Point, [x1, y1]: Point): Region => ({
  kind: "box",
  x: Math.min(x0, x1),
  y: Math.min(y0, y1),
  width: Math.abs(x1 - x0),
  height: Math.abs(y1 - y0),
});

/** What is drawn of the corners so far. */
export const cornersShown = ({ at, corners }: Aim, tool: "box" | "outline"): readonly Point[] => {
  const box = tool === "box" && corners.length === 1 ? boxBetween(corners[0], at) : undefined;
  return box?.kind === "box" ? boxRing(box) : corners.length > 0 ? [...corners, at] : [];
};

/** A region that an arrow has moved, or a box that it has resized with shift; undefined for other keys. */
export function nudged(region: Region, key: string, isResize: boolean, film: Size): Region | undefined {
  if (!Object.hasOwn(DIRECTIONS, key)) return undefined;
  const [dx, dy] = stepOf(key, false, film).map((step) => Math.sign(step) * Math.max(1, Math.abs(step) / 4));
  if (region.kind === "outline")
    return { kind: "outline", rings: region.rings.map((ring) => ring.map(([x, y]): Point => [x + dx, y + dy])) };
  if (!isResize) return { ...region, x: region.x + dx, y: region.y + dy };
  return { ...region, width: Math.max(1, region.width + dx), height: Math.max(1, region.height + dy) };
}
