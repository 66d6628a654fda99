/** Dense convolution as a product of pixels and packed filters; with one tap it is a matrix product. */

import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { activationCode, type EpilogueActivation } from "./epilogue.ts";
import { foldedGrid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import { stemClass } from "./product-class.ts";
import { filterWalk, productLaunches, wholeResult } from "./product-launch.ts";
import { type Sides, windowParams } from "./window2d.ts";

/** A convolution's window and result, once validated. */
export interface Conv2dWindow {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Sides;
  readonly dilation: readonly [number, number];
  readonly activation: EpilogueActivation;
  readonly outShape: Shape;
  /** The product kernel's class, where tuning chose one. */
  readonly shader?: string;
  /** Parts of the input channels that are summed apart, where tuning chose so. */
  readonly parts?: number;
}

/** Operands are x, weight packed by `packFilters` ([taps, out, ceil4(in)]), bias and, optionally, a residual of the result's shape. */
export const conv2dProduct = (operands: readonly Node[], window: Conv2dWindow): Node => apply(op, operands, window);

const op: Op<Conv2dWindow> = {
  name: "conv2dProduct",
  inputs: ["x", "weight", "bias", "residual"],
  sliced: ["x", "residual", "y"],
  shape: (_, { outShape }) => outShape,
  launches(node, profile) {
    const {
      inputs: [x, , , residual],
      shape,
    } = node;
    const { blocks, batch, area } = layoutOf(shape);
    const { channels, blocks: inBlocks } = layoutOf(x.shape);
    const [, , outHeight = 1, outWidth = 1] = shape;
    const bind = ["x", "weight", "bias", residual ? "residual" : "bias", "y"];
    const pixels = batch * area;
    const stem = channels <= 4 ? stemClass(profile) : undefined;
    if (stem) {
      return [
        {
          shader: stem.shader,
          bind,
          params: { pixels, out_blocks: blocks, ...convolutionParams(node) },
          overrides: { CHANNELS: channels },
          workgroups: foldedGrid(Math.ceil(pixels / stem.rowsAGroup), Math.ceil(blocks / stem.blocksAGroup)),
        },
      ];
    }
    const walk = filterWalk(4 * inBlocks, node.attrs.kernel);
    const params = { ...convolutionParams(node), ...walk, ...wholeResult(outHeight, outWidth), biased: 1 };
    const { shader, parts } = node.attrs;
    return productLaunches({ bind, pixels, inBlocks, outBlocks: blocks, shader, parts, params }, profile);
  },
  macs: ({ inputs: [x, weight], shape }) =>
    layoutOf(shape).batch * layoutOf(shape).area * layoutOf(shape).channels * weight.shape[0] * layoutOf(x.shape).channels,
};

/** Sizes and epilogue that every convolution kernel takes. */
export const convolutionParams = <Window extends Conv2dWindow>({ inputs, attrs, shape }: Node<Window>): Record<string, number> => ({
  ...windowParams(inputs[0].shape, shape, attrs),
  activation: activationCode[attrs.activation],
  residual: inputs[3] ? 1 : 0,
});
