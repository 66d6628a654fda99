/** Transposed two-dimensional convolution. */
import { layoutOf } from "../gpu/layout.ts";
import { sizeOf } from "../tensor.ts";
import { activationOf } from "./activation.ts";
import { concat } from "./concat.ts";
import { activationCode, type EpilogueActivation } from "./epilogue.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { packFilters } from "./pack-filters.ts";
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

/** Output pixels along a row of a phase that one invocation computes. */
const STRIP = 4;

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
};

interface PhasesAttrs extends ConvTranspose2dAttrs {
  /** The kernel with its dilation spread out. */
  readonly kernel: readonly [number, number];
  readonly outShape: readonly number[];
}

const phasesOp: Op<PhasesAttrs> = {
  name: "convTranspose2dPhases",
  inputs: ["x", "weight", "bias"],
  sliced: ["x", "y"],
  shape: (_, { outShape }) => outShape,
  launches({ inputs: [x], attrs: { stride, padding, kernel, activation }, shape }) {
    const [batch, , outHeight, outWidth] = shape;
    const outBlocks = layoutOf(shape).blocks;
    const phaseHeight = Math.ceil(outHeight / stride[0]);
    const strips = Math.ceil(Math.ceil(outWidth / stride[1]) / STRIP);
    const size = batch * stride[0] * phaseHeight * stride[1] * strips * outBlocks;
    return [
      {
        shader: "conv-transpose2d",
        bind: ["x", "weight", "bias", "y"],
        params: {
          strips,
          phase_height: phaseHeight,
          in_height: x.shape[2],
          in_width: x.shape[3],
          in_blocks: layoutOf(x.shape).blocks,
          out_height: outHeight,
          out_width: outWidth,
          out_blocks: outBlocks,
          kernel_height: kernel[0],
          kernel_width: kernel[1],
          stride_y: stride[0],
          stride_x: stride[1],
          pad_top: padding[0],
          pad_left: padding[1],
          size,
          activation: activationCode[activation],
        },
        workgroups: grid(size),
      },
    ];
  },
  macs: ({ inputs: [x, weight], attrs: { outShape } }) =>
    layoutOf(x.shape).batch * layoutOf(x.shape).area * layoutOf(x.shape).channels * outShape[1] * weight.shape[0],
};
