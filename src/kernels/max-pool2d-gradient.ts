/** The gradient of max pooling. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import { type Sides, windowParams } from "./window2d.ts";

export interface MaxPool2dAttrs {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Sides;
  readonly dilation: readonly [number, number];
  readonly ceilMode: boolean;
}

/** Each dy goes to the element that won its window: the first of several equal ones, as in PyTorch. */
export const maxPool2dGradient = ({ inputs: [x], attrs }: Node<MaxPool2dAttrs>, dy: Node): Node => apply(op, [x, dy], attrs);

const op: Op<MaxPool2dAttrs> = {
  name: "maxPool2dGradient",
  inputs: ["x", "dy"],
  sliced: ["x", "dy", "y"],
  shape: ([x]) => x,
  // The winners are found once a window, and not again by each of the pixels in it.
  launches({ inputs: [x, dy], attrs, shape }) {
    const windows = layoutOf(dy.shape).vectors;
    const { blocks, vectors } = layoutOf(shape);
    const params = windowParams(x.shape, dy.shape, attrs);
    const winners = { scratch: "winners", vectors: windows };
    return [
      { shader: "max-pool2d-winners", bind: ["x", winners], params: { ...params, size: windows, blocks }, workgroups: grid(windows) },
      {
        shader: "max-pool2d-gradient",
        bind: [winners, "dy", "y"],
        params: { ...params, size: vectors, blocks },
        workgroups: grid(vectors),
      },
    ];
  },
};
