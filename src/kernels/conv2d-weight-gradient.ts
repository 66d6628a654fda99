/** The gradient of a convolution by its filters. */
import { layoutOf } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import type { Shape } from "../tensor.ts";
import { concat } from "./concat.ts";
import { depthwiseWeightGradient } from "./conv2d-depthwise-gradient.ts";
import { rowsPerBinding } from "./copy.ts";
import { apply, type Binding, type Launch, type Node, type Op } from "./op.ts";
import { slice } from "./slice.ts";
import { sumOfParts } from "./sum-parts.ts";
import type { Sides } from "./window2d.ts";

/** The convolution that is differentiated. */
export interface Conv2dWeightGradientAttrs {
  readonly stride: readonly [number, number];
  readonly padding: Sides;
  readonly dilation: readonly [number, number];
  readonly groups: number;
  /** Of the filters: [out, in / groups, kh, kw], or [out, in] for maps of one pixel. */
  readonly weightShape: Shape;
}

/**
 * dweight[o, i, u, v] = Σ over the pixels of dy of dy[n, o, y, x] · x[n, i, y·stride + u·dilation − pad, …], for x [n, in, h, w] and
 * dy [n, out, oh, ow]; or dyᵀ · x, for x [n, in] and dy [n, out].
 */
export const conv2dWeightGradient = (x: Node, dy: Node, attrs: Conv2dWeightGradientAttrs): Node => apply(op, [x, dy], attrs);

/** dyᵀ · x: [out, in], for x [n, in] and dy [n, out]. */
export const transposedProduct = (x: Node, dy: Node): Node =>
  conv2dWeightGradient(x, dy, {
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
    weightShape: [dy.shape[1], x.shape[1]],
  });

const op: Op<Conv2dWeightGradientAttrs> = {
  name: "conv2dWeightGradient",
  inputs: ["x", "dy"],
  sliced: ["x", "dy"],
  shape: (_, { weightShape }) => weightShape,
  lower({ inputs: [x, dy], attrs, shape }, profile) {
    const { groups, weightShape } = attrs;
    if (groups === 1) return layoutOf(shape).vectors * 16 > profile.maxBindingBytes ? apply(inRangesOp, [x, dy], attrs) : undefined;
    const [outputs, groupInputs, ...kernel] = weightShape;
    if (groupInputs === 1 && outputs === groups) return depthwiseWeightGradient(x, dy, attrs);
    const groupOutputs = outputs / groups;
    const parts = Array.from({ length: groups }, (_, g) =>
      apply(op, [slice(x, 1, g * groupInputs, (g + 1) * groupInputs), slice(dy, 1, g * groupOutputs, (g + 1) * groupOutputs)], {
        ...attrs,
        groups: 1,
        weightShape: [groupOutputs, groupInputs, ...kernel],
      }),
    );
    return concat(parts, 0);
  },
  launches(node, profile) {
    const { vectors: size } = layoutOf(node.shape);
    const { rows } = mapOf(node);
    const chunkRows = chunkRowsFor(node, profile);
    const chunks = Math.ceil(rows / chunkRows);
    const partials = { scratch: "partials", vectors: size * chunks };
    const product = productOf(node, profile, { result: chunks > 1 ? partials : "y", channels: node.shape[0], chunkRows });
    return chunks > 1 ? [product, sumOfParts(partials, size, chunks)] : [product];
  },
  macs: ({ inputs: [, dy], attrs: { weightShape } }) =>
    layoutOf(dy.shape).batch * layoutOf(dy.shape).area * weightShape.reduce((product, size) => product * size, 1),
};

/** The same of more filters than the adapter binds at once: one range of them after the other. */
const inRangesOp: Op<Conv2dWeightGradientAttrs> = {
  name: "conv2dWeightGradientInRanges",
  inputs: ["x", "dy"],
  shape: op.shape,
  launches(node, profile) {
    const { inputs, shape } = node;
    const [x, dy] = inputs;
    const columns = layoutOf(shape).vectors / shape[0];
    const step = rowsPerBinding(columns, profile);
    return Array.from({ length: Math.ceil(shape[0] / step) }, (_, index) => {
      const first = index * step;
      const channels = Math.min(step, shape[0] - first);
      return productOf(node, profile, {
        result: { value: "y", firstVector: first * columns, vectors: channels * columns },
        channels,
        chunkRows: mapOf(node).rows,
        // dy is read from the range's first channel on.
        params: { x_stride: layoutOf(x.shape).blocks, x_offset: 0, dy_stride: layoutOf(dy.shape).blocks, dy_offset: first / 4 },
      });
    });
  },
  macs: op.macs,
};

/** The filters that one launch computes, and where it writes them. */
interface ProductRange {
  readonly result: Binding;
  readonly channels: number;
  readonly chunkRows: number;
  readonly params?: Readonly<Record<string, number>>;
}

