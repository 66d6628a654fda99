/** Two-dimensional convolution. */
import { layoutOf } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import type { Shape } from "../tensor.ts";
import { activationOf } from "./activation.ts";
import { addend } from "./arithmetic.ts";
import { averageLike } from "./avg-pool2d.ts";
import { batchNormScale, batchNormShift, isBatchNorm } from "./batch-norm.ts";
import { channelSums } from "./channel-sums.ts";
import { anchored, type Choice, chosen } from "./choice.ts";
import { convTranspose2d } from "./conv-transpose2d.ts";
import { conv2dDepthwise } from "./conv2d-depthwise.ts";
import { depthwiseDataGradient } from "./conv2d-depthwise-gradient.ts";
import { conv2dGrouped } from "./conv2d-grouped.ts";
import { type Conv2dWindow, conv2dProduct } from "./conv2d-product.ts";
import { conv2dWeightGradient } from "./conv2d-weight-gradient.ts";
import { conv2dWinograd, type Tile, winogradTile, winogradTiles } from "./conv2d-winograd.ts";
import type { EpilogueActivation } from "./epilogue.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { packFilters } from "./pack-filters.ts";
import { productClasses, stemClass } from "./product-class.ts";
import { otherParts, productSize } from "./product-parts.ts";
import { rotateFilters } from "./rotate-filters.ts";
import { scaleFilters } from "./scale-filters.ts";
import { type Padding, type Pair, pair, type Sides, sides, windows } from "./window2d.ts";
import { zeros } from "./zeros.ts";

export interface Conv2dOptions {
  readonly stride?: Pair;
  readonly padding?: Padding;
  readonly dilation?: Pair;
  /** Channels are split into this many groups that do not mix; as many as channels is a depthwise convolution. */
  readonly groups?: number;
}

export interface Conv2dAttrs {
  readonly stride: readonly [number, number];
  readonly padding: Sides;
  readonly dilation: readonly [number, number];
  readonly groups: number;
  /** Applied last, after the residual. */
  readonly activation: EpilogueActivation;
}

/**
 * Convolution (cross-correlation) of x [n, in, h, w] with weight [out, in / groups, kh, kw], plus bias [out]:
 * [n, out, oh, ow], oh = ⌊(h + padding − dilation·(kh − 1) − 1) / stride⌋ + 1, as PyTorch's conv2d.
 * @throws ShapeError if channels, groups or bias do not fit, or the window is larger than the padded map.
 */
export function conv2d(
  x: Node,
  weight: Node,
  bias?: Node,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv2dOptions = {},
): Node {
  const attrs: Conv2dAttrs = {
    stride: pair("conv2d", "stride", stride, 1),
    padding: sides("conv2d", padding),
    dilation: pair("conv2d", "dilation", dilation, 1),
    groups,
    activation: "none",
  };
  return apply(op, [x, weight, bias ?? zeros(weight.shape[0])], attrs);
}

