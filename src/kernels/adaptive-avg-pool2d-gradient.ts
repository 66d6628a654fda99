/** The gradient of average pooling to a given size. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** Each dy spread evenly over its window of a value of `shape`. */
export const adaptiveAvgPool2dGradient = (dy: Node, shape: Shape): Node => apply(op, [dy], { shape });

const op: Op<{ readonly shape: Shape }> = {
  name: "adaptiveAvgPool2dGradient",
  inputs: ["dy"],
  shape: (_, { shape }) => shape,
  // To its own size the mean is of one pixel: a view.
  launches({ inputs: [dy], shape }) {
    const [, , outHeight, outWidth] = dy.shape;
    const [, , inHeight, inWidth] = shape;
    if (inHeight === outHeight && inWidth === outWidth) return [];
    const { blocks, vectors } = layoutOf(shape);
    const params = { size: vectors, blocks, in_height: inHeight, in_width: inWidth, out_height: outHeight, out_width: outWidth };
    return [{ shader: "adaptive-avg-pool2d-gradient", bind: ["dy", "y"], params, workgroups: grid(vectors) }];
  },
};
