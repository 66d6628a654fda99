/** A fully connected layer equals the plain sums, also behind a flattened map. */
import { relu } from "../../src/kernels/activation.ts";
import { linear } from "../../src/kernels/linear.ts";
import type { Node } from "../../src/kernels/op.ts";
import { flatten } from "../../src/kernels/reshape.ts";
import type { Shape } from "../../src/tensor.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { relu as plainRelu } from "../reference/activation.ts";
import { linear as reference } from "../reference/linear.ts";
import { flatten as plainFlatten } from "../reference/reshape.ts";
import type { Values } from "../reference/values.ts";

const terms = ([, weight]: readonly Shape[]): number => weight[1];

// biome-ignore format: one case a line
describeOp(
  "linear",
  linear,
  reference,
  [
    { name: "one feature to one", shapes: [[1, 1], [1, 1], [1]] },
    { name: "whole vectors", shapes: [[4, 8], [8, 8], [8]] },
    { name: "5 features to 3: half-empty vectors on both sides", shapes: [[2, 5], [3, 5], [3]] },
    { name: "without bias", shapes: [[2, 5], [3, 5]] },
    { name: "512 features to 2, as a classifier's last layer", shapes: [[1, 512], [2, 512], [2]] },
    { name: "batch of 5: one row more than a tile", shapes: [[5, 7], [6, 7], [6]] },
    { name: "one row, more outputs than a workgroup covers", shapes: [[1, 13], [263, 13], [263]] },
    { name: "batch of 67", shapes: [[67, 9], [5, 9], [5]] },
    { name: "more outputs than a workgroup covers", shapes: [[3, 16], [1030, 16], [1030]] },
    { name: "odd number of features, many of them", shapes: [[2, 1027], [6, 1027], [6]] },
  ],
  terms,
);

describeOp(
  "relu of linear",
  (x: Node, weight: Node, bias: Node) => relu(linear(x, weight, bias)),
  (x: Values, weight: Values, bias: Values) => plainRelu(reference(x, weight, bias)),
  [{ name: "sums on both sides of 0", shapes: [[2, 5], [6, 5], [6]] }],
  terms,
);

describeOp(
  "linear of flatten",
  (x: Node, weight: Node, bias: Node) => linear(flatten(x), weight, bias),
  (x: Values, weight: Values, bias: Values) => reference(plainFlatten(x), weight, bias),
  [
    { name: "channels first in the features, last in memory", shapes: [[2, 4, 3, 2], [3, 24], [3]] },
    { name: "half-empty vectors in the map", shapes: [[2, 5, 3, 3], [6, 45], [6]] },
    { name: "a map of one pixel", shapes: [[2, 5, 1, 1], [3, 5], [3]] },
  ],
  terms,
);

describeShapeErrors("linear", linear, [
  { name: "a weight for another number of features", shapes: [[1, 5], [3, 6], [3]] },
  { name: "an input of 4 axes", shapes: [[1, 5, 2, 2], [3, 5], [3]] },
  { name: "a weight of 4 axes", shapes: [[1, 5], [3, 5, 1, 1], [3]] },
  { name: "a bias of another length", shapes: [[1, 5], [3, 5], [5]] },
]);
