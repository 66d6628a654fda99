/** Adaptive pooling averages over PyTorch's windows, which overlap where the sizes do not divide. */
import { adaptiveAvgPool2d } from "../../src/kernels/adaptive-avg-pool2d.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { adaptiveAvgPool2d as reference } from "../reference/adaptive-avg-pool2d.ts";

describeOp("adaptiveAvgPool2d", adaptiveAvgPool2d, reference, [
  { name: "sizes that divide", shapes: [[2, 8, 6, 8]], options: [3, 2] },
  { name: "to one pixel", shapes: [[2, 5, 7, 6]], options: [1, 1], terms: 42 },
  { name: "to the same size", shapes: [[1, 4, 7, 7]], options: [7, 7] },
  { name: "6 to 7: windows overlap, as in VGG on small pictures", shapes: [[1, 4, 6, 6]], options: [7, 7] },
  { name: "32 to 7: windows of 5 and 6 overlap, as in VGG on large pictures", shapes: [[1, 3, 32, 32]], options: [7, 7], terms: 36 },
  { name: "1 to 3 repeats the pixel", shapes: [[1, 4, 1, 1]], options: [3, 3] },
  { name: "smaller along one axis, larger along the other", shapes: [[1, 5, 9, 3]], options: [4, 5] },
  { name: "one channel", shapes: [[2, 1, 5, 7]], options: [2, 3] },
  { name: "64 channels", shapes: [[1, 64, 5, 5]], options: [2, 2] },
]);

describeShapeErrors("adaptiveAvgPool2d", adaptiveAvgPool2d, [
  { name: "an input of 2 axes", shapes: [[1, 4]], options: [1, 1] },
  { name: "an output of size 0", shapes: [[1, 4, 3, 3]], options: [0, 1] },
]);
