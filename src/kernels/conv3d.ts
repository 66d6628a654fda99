/** Convolutions of volumes, made of convolutions of their slices: [n, c, d, h, w] lies in memory as [n · d, c, h, w] does. */
import type { Shape } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import { convTranspose2d } from "./conv-transpose2d.ts";
import { conv2d } from "./conv2d.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { pad } from "./pad.ts";
import { reshape } from "./reshape.ts";
import { strideSlice } from "./stride-slice.ts";

export interface Conv3dOptions {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Before and after, along depth, height and width. */
  readonly padding: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly groups: number;
}

/**
 * Convolution of x [n, in, d, h, w] with weight [out, in / groups, kd, kh, kw], plus bias [out], as PyTorch's conv3d: for each of the kd
 * taps along the depth, a two-dimensional convolution of the slices that it meets, and their sum.
 * @throws ShapeError if shapes do not fit, or the window is larger than the padded volume.
 */
export function conv3d(x: Node, weight: Node, bias: Node | undefined, { stride, dilation, padding, groups }: Conv3dOptions): Node {
  checkRanks("conv3d", x, weight);
  const taps = weight.shape[2];
  const padded = padDepth(x, padding.before[0], padding.after[0]);
  const depth = Math.floor((padded.shape[2] - dilation[0] * (taps - 1) - 1) / stride[0]) + 1;
  if (depth < 1) throw new ShapeError("conv3d", "the window is larger than the padded input", [x.shape, weight.shape]);
  const options = { ...planar({ stride, dilation, padding, groups }), groups };
  return sumOverTaps(taps, depth, (tap) => {
    const slices = takeDepth(padded, tap * dilation[0], stride[0], depth);
    return conv2d(asBatch(slices), tapOf(weight, tap), tap === 0 ? bias : undefined, options);
  });
}

export interface ConvTranspose3dOptions extends Conv3dOptions {
  readonly outputPadding: readonly number[];
}

/**
 * Transposed convolution of x [n, in, d, h, w] with weight [in, out / groups, kd, kh, kw], plus bias [out], as PyTorch's conv_transpose3d:
 * slices are set apart by the stride, with zeros between, and each tap along the depth adds a two-dimensional one.
 * @throws ShapeError if shapes do not fit, or the result would be empty.
 */
export function convTranspose3d(x: Node, weight: Node, bias: Node | undefined, options: ConvTranspose3dOptions): Node {
  checkRanks("convTranspose3d", x, weight);
  const { stride, dilation, padding, outputPadding, groups } = options;
  const taps = weight.shape[2];
  const reach = dilation[0] * (taps - 1);
  const spread = (x.shape[2] - 1) * stride[0] + 1;
  const depth = spread + reach + outputPadding[0] - padding.before[0] - padding.after[0];
  if (depth < 1) throw new ShapeError("convTranspose3d", "padding leaves no output", [x.shape, weight.shape]);
  const before = reach - padding.before[0];
  const padded = padDepth(setApart(x, stride[0]), before, depth - 1 + reach - before - (spread - 1));
  const plane = { ...planar(options), outputPadding: [outputPadding[1], outputPadding[2]] as const, groups };
  return sumOverTaps(taps, depth, (tap) => {
    const slices = takeDepth(padded, dilation[0] * (taps - 1 - tap), 1, depth);
    return convTranspose2d(asBatch(slices), tapOf(weight, tap), tap === 0 ? bias : undefined, plane);
  });
}

function checkRanks(subject: string, x: Node, weight: Node): void {
  if (x.shape.length !== 5 || weight.shape.length !== 5)
    throw new ShapeError(subject, "input and weight must have 5 axes", [x.shape, weight.shape]);
}

function sumOverTaps(taps: number, depth: number, build: (tap: number) => Node): Node {
  let sum = build(0);
  for (let tap = 1; tap < taps; tap++) sum = add(build(tap), sum);
  return asVolume(sum, depth);
}

const planar = ({ stride, dilation, padding: { before, after } }: Conv3dOptions) => ({
  stride: [stride[1], stride[2]] as const,
  dilation: [dilation[1], dilation[2]] as const,
  padding: [before[1], before[2], after[1], after[2]] as const,
});

/** One slice of the weight: [out, in, kh, kw]. */
function tapOf(weight: Node, tap: number): Node {
  const [first, second, , height, width] = weight.shape;
  return reshape(takeDepth(weight, tap, 1, 1), [first, second, height, width]);
}

function takeDepth(x: Node, start: number, step: number, size: number): Node {
  if (start === 0 && step === 1 && size === x.shape[2]) return x;
  return strideSlice(
    x,
    x.shape.map((all, axis) => (axis === 2 ? { start, step, size } : { start: 0, step: 1, size: all })),
  );
}

/** Slices of zeros before and after; negative amounts take away. */
function padDepth(x: Node, before: number, after: number): Node {
  if (before === 0 && after === 0) return x;
  const [n, channels, depth, height, width] = x.shape;
  const flat = reshape(x, [n, channels, depth, height * width]);
  return reshape(
    pad(flat, [
      [0, 0],
      [0, 0],
      [before, after],
      [0, 0],
    ]),
    [n, channels, depth + before + after, height, width],
  );
}

/** Slices `step` apart with zeros between. */
function setApart(x: Node, step: number): Node {
  if (step === 1) return x;
  const [n, channels, depth, height, width] = x.shape;
  const apart = pad(reshape(x, [n, channels, depth, height * width]), [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, (step - 1) * height * width],
  ]);
  return padDepth(reshape(apart, [n, channels, depth * step, height, width]), 0, 1 - step);
}

/** [n, c, d, h, w] seen as [n · d, c, h, w]: the same memory. */
const asBatch = (x: Node): Node => {
  const [n, channels, depth, height, width] = x.shape;
  return apply(viewOp, [x], { shape: [n * depth, channels, height, width] });
};

const asVolume = (x: Node, depth: number): Node => {
  const [batch, channels, height, width] = x.shape;
  return apply(viewOp, [x], { shape: [batch / depth, channels, depth, height, width] });
};

const viewOp: Op<{ readonly shape: Shape }> = { name: "slices", inputs: ["x"], shape: (_, { shape }) => shape };
