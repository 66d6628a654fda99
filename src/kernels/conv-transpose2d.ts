/** Transposed two-dimensional convolution. */
import { layoutOf } from "../gpu/layout.ts";
import { sizeOf } from "../tensor.ts";
import { activationOf } from "./activation.ts";
import { channelSums } from "./channel-sums.ts";
import { concat } from "./concat.ts";
import { convolution } from "./conv2d.ts";
import { conv2dWeightGradient } from "./conv2d-weight-gradient.ts";
import { activationCode, type EpilogueActivation } from "./epilogue.ts";
import { apply, type Launch, type Node, type Op, ShapeError } from "./op.ts";
import { packFilters } from "./pack-filters.ts";
import { productLaunches } from "./product-launch.ts";
import { slice } from "./slice.ts";
import { type Padding, type Pair, pair, type Sides, sides } from "./window2d.ts";
import { zeros } from "./zeros.ts";

export interface ConvTranspose2dOptions {
  readonly stride?: Pair;
  readonly padding?: Padding;
  /** Rows and columns added at the bottom and right, below the stride. */
  readonly outputPadding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
}

interface ConvTranspose2dAttrs {
  readonly stride: readonly [number, number];
  readonly padding: Sides;
  readonly outputPadding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly activation: EpilogueActivation;
}

/**
 * Transposed convolution of x [n, in, h, w] with weight [in, out / groups, kh, kw], plus bias [out]: [n, out, oh, ow],
 * oh = (h − 1)·stride − padding + dilation·(kh − 1) + outputPadding + 1, as PyTorch's conv_transpose2d.
 * @throws ShapeError if channels, groups or bias do not fit, or the result would be empty.
 */
export function convTranspose2d(
  x: Node,
  weight: Node,
  bias?: Node,
  { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 }: ConvTranspose2dOptions = {},
): Node {
  const attrs: ConvTranspose2dAttrs = {
    stride: pair("convTranspose2d", "stride", stride, 1),
    padding: sides("convTranspose2d", padding),
    outputPadding: pair("convTranspose2d", "outputPadding", outputPadding, 0),
    dilation: pair("convTranspose2d", "dilation", dilation, 1),
    activation: "none",
  };
  if (groups === 1) return apply(op, [x, weight, bias ?? zeros(weight.shape[1])], attrs);
  const [channels, groupOutputs] = weight.shape;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new ShapeError("convTranspose2d", `${groups} groups do not divide ${channels} input channels`, [x.shape, weight.shape]);
  }
  if (x.shape[1] !== channels) {
    throw new ShapeError("convTranspose2d", `input has ${x.shape[1]} channels, weight expects ${channels}`, [x.shape, weight.shape]);
  }
  const allBias = bias ?? zeros(groupOutputs * groups);
  if (sizeOf(allBias.shape) !== groupOutputs * groups) {
    throw new ShapeError("convTranspose2d", `bias must have ${groupOutputs * groups} elements`, [allBias.shape]);
  }
  const inputs = channels / groups;
  const parts = Array.from({ length: groups }, (_, g) =>
    apply(
      op,
      [
        slice(x, 1, g * inputs, (g + 1) * inputs),
        slice(weight, 0, g * inputs, (g + 1) * inputs),
        slice(allBias, 0, g * groupOutputs, (g + 1) * groupOutputs),
      ],
      attrs,
    ),
  );
  return concat(parts);
}

const op: Op<ConvTranspose2dAttrs> = {
  name: "convTranspose2d",
  inputs: ["x", "weight", "bias"],
  shape([x, weight, bias], { stride, padding: [top, left, bottom, right], outputPadding, dilation }) {
    if (x.length !== 4 || weight.length !== 4) throw new ShapeError("convTranspose2d", "input and weight must have 4 axes", [x, weight]);
    const [n, channels, height, width] = x;
    const [inputs, outputs, kernelHeight, kernelWidth] = weight;
    if (channels !== inputs)
      throw new ShapeError("convTranspose2d", `input has ${channels} channels, weight expects ${inputs}`, [x, weight]);
    if (bias.length !== 1 || bias[0] !== outputs) throw new ShapeError("convTranspose2d", `bias must have ${outputs} elements`, [bias]);
    if (outputPadding.some((size, axis) => size >= Math.max(stride[axis], dilation[axis]))) {
      throw new ShapeError("convTranspose2d", `outputPadding ${outputPadding.join(", ")} must be below the stride or dilation`, [
        x,
        weight,
      ]);
    }
    const outHeight = (height - 1) * stride[0] - top - bottom + dilation[0] * (kernelHeight - 1) + outputPadding[0] + 1;
    const outWidth = (width - 1) * stride[1] - left - right + dilation[1] * (kernelWidth - 1) + outputPadding[1] + 1;
    if (outHeight < 1 || outWidth < 1) throw new ShapeError("convTranspose2d", "padding leaves no output", [x, weight]);
    return [n, outputs, outHeight, outWidth];
  },
  absorb({ inputs, attrs }, user) {
    const activation = activationOf(user);
    return activation && attrs.activation === "none" ? apply(op, inputs, { ...attrs, activation }) : undefined;
  },
  lower({ inputs: [x, weight, bias], attrs, shape }) {
    const [, , kernelHeight, kernelWidth] = weight.shape;
    const kernel = [(kernelHeight - 1) * attrs.dilation[0] + 1, (kernelWidth - 1) * attrs.dilation[1] + 1] as const;
    return apply(phasesOp, [x, packFilters(weight, { transposed: true, spread: attrs.dilation }), bias], {
      ...attrs,
      kernel,
      outShape: shape,
    });
  },
  macs: ({ inputs: [x, weight] }) =>
    layoutOf(x.shape).batch * layoutOf(x.shape).area * weight.shape.reduce((product, size) => product * size, 1),
  // It is the gradient of a convolution from y to x by its input, so that this is the convolution again, with x in dy's part.
  gradient(
    {
      inputs: [x, weight],
      attrs: {
        stride,
        padding: [top, left, bottom, right],
        outputPadding,
        dilation,
      },
    },
    dy,
  ) {
    // What was added at the bottom and right is no window's: without it no window more fits in.
    const padding: Sides = [top, left, bottom - outputPadding[0], right - outputPadding[1]];
    return [
      convolution(dy, weight, { stride, padding, dilation }),
      conv2dWeightGradient(dy, x, { stride, padding, dilation, groups: 1, weightShape: weight.shape }),
      channelSums(dy),
    ];
  },
};