const op: Op<Conv2dAttrs> = {
  name: "conv2d",
  inputs: ["x", "weight", "bias", "residual"],
  shape([x, weight, bias], { stride, padding: [top, left, bottom, right], dilation, groups }) {
    if (x.length !== 4 || weight.length !== 4) throw new ShapeError("conv2d", "input and weight must have 4 axes", [x, weight]);
    const [n, channels, height, width] = x;
    const [outputs, groupInputs, kernelHeight, kernelWidth] = weight;
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0 || outputs % groups !== 0) {
      throw new ShapeError("conv2d", `${groups} groups do not divide ${channels} input and ${outputs} output channels`, [x, weight]);
    }
    if (channels !== groupInputs * groups) {
      throw new ShapeError("conv2d", `input has ${channels} channels, weight expects ${groupInputs * groups}`, [x, weight]);
    }
    if (bias.length !== 1 || bias[0] !== outputs) throw new ShapeError("conv2d", `bias must have ${outputs} elements`, [bias]);
    const outHeight = windows({ size: height, kernel: kernelHeight, stride: stride[0], before: top, after: bottom, dilation: dilation[0] });
    const outWidth = windows({ size: width, kernel: kernelWidth, stride: stride[1], before: left, after: right, dilation: dilation[1] });
    if (outHeight < 1 || outWidth < 1) throw new ShapeError("conv2d", "the window is larger than the padded input", [x, weight]);
    return [n, outputs, outHeight, outWidth];
  },
  absorb(node, user) {
    const { inputs, attrs } = node;
    const [x, weight, bias, residual] = inputs;
    if (attrs.activation !== "none") return undefined;
    const activation = activationOf(user);
    if (activation) return apply(op, inputs, { ...attrs, activation });
    if (residual) return undefined;
    // A convolution of one tap of the mean is the mean of the convolution, from a fraction of the pixels.
    const average = isPointwise(attrs, weight.shape) ? averageLike(user) : undefined;
    if (average) return apply(op, [average(x), weight, bias], attrs);
    if (isBatchNorm(user) && user.attrs.activation === "none") {
      const scale = batchNormScale(user);
      return apply(op, [x, scaleFilters(weight, scale), batchNormShift(user, scale, bias)], attrs);
    }
    const other = addend(user, node);
    return other && apply(op, [x, weight, bias, other], attrs);
  },
  lower(node, profile) {
    const { inputs, attrs, shape } = node;
    const [x, weight, bias, ...residual] = inputs;
    const [outputs, groupInputs] = weight.shape;
    const window = windowOf(attrs, weight.shape, shape);
    const { groups } = attrs;
    if (groups === 1) {
      const choice = choiceOf(node, profile);
      const [algorithm, shader, parts] = choice ? chosen(choice, profile).split(" ") : ["direct"];
      const tuned = { ...window, shader, parts: parts === undefined ? undefined : Number(parts) };
      if (algorithm === "f43") return conv2dWinograd([x, weight, bias, ...residual], tuned, 4);
      if (algorithm === "f23") return conv2dWinograd([x, weight, bias, ...residual], tuned, 2);
      return conv2dProduct([x, packFilters(weight), bias, ...residual], tuned);
    }
    if (groupInputs === 1 && outputs === groups) {
      return conv2dDepthwise([x, packFilters(weight, { padInputs: false }), bias, ...residual], window);
    }
    return conv2dGrouped([x, packFilters(weight), bias, ...residual], { ...window, groups });
  },
  choice: choiceOf,
  macs: ({ inputs: [, weight], shape: [n, outputs, height, width] }) =>
    n * outputs * height * width * weight.shape[1] * weight.shape[2] * weight.shape[3],
  gradient(node, dy) {
    const [x, weight] = node.inputs;
    const { stride, padding, dilation, groups } = node.attrs;
    const dweight = conv2dWeightGradient(x, dy, { stride, padding, dilation, groups, weightShape: weight.shape });
    return [dataGradient(node, dy), dweight, channelSums(dy)];
  },
};

/** Whether every output pixel sees the input pixel in its place alone. */
const isPointwise = ({ stride, padding }: Conv2dAttrs, [, , kernelHeight, kernelWidth]: Shape): boolean =>
  kernelHeight * kernelWidth === 1 && stride[0] * stride[1] === 1 && padding.every((side) => side === 0);

const windowOf = (attrs: Conv2dAttrs, [, , kernelHeight, kernelWidth]: Shape, outShape: Shape): Conv2dWindow => ({
  kernel: [kernelHeight, kernelWidth],
  stride: attrs.stride,
  padding: attrs.padding,
  dilation: attrs.dilation,
  activation: attrs.activation,
  outShape,
});

/**
 * Algorithm and class of a dense convolution, and parts where they are not the rule's; few channels have a kernel of their own, groups have
 * no choice.
 */