function productOf(
  node: Node<Conv2dWeightGradientAttrs>,
  profile: AdapterProfile,
  { result, channels, chunkRows, params }: ProductRange,
): Launch {
  const { inputs, attrs, shape } = node;
  const map = mapOf(node);
  const columns = layoutOf(shape).vectors / shape[0];
  const { shader, channelsAGroup, columnsAGroup } = classFor(profile);
  return {
    shader,
    bind: ["x", "dy", result],
    params: {
      rows: map.rows,
      chunk_rows: chunkRows,
      pixels: map.pixels,
      columns,
      in_height: map.inHeight,
      in_width: map.inWidth,
      in_blocks: layoutOf(inputs[0].shape).blocks,
      out_height: map.outHeight,
      out_width: map.outWidth,
      out_blocks: Math.ceil(channels / 4),
      out_channels: channels,
      kernel_width: shape[3] ?? 1,
      stride_y: attrs.stride[0],
      stride_x: attrs.stride[1],
      dilation_y: attrs.dilation[0],
      dilation_x: attrs.dilation[1],
      pad_top: attrs.padding[0],
      pad_left: attrs.padding[1],
      ...params,
    },
    workgroups: [Math.ceil(columns / columnsAGroup), Math.ceil(channels / channelsAGroup), Math.ceil(map.rows / chunkRows)],
  };
}

interface GradientClass {
  readonly shader: string;
  /** Output channels and columns (vectors of input channels of one tap) that one workgroup computes. */
  readonly channelsAGroup: number;
  readonly columnsAGroup: number;
}

/**
 * Software adapters get subgroup broadcasts where the subgroup's size is known and there is a file for it, else registers alone; all
 * others get tiles in workgroup memory.
 */
function classFor({ class: adapter, subgroupSize: lanes }: AdapterProfile): GradientClass {
  if (adapter !== "software") return { shader: "conv2d-weight-gradient-tile", channelsAGroup: 64, columnsAGroup: 16 };
  if (lanes === 8) return { shader: "conv2d-weight-gradient-sg8", channelsAGroup: 32, columnsAGroup: 8 };
  if (lanes === 4) return { shader: "conv2d-weight-gradient-sg4", channelsAGroup: 16, columnsAGroup: 8 };
  return { shader: "conv2d-weight-gradient-reg", channelsAGroup: 64, columnsAGroup: 16 };
}

/** The pixels that are summed over, row by row. */
interface PixelRows {
  readonly rows: number;
  readonly pixels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Pixels a row where rows mean nothing. */
const FLAT_ROW = 64;

function mapOf({ inputs: [x, dy], attrs: { stride, padding } }: Node<Conv2dWeightGradientAttrs>): PixelRows {
  const { batch, area } = layoutOf(dy.shape);
  const [, , inHeight = 1, inWidth = 1] = x.shape;
  const [, , outHeight = 1, outWidth = 1] = dy.shape;
  const pixels = batch * area;
  const isFlat = inHeight === outHeight && inWidth === outWidth && [...stride, ...padding].join() === "1,1,0,0,0,0";
  if (!isFlat) return { rows: batch * outHeight, pixels, inHeight, inWidth, outHeight, outWidth };
  const rows = Math.ceil(pixels / FLAT_ROW);
  return { rows, pixels, inHeight: rows, inWidth: FLAT_ROW, outHeight: rows, outWidth: FLAT_ROW };
}

/** Sums of so many pixels are taken apart, which keeps what a chunk reads in cache and its rounding small. */
const CHUNK_PIXELS = 4096;
/** Workgroups that keep an adapter busy. */
const SOFTWARE_GROUPS = 16;
const GPU_GROUPS = 512;
const SCRATCH_BYTES = 32 * 2 ** 20;

/** Rows that one workgroup sums over: of one chunk where tiles of the result are enough for the adapter. */
function chunkRowsFor(node: Node<Conv2dWeightGradientAttrs>, profile: AdapterProfile): number {
  const { rows, pixels } = mapOf(node);
  const { vectors } = layoutOf(node.shape);
  const { channelsAGroup, columnsAGroup } = classFor(profile);
  const tiles = Math.ceil(vectors / node.shape[0] / columnsAGroup) * Math.ceil(node.shape[0] / channelsAGroup);
  const groups = profile.class === "software" ? SOFTWARE_GROUPS : GPU_GROUPS;
  const most = Math.max(1, Math.floor(Math.min(SCRATCH_BYTES, profile.maxBindingBytes) / (vectors * 16)));
  const wanted = Math.max(Math.ceil(groups / tiles), Math.ceil(pixels / CHUNK_PIXELS));
  return Math.ceil(rows / Math.min(rows, most, wanted));
}
