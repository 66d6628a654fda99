/** A value that gradients stop at. */
import { apply, type Node, type Op } from "./op.ts";

/** x, taken as a constant by gradients: what weighs a loss without being learnt by it. */
export const detach = (x: Node): Node => apply(op, [x], {});

const op: Op = {
  name: "detach",
  inputs: ["x"],
  shape: ([x]) => x,
  gradient: () => [undefined],
};
