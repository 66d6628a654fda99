/** Reshaping keeps the elements in row-major order, channels first, however they lie in memory. */
import { relu } from "../../src/kernels/activation.ts";
import type { Node } from "../../src/kernels/op.ts";
import { flatten, reshape } from "../../src/kernels/reshape.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { relu as plainRelu } from "../reference/activation.ts";
import { flatten as plainFlatten, reshape as reference } from "../reference/reshape.ts";
import type { Values } from "../reference/values.ts";

describeOp("reshape", reshape, reference, [
  { name: "a map to features", shapes: [[2, 3, 4, 5]], options: [2, 60] },
  { name: "features to a map", shapes: [[2, 60]], options: [2, 5, 3, 4] },
  { name: "a missing size follows from the others", shapes: [[2, 3, 4, 5]], options: [6, -1, 2] },
  { name: "to one axis", shapes: [[2, 3, 2, 5]], options: [-1] },
  { name: "to more channels and fewer pixels", shapes: [[1, 4, 4, 6]], options: [1, 16, 2, 3] },
  { name: "channels into groups, as before a channel shuffle", shapes: [[1, 6, 2, 2]], options: [1, 2, 3, 4] },
  { name: "pixels of whole vectors to features", shapes: [[2, 8, 3, 3]], options: [2, 72] },
  { name: "one pixel lies as features do", shapes: [[2, 5, 1, 1]], options: [2, 5] },
  { name: "features lie as one pixel does", shapes: [[2, 5]], options: [2, 5, 1, 1] },
  { name: "pixels along one axis", shapes: [[2, 5, 3, 4]], options: [2, 5, 12, 1] },
  { name: "the same shape", shapes: [[2, 5, 3, 4]], options: [2, 5, 3, 4] },
  { name: "the channel axis becomes the batch", shapes: [[1, 8, 1, 1]], options: [8, 1] },
]);

describeOp("flatten", flatten, plainFlatten, [
  { name: "a map whose channels fill no vector", shapes: [[2, 3, 4, 5]] },
  { name: "a map of whole vectors", shapes: [[2, 8, 3, 3]] },
  { name: "a map of one pixel", shapes: [[2, 6, 1, 1]] },
  { name: "features stay as they are", shapes: [[2, 6]] },
]);

describeOp(
  "relu of a view of a kernel's result",
  (x: Node) => relu(flatten(relu(x))),
  (x: Values) => plainRelu(plainFlatten(plainRelu(x))),
  [
    { name: "a map of one pixel, where nothing moves", shapes: [[2, 6, 1, 1]] },
    { name: "a map, where elements move", shapes: [[2, 6, 2, 2]] },
  ],
);

describeShapeErrors("reshape", reshape, [
  { name: "another number of elements", shapes: [[2, 3, 4, 5]], options: [2, 61] },
  { name: "a missing size that does not divide", shapes: [[2, 3, 4, 5]], options: [7, -1] },
  { name: "two missing sizes", shapes: [[2, 3, 4, 5]], options: [-1, -1] },
]);
