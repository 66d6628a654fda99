/** Depthwise convolution: each channel has its own filter. */
import { layoutOf } from "../gpu/layout.ts";
import { type Conv2dWindow, convolutionParams } from "./conv2d-product.ts";
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
  launches(node, { class: adapter }) {
    const {
      inputs: [, , , residual],
      shape,
    } = node;
    const [batch, , outHeight, outWidth] = shape;
    const { blocks } = layoutOf(shape);
    const strips = Math.ceil(outWidth / STRIP);
    const entryPoint = unrolled(node.attrs);
    if (entryPoint) {
      const { in_height, in_width, pad_top, pad_left, activation, residual: hasResidual } = convolutionParams(node);
      const groups = Math.ceil(outHeight / (adapter === "software" ? 7 : 2));
      const size = batch * groups * strips * blocks;
      return [
        {
          shader: "conv2d-depthwise3x3",
          entryPoint,
          bind: ["x", "weight", "bias", residual ? "residual" : "bias", "y"],
          params: {
            strips,
            groups,
            rows: Math.ceil(outHeight / groups),
            in_height,
            in_width,
            out_height: outHeight,
            out_width: outWidth,
            blocks,
            size,
            pad_top,
            pad_left,
            activation,
            residual: hasResidual,
          },
          workgroups: grid(size),
        },
      ];
    }
    const size = batch * outHeight * strips * blocks;
    return [
      {
        shader: "conv2d-depthwise",
        bind: ["x", "weight", "bias", residual ? "residual" : "bias", "y"],
        params: { strips, blocks, size, ...convolutionParams(node) },
        workgroups: grid(size),
      },
    ];
  },
  macs: ({ attrs: { kernel }, shape: [n, channels, height, width] }) => n * channels * height * width * kernel[0] * kernel[1],
};

/** The entry point for windows that have one of their own. */
function unrolled({ kernel, stride, dilation }: Conv2dWindow): string | undefined {
  const isPlain = kernel.every((size) => size === 3) && dilation.every((size) => size === 1);
  if (!isPlain || stride[0] !== stride[1]) return undefined;
  return { 1: "stride1", 2: "stride2" }[stride[0]];
}