function choiceOf({ inputs, attrs, shape }: Node<Conv2dAttrs>, profile: AdapterProfile): Choice | undefined {
  const [x, weight, , residual] = inputs;
  const [outputs, channels, kernelHeight, kernelWidth] = weight.shape;
  if (attrs.groups !== 1 || (channels <= 4 && stemClass(profile))) return undefined;
  const window = windowOf(attrs, weight.shape, shape);
  const [n, , height, width] = x.shape;
  const found = productClasses(layoutOf(shape).blocks, profile);
  const classes = found.map(({ shader }) => shader);
  const size = productSize(found[0], n * shape[2] * shape[3], layoutOf(shape).blocks, {
    taps: kernelHeight * kernelWidth,
    inBlocks: layoutOf(x.shape).blocks,
  });
  const parts = otherParts(size, profile).map((count) => `direct ${classes[0]} ${count}`);
  const tile = winogradTile(window, channels, profile);
  const rule = tile ? nameOfTile(tile) : "direct";
  const algorithms = [rule, "direct", ...winogradTiles(window, channels, profile).map(nameOfTile)];
  const reference = `direct ${classes[classes.length - 1]}${parts.length > 0 ? " 1" : ""}`;
  const candidates = [
    `${rule} ${classes[0]}`,
    // The rule's decision whether to split is in doubt before its kernel is.
    ...(rule === "direct" ? parts.slice(0, 1) : []),
    ...algorithms.map((algorithm) => `${algorithm} ${classes[0]}`),
    ...classes.map((shader) => `${rule} ${shader}`),
    ...parts,
  ];
  const { stride, dilation } = attrs;
  return {
    key: [
      `conv2d ${kernelHeight}x${kernelWidth} s${stride.join("x")} d${dilation.join("x")} ${channels}-${outputs}`,
      `at ${anchored(n)}x${anchored(height)}x${anchored(width)}${residual ? " residual" : ""}`,
    ].join(" "),
    candidates: [...new Set([...candidates, reference])],
    reference,
  };
}

const nameOfTile = (tile: Tile): string => (tile === 4 ? "f43" : "f23");
/** dx: with stride 1 a convolution of dy by the rotated filters, else a transposed one by the filters as they are. */
function dataGradient({ inputs: [x, weight], attrs: { stride, padding, dilation, groups } }: Node<Conv2dAttrs>, dy: Node): Node {
  const [top, left, bottom, right] = padding;
  const [, , kernelHeight, kernelWidth] = weight.shape;
  const reach = [dilation[0] * (kernelHeight - 1), dilation[1] * (kernelWidth - 1)];
  if (stride[0] === 1 && stride[1] === 1) {
    // Negative where the map was padded further than the kernel reaches: those pixels of dy belong to the bias alone.
    return convolution(dy, rotateFilters(weight, groups), {
      padding: [reach[0] - top, reach[1] - left, reach[0] - bottom, reach[1] - right],
      dilation,
      groups,
    });
  }
  if (groups > 1 && groups === weight.shape[0] && weight.shape[1] === 1) {
    return depthwiseDataGradient(dy, weight, { stride, padding, dilation }, x.shape);
  }
  // Rows and columns past the last window.
  const rest = [0, 1].map((axis) => {
    const reached = (dy.shape[2 + axis] - 1) * stride[axis] + reach[axis] + 1 - padding[axis] - padding[axis + 2];
    return x.shape[2 + axis] - reached;
  });
  return convTranspose2d(dy, weight, undefined, { stride, padding, outputPadding: [rest[0], rest[1]], dilation, groups });
}

/** A convolution without bias, of any padding; what is negative crops the map. */
export const convolution = (
  x: Node,
  weight: Node,
  { stride = [1, 1], padding, dilation, groups = 1 }: Pick<Conv2dAttrs, "padding" | "dilation"> & Partial<Conv2dAttrs>,
): Node => apply(op, [x, weight, zeros(weight.shape[0])], { stride, padding, dilation, groups, activation: "none" });
