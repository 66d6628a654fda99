/** The gradient of average pooling. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import { type Sides, windowParams } from "./window2d.ts";

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
export const averagedParams = (x: Shape, y: Shape, attrs: AvgPool2dAttrs): Record<string, number> => ({
  ...windowParams(x, y, attrs),
  pad_bottom: attrs.padding[2],
  pad_right: attrs.padding[3],
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
        params: { ...averagedParams(shape, dy.shape, attrs), size: vectors, blocks },
        overrides: { COUNT_PADDING: attrs.countIncludePad ? 1 : 0 },
        workgroups: grid(vectors),
      },
    ];
  },
};
