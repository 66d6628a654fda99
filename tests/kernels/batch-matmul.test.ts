/** Matrix products over any axes before the last two, which repeat where they are of size 1. */
import { batchMatmul } from "../../src/kernels/batch-matmul.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { batchMatmul as reference } from "../reference/batch-matmul.ts";

const terms = ([a]: readonly (readonly number[])[]): number => a[a.length - 1];

describeOp(
  "batchMatmul",
  batchMatmul,
  reference,
  [
    {
      name: "two products",
      shapes: [
        [2, 3, 4],
        [2, 4, 5],
      ],
    },
    {
      name: "a batch of heads",
      shapes: [
        [2, 3, 5, 4],
        [2, 3, 4, 6],
      ],
    },
    {
      name: "one matrix for all",
      shapes: [
        [2, 3, 5, 4],
        [4, 6],
      ],
    },
    {
      name: "each repeats along an axis",
      shapes: [
        [2, 1, 5, 4],
        [3, 4, 6],
      ],
    },
    {
      name: "one product",
      shapes: [
        [5, 7],
        [7, 3],
      ],
    },
  ],
  terms,
);

describeShapeErrors("batchMatmul", batchMatmul, [
  {
    name: "inner sizes that differ",
    shapes: [
      [2, 3, 4],
      [2, 3, 4],
    ],
  },
  { name: "a list", shapes: [[4], [4, 2]] },
]);
