/** The gradient of resizing. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

export interface ResizeAttrs {
  readonly height: number;
  readonly width: number;
  readonly mode: "nearest" | "bilinear";
  readonly alignCorners: boolean;
}

/** Each pixel gets from every dy as much as it gave to it. */
export const resizeGradient = ({ inputs: [x], attrs }: Node<ResizeAttrs>, dy: Node): Node => apply(op, [dy], { ...attrs, shape: x.shape });

/** What the kernels of resizing and of its gradient are told of the two sizes. */
export const resizeParams = ([, , inHeight, inWidth]: Shape, [, , outHeight, outWidth]: Shape, { alignCorners }: ResizeAttrs) => ({
  in_height: inHeight,
  in_width: inWidth,
  out_height: outHeight,
  out_width: outWidth,
  scale_y: step(inHeight, outHeight, alignCorners),
  scale_x: step(inWidth, outWidth, alignCorners),
  shift: alignCorners ? 0 : 0.5,
});

/** Input pixels from one output pixel to the next. */
const step = (from: number, to: number, alignCorners: boolean): number => (alignCorners ? (to > 1 ? (from - 1) / (to - 1) : 0) : from / to);

const op: Op<ResizeAttrs & { readonly shape: Shape }> = {
  name: "resizeGradient",
  inputs: ["dy"],
  sliced: ["dy", "y"],
  shape: (_, { shape }) => shape,
  launches({ inputs: [dy], attrs, shape }) {
    const { blocks, vectors } = layoutOf(shape);
    const params = { ...resizeParams(shape, dy.shape, attrs), size: vectors, blocks };
    return [{ shader: "resize-gradient", entryPoint: attrs.mode, bind: ["dy", "y"], params, workgroups: grid(vectors) }];
  },
};
