/** Depthwise convolution: each channel has its own filter. */
import { layoutOf } from "../gpu/layout.ts";
import { type Conv2dWindow, windowParams } from "./conv2d-product.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** Output pixels along a row that one invocation computes. */
const STRIP = 4;

/** Operands are x, weight packed by `packFilters` ([taps, channels, 1]), bias and, optionally, a residual of the result's shape. */
export const conv2dDepthwise = (operands: readonly Node[], window: Conv2dWindow): Node => apply(op, operands, window);

const op: Op<Conv2dWindow> = {
  name: "conv2dDepthwise",
  inputs: ["x", "weight", "bias", "residual"],
  sliced: ["x", "residual", "y"],
  shape: (_, { outShape }) => outShape,
  launches(node) {
    const {
      inputs: [, , , residual],
      shape,
    } = node;
    const [batch, , outHeight, outWidth] = shape;
    const { blocks } = layoutOf(shape);
    const strips = Math.ceil(outWidth / STRIP);
    const size = batch * outHeight * strips * blocks;
    return [
      {
        shader: "conv2d-depthwise",
        bind: ["x", "weight", "bias", residual ? "residual" : "bias", "y"],
        params: { strips, blocks, size, ...windowParams(node) },
        workgroups: grid(size),
      },
    ];
  },
  macs: ({ attrs: { kernel }, shape: [n, channels, height, width] }) => n * channels * height * width * kernel[0] * kernel[1],
};
