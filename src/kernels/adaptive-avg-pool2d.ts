/** Average pooling to a given size. */
import { layoutOf } from "../gpu/layout.ts";
import { adaptiveAvgPool2dGradient } from "./adaptive-avg-pool2d-gradient.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

/**
 * The mean over [height, width] windows of x [n, c, h, w]; window i covers rows ⌊i·h/height⌋ to ⌈(i+1)·h/height⌉ − 1, so windows may
 * overlap, and repeat where the result is larger than x. As PyTorch's adaptive_avg_pool2d.
 */
export const adaptiveAvgPool2d = (x: Node, [height, width]: readonly [number, number]): Node => apply(op, [x], { height, width });

const op: Op<{ readonly height: number; readonly width: number }> = {
  name: "adaptiveAvgPool2d",
  inputs: ["x"],
  shape([x], { height, width }) {
    if (x.length !== 4) throw new ShapeError("adaptiveAvgPool2d", "input must have 4 axes", [x]);
    if (![height, width].every((size) => Number.isInteger(size) && size > 0)) {
      throw new ShapeError("adaptiveAvgPool2d", `output sides must be positive integers, got ${height} and ${width}`);
    }
    return [x[0], x[1], height, width];
  },
  // To its own size the mean is of one pixel: a view.
  launches({ inputs: [x], shape }) {
    if (x.shape[2] === shape[2] && x.shape[3] === shape[3]) return [];
    const { blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "adaptive-avg-pool2d",
        bind: ["x", "y"],
        params: { size: vectors, blocks, in_height: x.shape[2], in_width: x.shape[3], out_height: shape[2], out_width: shape[3] },
        workgroups: grid(vectors),
      },
    ];
  },
  gradient: ({ inputs: [x] }, dy) => [adaptiveAvgPool2dGradient(dy, x.shape)],
};
