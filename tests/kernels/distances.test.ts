/** Distances between rows equal the plain sums, to their last digits also where rows are nearly alike. */
import { cosineDistances, manhattanDistances, squaredDistances } from "../../src/kernels/distances.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import * as reference from "../reference/distances.ts";

// biome-ignore format: one case a line
const cases = [
  { name: "one number each", shapes: [[1, 1], [1, 1]] },
  { name: "whole vectors", shapes: [[4, 8], [8, 8]] },
  { name: "half-empty vectors on every axis", shapes: [[3, 5], [7, 5]] },
  { name: "17 queries, 33 items: one more than a tile on both sides", shapes: [[17, 12], [33, 12]] },
  { name: "more items than a workgroup of 64 invocations covers", shapes: [[2, 4], [261, 4]] },
  { name: "37 vectors: steps of 8 and of 16 end in between", shapes: [[2, 147], [6, 147]] },
];

const terms = ([[, channels]]: readonly (readonly number[])[]): number => channels;

describeOp("squaredDistances", squaredDistances, reference.squaredDistances, cases, terms);
describeOp("manhattanDistances", manhattanDistances, reference.manhattanDistances, cases, terms);
describeOp("cosineDistances", cosineDistances, reference.cosineDistances, cases, terms);

// |a|² + |b|² − 2ab would be wrong in the first digit: the squares are 10⁷ times as large as the distance.
describeOp("squaredDistances", squaredDistances, reference.squaredDistances, [
  {
    name: "rows that differ by a thousandth",
    shapes: [
      [2, 16],
      [9, 16],
    ],
    values: (operand, element) => 3 + (element % 16) + (operand === 1 ? 2 ** -10 * (1 + Math.floor(element / 16)) : 0),
    terms: 16,
  },
]);

describeOp("cosineDistances", cosineDistances, reference.cosineDistances, [
  {
    name: "rows of zeros are at distance 1 of all",
    shapes: [
      [3, 6],
      [5, 6],
    ],
    values: (_, element, random) => (element < 12 ? 0 : random),
  },
  {
    name: "zeros in whole vectors",
    shapes: [
      [2, 8],
      [2, 8],
    ],
    values: (_, element, random) => (element < 8 ? 0 : random),
  },
  {
    name: "lengths whose squares float32 cannot hold",
    shapes: [
      [2, 6],
      [3, 6],
    ],
    values: (operand, _, random) => (random - 0.5) * (operand ? 1e-30 : 1e30),
    terms: 6,
  },
]);

// biome-ignore format: one case a line
const wrong = [
  { name: "rows of different lengths", shapes: [[1, 5], [3, 6]] },
  { name: "items of 4 axes", shapes: [[1, 5], [3, 5, 1, 1]] },
  { name: "queries of 1 axis", shapes: [[5], [3, 5]] },
];

describeShapeErrors("squaredDistances", squaredDistances, wrong);
describeShapeErrors("manhattanDistances", manhattanDistances, wrong);
describeShapeErrors("cosineDistances", cosineDistances, wrong);
