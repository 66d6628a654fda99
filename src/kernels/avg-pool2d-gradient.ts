/** The gradient of average pooling. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import type { Sides } from "./window2d.ts";

export interface AvgPool2dAttrs {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Sides;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
}

/** Each dy spread evenly over its window. */
export const avgPool2dGradient = ({ inputs: [x], attrs }: Node<AvgPool2dAttrs>, dy: Node): Node =>
  apply(op, [dy], { ...attrs, shape: x.shape });

/** What the kernels of average pooling and of its gradient are told of the windows. */
export const windowParams = ([, , height, width]: Shape, out: Shape, { kernel, stride, padding }: AvgPool2dAttrs) => ({
  in_height: height,
  in_width: width,
  out_height: out[2],
  out_width: out[3],
  kernel_height: kernel[0],
  kernel_width: kernel[1],
  stride_y: stride[0],
  stride_x: stride[1],
  pad_top: padding[0],
  pad_left: padding[1],
  pad_bottom: padding[2],
  pad_right: padding[3],
});

const op: Op<AvgPool2dAttrs & { readonly shape: Shape }> = {
  name: "avgPool2dGradient",
  inputs: ["dy"],
  sliced: ["dy", "y"],
  shape: (_, { shape }) => shape,
  launches({ inputs: [dy], attrs, shape }) {
    const { blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "avg-pool2d-gradient",
        bind: ["dy", "y"],
        params: { ...windowParams(shape, dy.shape, attrs), size: vectors, blocks },
        overrides: { COUNT_PADDING: attrs.countIncludePad ? 1 : 0 },
        workgroups: grid(vectors),
      },
    ];
  },
};
