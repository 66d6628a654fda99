/** Repeating fills axes of size 1, summing along them undoes it, and each is the gradient of the other. */
import { broadcastTo, sumTo } from "../../src/kernels/broadcast.ts";
import { sizeOf } from "../../src/tensor.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { broadcastTo as plainBroadcastTo, sumTo as plainSumTo } from "../reference/broadcast.ts";

describeOp("broadcastTo", broadcastTo, plainBroadcastTo, [
  { name: "a number for each channel", shapes: [[1, 5, 1, 1]], options: [2, 5, 3, 4] },
  { name: "a number for each pixel, over 7 channels", shapes: [[2, 1, 3, 4]], options: [2, 7, 3, 4] },
  { name: "rows", shapes: [[2, 5, 1, 4]], options: [2, 5, 3, 4] },
  { name: "a single element to four axes", shapes: [[1]], options: [2, 5, 3, 4] },
  { name: "a single element to one axis", shapes: [[1]], options: [7] },
  { name: "two axes", shapes: [[1, 6]], options: [3, 6] },
  { name: "the same shape", shapes: [[2, 3]], options: [2, 3] },
]);

describeOp(
  "sumTo",
  sumTo,
  plainSumTo,
  [
    { name: "pictures and pixels, as for a bias", shapes: [[2, 5, 3, 4]], options: [1, 5, 1, 1] },
    { name: "pixels", shapes: [[2, 8, 5, 7]], options: [2, 8, 1, 1] },
    { name: "channels, last vector part full", shapes: [[2, 7, 3, 4]], options: [2, 1, 3, 4] },
    { name: "channels of one vector", shapes: [[2, 3, 3, 4]], options: [2, 1, 3, 4] },
    { name: "pictures", shapes: [[3, 5, 3, 4]], options: [1, 5, 3, 4] },
    { name: "rows", shapes: [[2, 5, 3, 4]], options: [2, 5, 1, 4] },
    { name: "columns and channels", shapes: [[2, 5, 3, 4]], options: [2, 1, 3, 1] },
    { name: "everything, in several parts", shapes: [[2, 9, 11, 13]], options: [1] },
    { name: "everything, to four axes", shapes: [[2, 5, 3, 4]], options: [1, 1, 1, 1] },
    { name: "more than one workgroup of sums", shapes: [[2, 5, 9, 40]], options: [1, 5, 9, 40] },
    { name: "one axis", shapes: [[11]], options: [1] },
    { name: "five axes to one", shapes: [[2, 3, 2, 2, 2]], options: [1] },
    { name: "two axes", shapes: [[3, 6]], options: [1, 6] },
    { name: "the same shape", shapes: [[2, 3]], options: [2, 3] },
  ],
  ([x], shape) => sizeOf(x) / sizeOf(shape ?? x),
);

// biome-ignore format: one case a line
describeShapeErrors("broadcastTo", broadcastTo, [
  { name: "an axis that is neither 1 nor the same", shapes: [[1, 2, 3]], options: [1, 4, 3] },
  { name: "fewer axes", shapes: [[2, 3]], options: [2, 3, 1] },
]);
describeShapeErrors("sumTo", sumTo, [{ name: "an axis that is neither 1 nor the same", shapes: [[1, 4, 3]], options: [1, 2, 3] }]);
