/** NumPy's broadcasting: shapes aligned at their last axes, axes of size 1 repeated. */
import { at, type Values } from "./values.ts";

/** The shape to which shapes that fit broadcast. */
export function broadcastTo(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const padded = shapes.map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
  return Array.from({ length: rank }, (_, axis) => Math.max(...padded.map((shape) => shape[axis])));
}

/** The value that stands at an index of a shape to which `x` broadcasts. */
export const broadcastAt = (x: Values, index: readonly number[]): number =>
  at(
    x,
    x.shape.map((size, axis) => (size === 1 ? 0 : index[index.length - x.shape.length + axis])),
  );
