/** Transposed convolution equals the scattering of every input pixel's window. */
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { sizeOf } from "../../src/tensor.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { convTranspose2d as reference } from "../reference/conv-transpose2d.ts";
import { cases } from "./conv-transpose2d.cases.ts";

/** Products that one output sums, at most: the inputs of a group under every tap. */
describeOp(
  "convTranspose2d",
  convTranspose2d,
  reference,
  cases,
  ([, [channels, , ...kernel]], options) => (channels / (options?.groups ?? 1)) * sizeOf(kernel),
);

describeShapeErrors("convTranspose2d", convTranspose2d, [
  { name: "an input of 3 axes", shapes: [[4, 3, 3], [4, 4, 2, 2], [4]] },
  { name: "a weight for another number of channels", shapes: [[1, 3, 3, 3], [4, 4, 2, 2], [4]] },
  { name: "groups that do not divide the channels", shapes: [[1, 3, 3, 3], [3, 4, 2, 2], [8]], options: { groups: 2 } },
  { name: "a bias of another length", shapes: [[1, 4, 3, 3], [4, 2, 2, 2], [2]], options: { groups: 2 } },
  { name: "padding that leaves no output", shapes: [[1, 4, 2, 2], [4, 4, 2, 2], [4]], options: { padding: 2 } },
]);
