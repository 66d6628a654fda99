/** Pictures of which parts are hidden, as a graph: what occlusion maps and deletion curves ask a network about. */
import { add, mul, sub } from "../kernels/arithmetic.ts";
import { input, type Node } from "../kernels/op.ts";

/** `fill` in the place of `picture` (both [1, c, h, w]) where `mask` [n, 1, h, w] is 1, for each mask: [n, c, h, w]. */
export const hidden = (picture: Node, fill: Node, mask: Node): Node => add(mul(mask, sub(fill, picture)), picture);

/**
 * A mask for each rectangle, given as its rows [n, 1, h, 1] and columns [n, 1, 1, w] of 0 and 1: inputs "rows" and "columns", which are far
 * less to upload than masks.
 */
export const rectangles = (count: number, height: number, width: number): Node =>
  mul(input("rows", [count, 1, height, 1]), input("columns", [count, 1, 1, width]));
