/** The place of each window's largest element is its number in the whole value, the first of equal ones. */
import { maxPool2dPlaces } from "../../src/kernels/max-pool2d-places.ts";
import { describeOp } from "../describe-op.ts";
import { maxPool2dPlaces as reference } from "../reference/max-pool2d-places.ts";

describeOp("maxPool2dPlaces", maxPool2dPlaces, reference, [
  { name: "two pictures of 5 channels", shapes: [[2, 5, 6, 8]], options: { kernel: 2 } },
  { name: "padding, below 0", shapes: [[1, 3, 5, 5]], options: { kernel: 3, stride: 2, padding: 1 }, values: [-3, -1] },
  { name: "dilated, uneven", shapes: [[1, 4, 7, 6]], options: { kernel: [2, 3], stride: 1, dilation: [2, 1] } },
  {
    name: "down the columns, equal elements",
    shapes: [[2, 2, 4, 5]],
    options: { kernel: 2, columnMajor: true },
    values: (_, __, random) => Math.floor(random * 2),
  },
]);
