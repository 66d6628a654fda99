/** The gradients of a depthwise convolution, by its input and by its filters. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Launch, type Node, type Op } from "./op.ts";
import { packFilters } from "./pack-filters.ts";
import { type Sides, windowParams } from "./window2d.ts";

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

/** Pixels along a row that one invocation works on where it walks down, and of how many rows of outputs it does in the data gradient. */
const STRIP = 4;
const ROWS = { software: 7, other: 2 };

const dataOp: Op<DataAttrs> = {
  name: "conv2dDepthwiseDataGradient",
  inputs: ["dy", "weight"],
  sliced: ["dy", "y"],
  shape: (_, { xShape }) => xShape,
  launches({ inputs: [dy], attrs, shape }, { class: adapter }) {
    const { blocks, vectors } = layoutOf(shape);
    const isUnrolled = String([attrs.kernel, attrs.stride, attrs.dilation]) === "3,3,2,2,1,1";
    const strips = Math.ceil((shape[3] + (attrs.padding[1] % 2)) / STRIP);
    // Rows of outputs whose first or second tap lies on a row of pixels.
    const outRows = Math.ceil((shape[2] + (attrs.padding[0] % 2)) / 2);
    const groups = Math.ceil(outRows / (adapter === "software" ? ROWS.software : ROWS.other));
    const size = isUnrolled ? shape[0] * groups * strips * blocks : vectors;
    const [down, across] = [0, 1].map((axis) => tapsOnOutputs(attrs.stride[axis], attrs.dilation[axis]));
    return [
      {
        shader: "conv2d-depthwise-data-gradient",
        entryPoint: isUnrolled ? "stride2" : "main",
        bind: ["dy", "weight", "y"],
        params: {
          size,
          strips,
          groups,
          rows: Math.ceil(outRows / groups),
          blocks,
          ...windowParams(shape, dy.shape, attrs),
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
    const most = Math.ceil(INVOCATIONS / size);
    const isWalked = String([attrs.stride, attrs.dilation]) === "1,1,1,1";
    const { chunks, ...ranges } = isWalked ? stripsOf(dy.shape, most) : chunksOfRows(rows, most);
    const partials = { scratch: "partials", vectors: chunks * taps * blocks };
    const launches: Launch[] = [
      {
        shader: "conv2d-depthwise-weight-gradient",
        entryPoint: isWalked ? "stride1" : "main",
        bind: ["x", "dy", partials],
        params: {
          size,
          chunks,
          rows,
          ...ranges,
          blocks,
          ...windowParams(x.shape, dy.shape, { ...attrs, kernel: [kernelHeight, kernelWidth] }),
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

/** How a shader's params call what one invocation sums over. */
interface Chunks {
  readonly chunks: number;
  readonly chunk_rows: number;
  readonly strips: number;
  readonly groups: number;
  readonly batch: number;
  readonly pictures: number;
}

function chunksOfRows(rows: number, most: number): Chunks {
  const chunkRows = Math.ceil(rows / Math.min(rows, most));
  return { chunks: Math.ceil(rows / chunkRows), chunk_rows: chunkRows, strips: 0, groups: 0, batch: 0, pictures: 0 };
}

/** Rows of a strip from which on a second invocation pays: each walks two rows more than it has. */
const WALKED_ROWS = 16;

/** Strips of all rows of a picture; fewer rows where invocations are few, several pictures where they are many. */
function stripsOf([batch, , height, width]: Shape, most: number): Chunks {
  const strips = Math.ceil(width / STRIP);
  const wanted = Math.floor(most / (strips * batch));
  const groups = Math.max(1, Math.min(wanted, Math.ceil(height / WALKED_ROWS)));
  const pictures = Math.min(batch, Math.ceil((strips * batch) / most));
  const chunks = strips * groups * Math.ceil(batch / pictures);
  return { chunks, chunk_rows: Math.ceil(height / groups), strips, groups, batch, pictures };
}
