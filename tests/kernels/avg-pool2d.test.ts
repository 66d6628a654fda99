/** Average pooling divides by what PyTorch counts: padding or not, and never what ceil mode adds beyond it. */
import { avgPool2d } from "../../src/kernels/avg-pool2d.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { avgPool2d as reference } from "../reference/avg-pool2d.ts";

// biome-ignore format: one case a line
describeOp("avgPool2d", avgPool2d, reference, [
  { name: "2×2, as between dense blocks", shapes: [[2, 8, 6, 4]], options: { kernel: 2 } },
  { name: "2×2 on odd sizes drops the last row and column", shapes: [[1, 5, 7, 5]], options: { kernel: 2 } },
  { name: "padding counts", shapes: [[1, 4, 5, 6]], options: { kernel: 3, stride: 1, padding: 1 } },
  { name: "padding does not count", shapes: [[1, 4, 5, 6]], options: { kernel: 3, stride: 1, padding: 1, countIncludePad: false } },
  { name: "3×3 stride 2 with padding on odd sizes", shapes: [[2, 3, 7, 5]], options: { kernel: 3, stride: 2, padding: 1 } },
  { name: "ceil mode: the part window divides by what it covers", shapes: [[1, 4, 6, 6]], options: { kernel: 3, stride: 2, ceilMode: true } },
  { name: "ceil mode with padding: the padding counts, what lies beyond does not", shapes: [[1, 4, 6, 8]], options: { kernel: 3, stride: 2, padding: 1, ceilMode: true } },
  { name: "ceil mode with padding that does not count", shapes: [[1, 4, 6, 8]], options: { kernel: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false } },
  { name: "ceil mode drops a window that would start in the padding after", shapes: [[1, 4, 3, 3]], options: { kernel: 2, stride: 2, padding: 1, ceilMode: true } },
  { name: "kernel, stride and padding of their own for each axis", shapes: [[1, 4, 7, 9]], options: { kernel: [3, 2], stride: [1, 3], padding: [1, 0] } },
  { name: "stride larger than the kernel", shapes: [[1, 4, 9, 9]], options: { kernel: 2, stride: 4 } },
  { name: "kernel as large as the map", shapes: [[2, 6, 7, 7]], options: { kernel: 7 }, terms: 49 },
  { name: "64 channels", shapes: [[1, 64, 4, 4]], options: { kernel: 2 } },
  { name: "one channel, more than one workgroup", shapes: [[1, 1, 40, 41]], options: { kernel: 2 } },
]);

describeShapeErrors("avgPool2d", avgPool2d, [
  { name: "an input of 2 axes", shapes: [[1, 4]], options: { kernel: 2 } },
  { name: "a kernel larger than the padded map", shapes: [[1, 4, 3, 3]], options: { kernel: 4 } },
  { name: "padding of more than half the kernel", shapes: [[1, 4, 5, 5]], options: { kernel: 3, padding: 2 } },
  { name: "a stride of 0", shapes: [[1, 4, 3, 3]], options: { kernel: 2, stride: 0 } },
]);
