/** Regions as Annotorious draws them, and what a person draws with it as regions. */
import { type ImageAnnotation, type Shape, ShapeType } from "@annotorious/annotorious";
import type { Point } from "../../../imaging/contour.ts";
import type { Ring } from "../../../imaging/polygon-mask.ts";
import type { Annotation } from "./annotation.ts";
import { boundsOf, type Region } from "./region.ts";

/** A mark as Annotorious has it: its shape, and nothing of what is said of it. */
export const shapeOf = (id: string, region: Region): ImageAnnotation => ({
  id,
  bodies: [],
  target: { annotation: id, selector: selectorOf(region) },
});

function selectorOf(region: Region): Shape {
  const { x, y, width, height } = boundsOf(region);
  const bounds = { minX: x, minY: y, maxX: x + width, maxY: y + height };
  if (region.kind === "box") return { type: ShapeType.RECTANGLE, geometry: { bounds, x, y, w: width, h: height, rot: 0 } };
  const [ring, ...others] = region.rings.map((points) => points.map(([column, row]): [number, number] => [column, row]));
  if (others.length === 0) return { type: ShapeType.POLYGON, geometry: { bounds, points: ring } };
  // One path with the even-odd rule: which ring is a hole in which need not be known.
  const rings = [ring, ...others].map((points) => ({ points }));
  return { type: ShapeType.MULTIPOLYGON, geometry: { bounds, polygons: [{ rings, bounds }] } };
}

/** The region of a shape; undefined for those that are not offered. */
export function regionOf(shape: Shape): Region | undefined {
  switch (shape.type) {
    case ShapeType.RECTANGLE: {
      const { x, y, w, h } = shape.geometry;
      return { kind: "box", x, y, width: w, height: h };
    }
    case ShapeType.POLYGON:
      return { kind: "outline", rings: [ringOf(shape.geometry.points)] };
    case ShapeType.MULTIPOLYGON:
      return { kind: "outline", rings: shape.geometry.polygons.flatMap(({ rings }) => rings.map(({ points }) => ringOf(points))) };
    default:
      return undefined;
  }
}

const ringOf = (points: Ring): Ring => points.map(([x, y]): Point => [x, y]);

/** With more corners than this an outline is shown without handles: each would be an element of its own. */
const MOST_CORNERS = 400;

export const hasHandles = ({ region }: Annotation): boolean =>
  region !== undefined && (region.kind === "box" || region.rings.reduce((sum, ring) => sum + ring.length, 0) <= MOST_CORNERS);
