/** Transposed convolutions, each chosen for a way in which a kernel could go wrong. Operands: x, weight [in, out / groups, kh, kw], bias. */
import type { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import type { OpCase, OptionsOf } from "../describe-op.ts";

// biome-ignore format: one case a line
export const cases: readonly OpCase<OptionsOf<typeof convTranspose2d>>[] = [
  { name: "one pixel becomes the kernel", shapes: [[1, 1, 1, 1], [1, 1, 3, 3], [1]] },
  { name: "stride 1 is a full convolution", shapes: [[1, 4, 4, 5], [4, 8, 3, 3], [8]] },
  { name: "2×2 stride 2, as in U-Net: windows do not overlap", shapes: [[1, 8, 3, 4], [8, 4, 2, 2], [4]], options: { stride: 2 } },
  { name: "3×3 stride 2 with padding and output padding doubles the size", shapes: [[2, 4, 3, 5], [4, 8, 3, 3], [8]], options: { stride: 2, padding: 1, outputPadding: 1 } },
  { name: "4×4 stride 2 with padding: windows overlap", shapes: [[1, 4, 4, 3], [4, 4, 4, 4], [4]], options: { stride: 2, padding: 1 } },
  { name: "stride 3 with kernel 2 leaves gaps, which are the bias", shapes: [[1, 4, 3, 3], [4, 4, 2, 2], [4]], options: { stride: 3 } },
  { name: "output padding adds rows of bias alone", shapes: [[1, 4, 2, 2], [4, 4, 1, 1], [4]], options: { stride: 3, outputPadding: 2 } },
  { name: "dilation 2", shapes: [[1, 4, 4, 4], [4, 4, 3, 3], [4]], options: { dilation: 2 } },
  { name: "dilation 2 with stride 2", shapes: [[1, 4, 4, 3], [4, 4, 3, 3], [4]], options: { stride: 2, padding: 1, dilation: 2 } },
  { name: "dilation 3 with stride 2: taps alternate between phases", shapes: [[1, 4, 3, 3], [4, 4, 2, 2], [4]], options: { stride: 2, dilation: 3 } },
  { name: "stride, padding and kernel of their own for each axis", shapes: [[1, 4, 3, 4], [4, 4, 3, 2], [4]], options: { stride: [2, 1], padding: [1, 0], outputPadding: [1, 0] } },
  { name: "padding larger than the kernel's reach crops the map", shapes: [[1, 4, 6, 6], [4, 4, 2, 2], [4]], options: { padding: 2 } },
  { name: "without bias", shapes: [[1, 4, 3, 3], [4, 4, 2, 2]] },
  { name: "one channel in, one out", shapes: [[1, 1, 5, 4], [1, 1, 3, 3], [1]], options: { stride: 2 } },
  { name: "three channels to five", shapes: [[2, 3, 4, 3], [3, 5, 3, 3], [5]], options: { stride: 2, padding: 1 } },
  { name: "64 channels", shapes: [[1, 64, 3, 3], [64, 16, 2, 2], [16]], options: { stride: 2 } },
  { name: "more output channels than a workgroup covers", shapes: [[1, 4, 2, 2], [4, 130, 2, 2], [130]], options: { stride: 2 } },
  { name: "2 groups of whole vectors", shapes: [[1, 8, 3, 3], [8, 4, 3, 3], [8]], options: { stride: 2, groups: 2 } },
  { name: "3 groups that begin within a vector", shapes: [[1, 6, 3, 3], [6, 3, 3, 3], [9]], options: { stride: 2, padding: 1, groups: 3 } },
  { name: "depthwise", shapes: [[1, 5, 3, 3], [5, 1, 4, 4], [5]], options: { stride: 2, padding: 1, groups: 5 } },
];