interface PhasesAttrs extends ConvTranspose2dAttrs {
  /** The kernel with its dilation spread out. */
  readonly kernel: readonly [number, number];
  readonly outShape: readonly number[];
}

/**
 * Output rows and columns fall into stride² phases by the remainder of (index + padding) / stride. Within a phase the same taps apply and
 * neighbouring outputs read neighbouring inputs: it is a convolution of stride 1 with every stride-th tap, last tap first.
 */
const phasesOp: Op<PhasesAttrs> = {
  name: "convTranspose2dPhases",
  inputs: ["x", "weight", "bias"],
  sliced: ["x", "y"],
  shape: (_, { outShape }) => outShape,
  launches({ inputs: [x], attrs, shape }, profile) {
    const [batch, , outHeight, outWidth] = shape;
    const inBlocks = layoutOf(x.shape).blocks;
    const outBlocks = layoutOf(shape).blocks;
    const rowsATap = 4 * inBlocks;
    const rowsATapRow = attrs.kernel[1] * rowsATap;
    const launchesOf = (rows: Phase, columns: Phase): readonly Launch[] => {
      const params = {
        in_height: x.shape[2],
        in_width: x.shape[3],
        out_height: rows.size,
        out_width: columns.size,
        kernel_height: rows.taps,
        kernel_width: columns.taps,
        pad_top: rows.before,
        pad_left: columns.before,
        first_filter: rows.lastTap * rowsATapRow + columns.lastTap * rowsATap,
        filter_step_y: -attrs.stride[0] * rowsATapRow,
        filter_step_x: -attrs.stride[1] * rowsATap,
        first_pixel: rows.first * outWidth + columns.first,
        picture_step: outHeight * outWidth,
        row_step: attrs.stride[0] * outWidth,
        column_step: attrs.stride[1],
        activation: activationCode[attrs.activation],
        biased: 1,
        residual_stride: 0,
        residual_offset: 0,
      };
      const bind = ["x", "weight", "bias", "bias", "y"];
      return productLaunches({ bind, pixels: batch * rows.size * columns.size, inBlocks, outBlocks, params }, profile);
    };
    const [down, across] = [0, 1].map((axis) => phasesOf(shape[2 + axis], attrs.kernel[axis], attrs.stride[axis], attrs.padding[axis]));
    return down.flatMap((rows) => across.flatMap((columns) => launchesOf(rows, columns)));
  },
  macs: ({ inputs: [x, weight], attrs: { outShape } }) =>
    layoutOf(x.shape).batch * layoutOf(x.shape).area * layoutOf(x.shape).channels * outShape[1] * weight.shape[0],
};

/** The outputs first, first + stride, … along one axis. */
interface Phase {
  readonly first: number;
  readonly size: number;
  readonly taps: number;
  readonly lastTap: number;
  /** Padding of the convolution that it is. */
  readonly before: number;
}

/** Phases without a tap are among them: their outputs are the bias. */
function phasesOf(outSize: number, kernel: number, stride: number, padding: number): Phase[] {
  return Array.from({ length: Math.min(stride, outSize) }, (_, first) => {
    const firstTap = (first + padding) % stride;
    const taps = Math.max(0, Math.ceil((kernel - firstTap) / stride));
    return {
      first,
      size: Math.ceil((outSize - first) / stride),
      taps,
      lastTap: firstTap + stride * (taps - 1),
      before: taps - 1 - Math.floor((first + padding) / stride),
    };
  });
}
