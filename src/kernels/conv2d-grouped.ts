/** Convolution in groups of any size. */
import { layoutOf } from "../gpu/layout.ts";
import { type Conv2dWindow, convolutionParams } from "./conv2d-product.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

interface GroupedWindow extends Conv2dWindow {
  readonly groups: number;
}

/** Operands are x, weight packed by `packFilters` ([taps, out, ceil4(in / groups)]), bias and, optionally, a residual of the result's shape. */
export const conv2dGrouped = (operands: readonly Node[], window: GroupedWindow): Node => apply(op, operands, window);

const op: Op<GroupedWindow> = {
  name: "conv2dGrouped",
  inputs: ["x", "weight", "bias", "residual"],
  sliced: ["x", "residual", "y"],
  shape: (_, { outShape }) => outShape,
  launches(node) {
    const {
      inputs: [x, , , residual],
      attrs: { groups },
      shape,
    } = node;
    const { blocks, channels, vectors } = layoutOf(shape);
    return [
      {
        shader: "conv2d-grouped",
        bind: ["x", "weight", "bias", residual ? "residual" : "bias", "y"],
        params: {
          size: vectors,
          out_blocks: blocks,
          out_channels: channels,
          group_inputs: x.shape[1] / groups,
          group_outputs: channels / groups,
          ...convolutionParams(node),
        },
        workgroups: grid(vectors),
      },
    ];
  },
  macs: ({ inputs: [x], attrs: { kernel, groups }, shape: [n, outputs, height, width] }) =>
    (n * outputs * height * width * kernel[0] * kernel[1] * x.shape[1]) / groups,
};
