/** The square root. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import { squareRootGradient } from "./square-root-gradient.ts";

/** √x, element by element. Its gradient at 0, where the slope is infinite, is 0: a perfect fit stays where it is. */
export const squareRoot = (x: Node): Node => apply(op, [x], {});

const op: Op = {
  name: "squareRoot",
  inputs: ["x"],
  shape: ([x]) => x,
  launches({ shape }) {
    const { vectors } = layoutOf(shape);
    return [{ shader: "square-root", bind: ["x", "y"], params: { size: vectors }, workgroups: grid(vectors) }];
  },
  gradient: (y, dy) => [squareRootGradient(y, dy)],
};
