/** Rotated filters are the plain permutation, group by group. */
import { rotateFilters } from "../../src/kernels/rotate-filters.ts";
import { describeOp } from "../describe-op.ts";
import { rotateFilters as reference } from "../reference/rotate-filters.ts";

// biome-ignore format: one case a line
describeOp("rotateFilters", rotateFilters, reference, [
  { name: "one filter of one tap", shapes: [[1, 1, 1, 1]] },
  { name: "whole vectors", shapes: [[8, 4, 3, 3]] },
  { name: "half-empty vectors on both sides, an oblong kernel", shapes: [[5, 3, 2, 3]] },
  { name: "2 groups that begin within a vector", shapes: [[6, 5, 3, 3]], options: 2 },
  { name: "depthwise", shapes: [[5, 1, 3, 3]], options: 5 },
  { name: "more vectors than a workgroup covers", shapes: [[66, 7, 3, 1]] },
]);
