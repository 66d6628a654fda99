/** The product of two matrices equals the plain sums. */
import { matmul } from "../../src/kernels/matmul.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { matmul as reference } from "../reference/matmul.ts";

// biome-ignore format: one case a line
describeOp(
  "matmul",
  matmul,
  reference,
  [
    { name: "one element", shapes: [[1, 1], [1, 1]] },
    { name: "whole vectors", shapes: [[4, 8], [8, 4]] },
    { name: "half-empty vectors on every axis", shapes: [[5, 7], [7, 3]] },
    { name: "depth 1: an outer product", shapes: [[6, 1], [1, 9]] },
    { name: "one row", shapes: [[1, 33], [33, 6]] },
    { name: "one column", shapes: [[6, 33], [33, 1]] },
    { name: "tiles part full on every axis", shapes: [[17, 33], [33, 19]] },
    { name: "more columns than a workgroup covers", shapes: [[3, 5], [5, 130]] },
    { name: "more rows than a workgroup covers", shapes: [[130, 5], [5, 6]] },
    { name: "64 on every axis", shapes: [[64, 64], [64, 64]] },
  ],
  ([[, depth]]) => depth,
);

// biome-ignore format: one case a line
describeShapeErrors("matmul", matmul, [
  { name: "inner sizes that differ", shapes: [[2, 3], [4, 2]] },
  { name: "an operand of 4 axes", shapes: [[1, 2, 3, 3], [3, 3]] },
]);
