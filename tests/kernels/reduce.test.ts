/** Reductions are right for every kind and any axes, few elements or many, and keep what large values would drown. */
import type { Node } from "../../src/kernels/op.ts";
import { type ReduceKind, reduce } from "../../src/kernels/reduce.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { type ReduceCall, reduce as reference } from "../reference/reduce.ts";

const build = (x: Node, { kind, axes, keepDims }: ReduceCall): Node => reduce(kind, x, axes, keepDims);

const kinds: readonly ReduceKind[] = ["sum", "mean", "max", "min", "prod", "l1", "l2", "sumSquare", "logSum", "logSumExp"];
const positive = (_operand: number, _element: number, random: number): number => 0.5 + random;

describeOp("reduce", build, reference, [
  ...kinds.map((kind) => ({ name: "one axis", shapes: [[2, 5, 6]], options: { kind, axes: [2] }, values: positive })),
  { name: "the channels", shapes: [[2, 5, 3, 3]], options: { kind: "sum", axes: [1] } },
  { name: "the batch, dropped", shapes: [[3, 5, 2]], options: { kind: "max", axes: [0], keepDims: false }, values: [-3, -1] },
  { name: "axes that do not lie together", shapes: [[2, 5, 3, 4]], options: { kind: "mean", axes: [0, 2] } },
  { name: "every axis", shapes: [[2, 5, 3]], options: { kind: "sum", axes: [0, 1, 2] } },
  { name: "axes in any order", shapes: [[2, 3, 4, 5]], options: { kind: "sumSquare", axes: [3, 1] } },
  { name: "many elements, in two steps", shapes: [[1, 6, 20, 30]], options: { kind: "mean", axes: [1, 2, 3] } },
  { name: "a norm of many elements", shapes: [[1, 6, 20, 30]], options: { kind: "l2", axes: [1, 2, 3] } },
  { name: "exponentials of many elements", shapes: [[1, 6, 20, 30]], options: { kind: "logSumExp", axes: [1, 2, 3] } },
  { name: "exponentials that would overflow", shapes: [[2, 5]], options: { kind: "logSumExp", axes: [1] }, values: [100, 1000] },
  { name: "no axis: the function of each element", shapes: [[2, 5]], options: { kind: "l1", axes: [] } },
  { name: "one axis alone", shapes: [[7]], options: { kind: "sum", axes: [0] } },
]);

describeShapeErrors("sum", (x: Node) => reduce("sum", x, [2]), [{ name: "an axis that is not there", shapes: [[2, 3]] }]);
