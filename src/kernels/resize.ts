/** Resizing of maps by nearest neighbour or bilinear interpolation. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { type ResizeAttrs, resizeGradient, resizeParams } from "./resize-gradient.ts";

export interface ResizeOptions {
  readonly mode?: "nearest" | "bilinear";
  /** Bilinear only: the corner pixels' centres keep their place, instead of the picture's edges. */
  readonly alignCorners?: boolean;
}

/** x [n, c, h, w] at [height, width], as PyTorch's interpolate. */
export const resize = (
  x: Node,
  [height, width]: readonly [number, number],
  { mode = "nearest", alignCorners = false }: ResizeOptions = {},
): Node => apply(op, [x], { height, width, mode, alignCorners });

const op: Op<ResizeAttrs> = {
  name: "resize",
  inputs: ["x"],
  sliced: ["x", "y"],
  shape([x], { height, width }) {
    if (x.length !== 4) throw new ShapeError("resize", "input must have 4 axes", [x]);
    if (![height, width].every((size) => Number.isInteger(size) && size > 0)) {
      throw new ShapeError("resize", `output sides must be positive integers, got ${height} and ${width}`);
    }
    return [x[0], x[1], height, width];
  },
  launches({ inputs: [x], attrs, shape }) {
    const { blocks, vectors } = layoutOf(shape);
    const params = { ...resizeParams(x.shape, shape, attrs), size: vectors, blocks };
    return [{ shader: "resize", entryPoint: attrs.mode, bind: ["x", "y"], params, workgroups: grid(vectors) }];
  },
  gradient: (node, dy) => [resizeGradient(node, dy)],
};
