/** The gradient of the square root. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** dy / (2 · root), and 0 where the root is 0. */
export const squareRootGradient = (root: Node, dy: Node): Node => apply(op, [root, dy], {});

const op: Op = {
  name: "squareRootGradient",
  inputs: ["root", "dy"],
  shape: ([root]) => root,
  launches({ shape }) {
    const { vectors } = layoutOf(shape);
    return [{ shader: "square-root-gradient", bind: ["root", "dy", "y"], params: { size: vectors }, workgroups: grid(vectors) }];
  },
};
