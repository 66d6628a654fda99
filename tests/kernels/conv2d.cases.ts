/** Convolutions, each chosen for a way in which a kernel could go wrong. Operands: x, weight, bias. */
import type { conv2d } from "../../src/kernels/conv2d.ts";
import type { OpCase, OptionsOf } from "../describe-op.ts";

type Conv2dCase = OpCase<OptionsOf<typeof conv2d>>;

// biome-ignore format: one case a line
export const dense: readonly Conv2dCase[] = [
  { name: "one pixel, one channel", shapes: [[1, 1, 1, 1], [1, 1, 1, 1], [1]] },
  { name: "3×3 without padding", shapes: [[1, 4, 6, 6], [4, 4, 3, 3], [4]] },
  { name: "3×3 with padding keeps the size", shapes: [[1, 4, 6, 6], [8, 4, 3, 3], [8]], options: { padding: 1 } },
  { name: "without bias", shapes: [[1, 4, 5, 5], [8, 4, 3, 3]] },
  { name: "one input channel", shapes: [[1, 1, 7, 7], [5, 1, 3, 3], [5]], options: { padding: 1 } },
  { name: "7×7 stem of three channels, odd map", shapes: [[1, 3, 17, 15], [16, 3, 7, 7], [16]], options: { stride: 2, padding: 3 } },
  { name: "five channels in and out: half-empty vectors on both sides", shapes: [[2, 5, 5, 5], [5, 5, 3, 3], [5]], options: { padding: 1 } },
  { name: "64 channels", shapes: [[1, 64, 5, 5], [16, 64, 3, 3], [16]], options: { padding: 1 } },
  { name: "one output channel", shapes: [[1, 8, 5, 5], [1, 8, 1, 1], [1]] },
  { name: "1×1 with more output channels than a workgroup covers", shapes: [[1, 16, 3, 3], [130, 16, 1, 1], [130]] },
  { name: "3×3 with more output channels than a workgroup covers", shapes: [[1, 5, 3, 3], [130, 5, 3, 3], [130]], options: { padding: 1 } },
  { name: "35 pixels: the last tile is part full", shapes: [[1, 8, 5, 7], [8, 8, 1, 1], [8]] },
  { name: "17 pixels in a map one pixel high", shapes: [[1, 4, 1, 17], [4, 4, 1, 3], [4]], options: { padding: [0, 1] } },
  { name: "map one pixel wide", shapes: [[1, 4, 17, 1], [4, 4, 3, 1], [4]], options: { padding: [1, 0] } },
  { name: "more pixels than one workgroup covers", shapes: [[1, 1, 70, 70], [4, 1, 3, 3], [4]], options: { padding: 1 } },
  { name: "batch of 3: tiles run across pictures", shapes: [[3, 4, 5, 5], [8, 4, 3, 3], [8]], options: { padding: 1 } },
  { name: "stride 2 with even kernel and odd height drops the last row", shapes: [[1, 4, 7, 6], [4, 4, 2, 2], [4]], options: { stride: 2 } },
  { name: "3×3 stride 2 with padding on odd sizes", shapes: [[2, 4, 7, 9], [8, 4, 3, 3], [8]], options: { stride: 2, padding: 1 } },
  { name: "3×3 stride 2 with padding on even sizes", shapes: [[1, 4, 8, 6], [8, 4, 3, 3], [8]], options: { stride: 2, padding: 1 } },
  { name: "1×1 stride 2, as in a shortcut", shapes: [[2, 8, 7, 7], [12, 8, 1, 1], [12]], options: { stride: 2 } },
  { name: "4×4 stride 4 splits the map in patches", shapes: [[1, 3, 12, 8], [8, 3, 4, 4], [8]], options: { stride: 4 } },
  { name: "stride larger than the kernel skips pixels", shapes: [[1, 4, 10, 10], [4, 4, 2, 2], [4]], options: { stride: 3 } },
  { name: "stride of its own for each axis", shapes: [[1, 4, 7, 7], [4, 4, 3, 3], [4]], options: { stride: [2, 1], padding: 1 } },
  { name: "padding after only, as TensorFlow's SAME with stride 2", shapes: [[1, 3, 8, 8], [4, 3, 3, 3], [4]], options: { stride: 2, padding: [0, 0, 1, 1] } },
  { name: "padding of its own for each side", shapes: [[1, 4, 5, 6], [4, 4, 3, 3], [4]], options: { padding: [2, 0, 1, 3] } },
  { name: "1×5 kernel with padding along the width", shapes: [[1, 4, 5, 6], [4, 4, 1, 5], [4]], options: { padding: [0, 2] } },
  { name: "kernel as large as the map: one output pixel", shapes: [[2, 4, 4, 5], [6, 4, 4, 5], [6]] },
  { name: "kernel larger than the map", shapes: [[1, 4, 2, 3], [4, 4, 7, 7], [4]], options: { padding: 3 } },
  { name: "padding wider than the kernel: border pixels are the bias", shapes: [[1, 4, 2, 2], [4, 4, 1, 1], [4]], options: { padding: 2 } },
  { name: "dilation 2", shapes: [[1, 4, 7, 7], [4, 4, 3, 3], [4]], options: { padding: 2, dilation: 2 } },
  { name: "dilation of its own for each axis, with stride", shapes: [[1, 4, 9, 8], [4, 4, 3, 2], [4]], options: { stride: 2, padding: 1, dilation: [1, 3] } },
  { name: "16 to 16 channels on a map of 13: 4×4 tiles do not divide it", shapes: [[1, 16, 13, 13], [16, 16, 3, 3], [16]], options: { padding: 1 } },
  { name: "32 to 32 channels on a map of 5: 2×2 tiles do not divide it", shapes: [[1, 32, 5, 5], [32, 32, 3, 3], [32]], options: { padding: 1 } },
  { name: "weights of very different magnitude", shapes: [[1, 4, 4, 4], [4, 4, 3, 3], [4]], values: (_, element, random) => (random - 0.5) * 10 ** (element % 7), smooth: false },
];

