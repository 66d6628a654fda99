/** A value repeats along axes of size 1, aligned at the last axis. */
import { expand } from "../../src/kernels/expand.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { expand as reference } from "../reference/expand.ts";

describeOp("expand", expand, reference, [
  { name: "a row", shapes: [[5]], options: [3, 5] },
  { name: "a number alone", shapes: [[1]], options: [2, 5] },
  { name: "channels", shapes: [[2, 1, 3]], options: [2, 6, 3] },
  { name: "inner and outer axes", shapes: [[1, 3, 1, 2]], options: [2, 3, 4, 2] },
]);

describeShapeErrors("expand", expand, [
  { name: "a size that does not repeat", shapes: [[2, 3]], options: [2, 6] },
  { name: "fewer axes than the value has", shapes: [[2, 3]], options: [3] },
]);
