/** The gradients of a depthwise convolution, by its input and by its filters. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Launch, type Node, type Op } from "./op.ts";
import { packFilters } from "./pack-filters.ts";
import type { Sides } from "./window2d.ts";

/** The convolution that is differentiated. */
export interface DepthwiseWindow {
  readonly stride: readonly [number, number];
  readonly padding: Sides;
  readonly dilation: readonly [number, number];
}

interface DataAttrs extends DepthwiseWindow {
  readonly kernel: readonly [number, number];
  readonly xShape: Shape;
}

interface WeightAttrs extends DepthwiseWindow {
  readonly weightShape: Shape;
}

/**
 * dx of `xShape` [n, c, h, w] for weight [c, 1, kh, kw] and dy [n, c, oh, ow], of any stride. (With stride 1 it is a convolution too, by
 * the rotated filters, whose kernel shares the columns of a strip.)
 */
export function depthwiseDataGradient(dy: Node, weight: Node, { stride, padding, dilation }: DepthwiseWindow, xShape: Shape): Node {
  const [, , kernelHeight, kernelWidth] = weight.shape;
  const attrs = { stride, padding, dilation, kernel: [kernelHeight, kernelWidth] as const, xShape };
  return apply(dataOp, [dy, packFilters(weight, { padInputs: false })], attrs);
}

/** dweight of `weightShape` [c, 1, kh, kw] for x [n, c, h, w] and dy [n, c, oh, ow]. */
export const depthwiseWeightGradient = (x: Node, dy: Node, { stride, padding, dilation, weightShape }: WeightAttrs): Node =>
  apply(weightOp, [x, dy], { stride, padding, dilation, weightShape });

/** Pixels along a row that one invocation gathers for at stride 2. */
const STRIP = 4;

const dataOp: Op<DataAttrs> = {
  name: "conv2dDepthwiseDataGradient",
  inputs: ["dy", "weight"],
  sliced: ["dy", "y"],
  shape: (_, { xShape }) => xShape,
  launches({ inputs: [dy], attrs, shape }) {
    const { blocks, vectors } = layoutOf(shape);
    const isUnrolled = String([attrs.kernel, attrs.stride, attrs.dilation]) === "3,3,2,2,1,1";
    const strips = Math.ceil((shape[3] + (attrs.padding[1] % 2)) / STRIP);
    const size = isUnrolled ? shape[0] * shape[2] * strips * blocks : vectors;
    const [down, across] = [0, 1].map((axis) => tapsOnOutputs(attrs.stride[axis], attrs.dilation[axis]));
    return [
      {
        shader: "conv2d-depthwise-data-gradient",
        entryPoint: isUnrolled ? "stride2" : "main",
        bind: ["dy", "weight", "y"],
        params: {
          size,
          strips,
          blocks,
          ...windowParams(attrs, attrs.kernel, shape, dy.shape),
          period_y: down.period,
          period_x: across.period,
          step_y: down.step,
          step_x: across.step,
        },
        workgroups: grid(size),
      },
    ];
  },
  macs: ({ inputs: [dy], attrs: { kernel } }) => dy.shape.reduce((product, size) => product * size, kernel[0] * kernel[1]),
};

/** Of the taps over one pixel, how many lie from one whose output exists to the next, and how many outputs these two are apart. */
function tapsOnOutputs(stride: number, dilation: number): { readonly period: number; readonly step: number } {
  let period = 1;
  while ((period * dilation) % stride !== 0) period++;
  return { period, step: (period * dilation) / stride };
}

/** Taps along each side of the square that one invocation sums. */
const TAPS = 3;
/** Invocations that keep any adapter busy. */
const INVOCATIONS = 8192;

const weightOp: Op<WeightAttrs> = {
  name: "conv2dDepthwiseWeightGradient",
  inputs: ["x", "dy"],
  sliced: ["x", "dy"],
  shape: (_, { weightShape }) => weightShape,
  launches({ inputs: [x, dy], attrs, shape }) {
    const [channels, , kernelHeight, kernelWidth] = shape;
    const { blocks } = layoutOf(dy.shape);
    const taps = kernelHeight * kernelWidth;
    const rows = dy.shape[0] * dy.shape[2];
    const size = blocks * Math.ceil(kernelHeight / TAPS) * Math.ceil(kernelWidth / TAPS);
    const chunkRows = Math.ceil(rows / Math.min(rows, Math.ceil(INVOCATIONS / size)));
    const chunks = Math.ceil(rows / chunkRows);
    const partials = { scratch: "partials", vectors: chunks * taps * blocks };
    const launches: Launch[] = [
      {
        shader: "conv2d-depthwise-weight-gradient",
        bind: ["x", "dy", partials],
        params: {
          size,
          chunks,
          rows,
          chunk_rows: chunkRows,
          blocks,
          ...windowParams(attrs, [kernelHeight, kernelWidth], x.shape, dy.shape),
        },
        workgroups: grid(size * chunks),
      },
      {
        shader: "conv2d-depthwise-weight-sum",
        bind: [partials, "y"],
        params: { size: taps * blocks, chunks, channels, blocks, taps },
        workgroups: grid(taps * blocks),
      },
    ];
    return launches;
  },
  macs: ({ inputs: [, dy], shape: [, , kernelHeight, kernelWidth] }) =>
    dy.shape.reduce((product, size) => product * size, kernelHeight * kernelWidth),
};

const windowParams = (
  { stride, padding, dilation }: DepthwiseWindow,
  kernel: readonly [number, number],
  [, , inHeight, inWidth]: Shape,
  [, , outHeight, outWidth]: Shape,
): Record<string, number> => ({
  in_height: inHeight,
  in_width: inWidth,
  out_height: outHeight,
  out_width: outWidth,
  kernel_height: kernel[0],
  kernel_width: kernel[1],
  stride_y: stride[0],
  stride_x: stride[1],
  dilation_y: dilation[0],
  dilation_x: dilation[1],
  pad_top: padding[0],
  pad_left: padding[1],
});