// biome-ignore format: one case a line
export const grouped: readonly Conv2dCase[] = [
  { name: "2 groups of whole vectors", shapes: [[1, 8, 5, 5], [8, 4, 3, 3], [8]], options: { padding: 1, groups: 2 } },
  { name: "2 groups of 3 channels: groups begin within a vector", shapes: [[1, 6, 5, 5], [6, 3, 3, 3], [6]], options: { padding: 1, groups: 2 } },
  { name: "3 groups, one channel to three", shapes: [[2, 3, 5, 5], [9, 1, 3, 3], [9]], options: { groups: 3 } },
  { name: "2 groups, five channels to one", shapes: [[1, 10, 4, 4], [2, 5, 3, 3], [2]], options: { padding: 1, groups: 2 } },
  { name: "32 groups of 4, as in ResNeXt, with stride", shapes: [[1, 128, 3, 3], [128, 4, 3, 3], [128]], options: { stride: 2, padding: 1, groups: 32 } },
  { name: "1×1 in 4 groups without bias", shapes: [[1, 12, 3, 3], [20, 3, 1, 1], undefined], options: { groups: 4 } },
  { name: "grouped with dilation and padding of each side", shapes: [[1, 6, 6, 7], [4, 3, 3, 2], [4]], options: { padding: [2, 0, 1, 1], dilation: 2, groups: 2 } },
];

// biome-ignore format: one case a line
export const depthwise: readonly Conv2dCase[] = [
  { name: "depthwise 3×3", shapes: [[1, 4, 6, 6], [4, 1, 3, 3], [4]], options: { padding: 1, groups: 4 } },
  { name: "depthwise of 5 channels", shapes: [[2, 5, 5, 7], [5, 1, 3, 3], [5]], options: { padding: 1, groups: 5 } },
  { name: "depthwise of 64 channels, odd map, stride 2", shapes: [[1, 64, 7, 7], [64, 1, 3, 3], [64]], options: { stride: 2, padding: 1, groups: 64 } },
  { name: "depthwise 5×5, map smaller than the kernel", shapes: [[1, 8, 3, 3], [8, 1, 5, 5], [8]], options: { padding: 2, groups: 8 } },
  { name: "depthwise with dilation", shapes: [[1, 4, 8, 7], [4, 1, 3, 3], [4]], options: { padding: 2, dilation: 2, groups: 4 } },
  { name: "depthwise with dilation and stride: some pixels lie under no tap", shapes: [[1, 4, 9, 8], [4, 1, 3, 3], [4]], options: { stride: [2, 3], padding: 1, dilation: 2, groups: 4 } },
  { name: "depthwise with padding after only and stride 2", shapes: [[1, 4, 8, 8], [4, 1, 3, 3], [4]], options: { stride: 2, padding: [0, 0, 1, 1], groups: 4 } },
  { name: "depthwise of stride 2, more rows than one invocation walks down", shapes: [[2, 5, 19, 6], [5, 1, 3, 3], [5]], options: { stride: 2, padding: 1, groups: 5 } },
  { name: "depthwise of stride 2, padding of each side", shapes: [[1, 4, 6, 9], [4, 1, 3, 3], [4]], options: { stride: 2, padding: [2, 1, 0, 3], groups: 4 } },
  { name: "depthwise without bias, stride of its own for each axis", shapes: [[1, 3, 7, 9], [3, 1, 3, 5], undefined], options: { stride: [1, 3], groups: 3 } },
  { name: "depthwise 1×1", shapes: [[1, 6, 3, 3], [6, 1, 1, 1], [6]], options: { groups: 6 } },
  { name: "depthwise with multiplier 2", shapes: [[1, 4, 5, 5], [8, 1, 3, 3], [8]], options: { padding: 1, groups: 4 } },
  { name: "depthwise of 5 channels with multiplier 3", shapes: [[1, 5, 4, 4], [15, 1, 3, 3], [15]], options: { padding: 1, groups: 5 } },
];
