/** The same elements under another shape. */
import { layoutOf } from "../gpu/layout.ts";
import { type Shape, sizeOf } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

/**
 * x's elements, in row-major order, under another shape; one size may be −1 and follows from the others.
 * @throws ShapeError if the number of elements differs.
 */
export const reshape = (x: Node, shape: Shape): Node => apply(op, [x], { shape });

/** [n, c, h, w] → [n, c · h · w], in the order c, h, w. */
export const flatten = (x: Node): Node => reshape(x, [x.shape[0], -1]);

const op: Op<{ readonly shape: Shape }> = {
  name: "reshape",
  inputs: ["x"],
  shape([x], { shape }) {
    const known = shape.filter((size) => size !== -1);
    const inferred = sizeOf(x) / sizeOf(known);
    const result = shape.map((size) => (size === -1 ? inferred : size));
    const isValid = shape.length - known.length <= 1 && result.every((size) => Number.isInteger(size) && size > 0);
    if (!isValid || sizeOf(result) !== sizeOf(x)) throw new ShapeError("reshape", "the number of elements differs", [x, shape]);
    return result;
  },
  // Where every channel keeps its place in memory the reshape is a view: [n, c, 1, 1] as [n, c], or [n, c, h, w] as [n, c, h · w].
  launches({ inputs: [x], shape }) {
    const from = layoutOf(x.shape);
    const to = layoutOf(shape);
    if (from.channels === to.channels && from.area === to.area) return [];
    return [
      {
        shader: "reshape",
        bind: ["x", "y"],
        params: {
          size: to.vectors,
          channels: to.channels,
          blocks: to.blocks,
          area: to.area,
          in_channels: from.channels,
          in_blocks: from.blocks,
          in_area: from.area,
        },
        workgroups: grid(to.vectors),
      },
    ];
  },
  gradient: ({ inputs: [x] }, dy) => [reshape(dy, x.shape)],
};
