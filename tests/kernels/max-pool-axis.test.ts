/** Windows along one axis keep their largest value, with stride, dilation and padding on any side. */
import { maxPoolAxis } from "../../src/kernels/max-pool-axis.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { maxPoolAxis as reference } from "../reference/max-pool-axis.ts";

describeOp("maxPoolAxis", maxPoolAxis, reference, [
  { name: "depth", shapes: [[2, 5, 6, 2, 2]], options: { axis: 2, kernel: 3, stride: 2, dilation: 1, before: 0, length: 2 } },
  {
    name: "dilated, with padding, below 0",
    shapes: [[1, 5, 3, 7]],
    options: { axis: 3, kernel: 3, stride: 1, dilation: 2, before: 2, length: 7 },
    values: [-3, -1],
  },
  {
    name: "more padding than half the kernel",
    shapes: [[1, 4, 5]],
    options: { axis: 2, kernel: 3, stride: 1, dilation: 1, before: 2, length: 7 },
    values: [-3, -1],
  },
]);

describeShapeErrors("maxPoolAxis", maxPoolAxis, [
  { name: "the channels", shapes: [[1, 4, 5]], options: { axis: 1, kernel: 2, stride: 1, dilation: 1, before: 0, length: 3 } },
  { name: "windows past the end", shapes: [[1, 4, 5]], options: { axis: 2, kernel: 2, stride: 2, dilation: 1, before: 0, length: 4 } },
]);
