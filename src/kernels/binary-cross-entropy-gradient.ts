/** The gradient of binary cross-entropy with a sigmoid. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** By the logits alone. */
export const binaryCrossEntropyGradient = ({ inputs: [x, target, weight] }: Node, dy: Node): Node => apply(op, [x, target, weight, dy], {});

const op: Op = {
  name: "binaryCrossEntropyGradient",
  inputs: ["x", "target", "weight", "dy"],
  sliced: ["x", "dy", "y"],
  shape: ([x]) => x,
  launches({ shape }) {
    const { blocks, vectors } = layoutOf(shape);
    const bind = ["x", "target", "weight", "dy", "y"];
    return [{ shader: "binary-cross-entropy-gradient", bind, params: { size: vectors, blocks }, workgroups: grid(vectors) }];
  },
};
