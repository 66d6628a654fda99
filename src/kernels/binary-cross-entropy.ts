/** Binary cross-entropy with a sigmoid, element by element. */
import { layoutOf } from "../gpu/layout.ts";
import { binaryCrossEntropyGradient } from "./binary-cross-entropy-gradient.ts";
import { sameShape } from "./broadcast.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

/**
 * −weight · target · ln sigmoid(x) − (1 − target) · ln(1 − sigmoid(x)) for logits x and targets from 0 to 1 of its shape; weight has one
 * element a channel. It neither overflows nor loses digits for large logits.
 * @throws ShapeError if targets or weights do not fit.
 */
export const binaryCrossEntropy = (x: Node, target: Node, weight: Node): Node => apply(op, [x, target, weight], {});

const op: Op = {
  name: "binaryCrossEntropy",
  inputs: ["x", "target", "weight"],
  sliced: ["x"],
  shape([x, target, weight]) {
    const channels = layoutOf(x).channels;
    if (!sameShape(x, target)) throw new ShapeError("binaryCrossEntropy", "there must be a target for each logit", [x, target]);
    if (weight.length !== 1 || weight[0] !== channels)
      throw new ShapeError("binaryCrossEntropy", `weight must have ${channels} elements`, [x, weight]);
    return x;
  },
  launches({ shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    const bind = ["x", "target", "weight", "y"];
    return [{ shader: "binary-cross-entropy", bind, params: { size: vectors, channels, blocks }, workgroups: grid(vectors) }];
  },
  gradient: (node, dy) => [binaryCrossEntropyGradient(node, dy), undefined, undefined],
};
