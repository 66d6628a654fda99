/** A copy of a value into a larger or smaller frame: what padding, cropping and slicing come to. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

interface WindowAttrs {
  /** Where x begins in the frame, for each axis; negative where the frame begins inside x. */
  readonly starts: readonly number[];
  readonly shape: Shape;
  /** What the frame holds where x does not reach. */
  readonly value: number;
}

export const window = (x: Node, attrs: WindowAttrs): Node => apply(op, [x], attrs);

const op: Op<WindowAttrs> = {
  name: "window",
  inputs: ["x"],
  shape: (_, { shape }) => shape,
  launches({ inputs: [x], attrs: { starts, value }, shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    const from = layoutOf(x.shape);
    const [, , height = 1, width = 1] = shape;
    const [, , inHeight = 1, inWidth = 1] = x.shape;
    const [n, c, h = 0, w = 0] = starts.length === 1 ? [0, starts[0]] : starts;
    return [
      {
        shader: "window",
        bind: ["x", "y"],
        params: {
          size: vectors,
          channels,
          blocks,
          height,
          width,
          in_batch: from.batch,
          in_channels: from.channels,
          in_height: inHeight,
          in_width: inWidth,
          in_blocks: from.blocks,
          start_n: n,
          start_c: c,
          start_h: h,
          start_w: w,
          value,
        },
        workgroups: grid(vectors),
      },
    ];
  },
};
