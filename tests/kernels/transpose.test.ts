/** Axes come in any order, whichever of them are the channels before and after. */
import { transpose } from "../../src/kernels/transpose.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { transpose as reference } from "../reference/transpose.ts";

describeOp("transpose", transpose, reference, [
  { name: "a matrix", shapes: [[3, 5]], options: [1, 0] },
  { name: "channels last", shapes: [[2, 5, 3, 4]], options: [0, 2, 3, 1] },
  { name: "channels first again", shapes: [[2, 3, 4, 5]], options: [0, 3, 1, 2] },
  { name: "reversed", shapes: [[2, 3, 4, 5]], options: [3, 2, 1, 0] },
  { name: "six axes, as depth to space has them", shapes: [[1, 2, 2, 3, 2, 3]], options: [0, 3, 4, 1, 5, 2] },
  { name: "nothing moves", shapes: [[2, 5, 3]], options: [0, 1, 2] },
  { name: "more than one workgroup", shapes: [[2, 9, 11, 5]], options: [1, 3, 0, 2] },
]);

describeShapeErrors("transpose", transpose, [
  { name: "an axis twice", shapes: [[2, 3]], options: [0, 0] },
  { name: "an axis too few", shapes: [[2, 3]], options: [0] },
]);
