/** A factor and an offset apply to every element, and to no pad lane. */
import type { Node } from "../../src/kernels/op.ts";
import { scale } from "../../src/kernels/scale.ts";
import { describeOp } from "../describe-op.ts";
import { scale as reference } from "../reference/scale.ts";
import type { Values } from "../reference/values.ts";

interface Affine {
  readonly factor: number;
  readonly offset?: number;
}

describeOp(
  "scale",
  (x: Node, { factor, offset }: Affine) => scale(x, factor, offset),
  (x: Values, { factor, offset }: Affine) => reference(x, factor, offset),
  [
    { name: "factor alone", shapes: [[2, 8, 3, 3]], options: { factor: -2.5 } },
    { name: "offset, last vector part full", shapes: [[2, 5, 3, 3]], options: { factor: 2, offset: 3 } },
    { name: "factor 0", shapes: [[1, 3, 2, 2]], options: { factor: 0, offset: 1 } },
    { name: "one axis", shapes: [[7]], options: { factor: 0.5, offset: -1 } },
    { name: "more than one workgroup", shapes: [[1, 3, 40, 41]], options: { factor: 3 } },
  ],
);
