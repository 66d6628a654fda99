/** A value repeated to a larger shape. */
import type { Shape } from "../tensor.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { strided } from "./strided.ts";
import { broadcastShape, broadcastStrides } from "./walk.ts";

/**
 * x under a shape to which it repeats along axes of size 1, aligned at the last axis.
 * @throws ShapeError if it does not.
 */
export const expand = (x: Node, shape: Shape): Node => apply(op, [x], { shape });

const op: Op<{ readonly shape: Shape }> = {
  name: "expand",
  inputs: ["x"],
  shape([x], { shape }) {
    const result = broadcastShape("expand", [x, shape]);
    if (result.length !== shape.length || result.some((size, axis) => size !== shape[axis]))
      throw new ShapeError("expand", "the value does not repeat to the shape", [x, shape]);
    return shape;
  },
  lower({ inputs: [x], shape }) {
    return strided(x, { ...broadcastStrides(x.shape, shape), shape });
  },
};
