/** The gradient of cross-entropy with softmax. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

export interface CrossEntropyAttrs {
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly focus: number;
}

/** By the logits alone, given the gradient by the sum of losses as the first of dy's two elements. */
export const crossEntropyGradient = ({ inputs: [x, target, weight], attrs }: Node<CrossEntropyAttrs>, dy: Node): Node =>
  apply(op, [x, target, weight, dy], attrs);

/** What the kernels of cross-entropy and of its gradient are told of logits, targets and options. */
export function rowParams(x: Shape, target: Shape, { ignoreIndex, labelSmoothing, focus }: CrossEntropyAttrs) {
  const { batch, area, channels, blocks } = layoutOf(x);
  const [, , height = 1, width = 1] = x;
  // Targets [n] lie one after another; in [n, h, w] the rows are the channels, the last axis of storage.
  const lanes = layoutOf(target).blocks * 4;
  const steps = target.length === 1 ? { target_n: 1, target_h: 0, target_w: 0 } : { target_n: width * lanes, target_h: 1, target_w: lanes };
  return { rows: batch * area, channels, blocks, height, width, ...steps, ignored: ignoreIndex, smoothing: labelSmoothing, focus };
}

const op: Op<CrossEntropyAttrs> = {
  name: "crossEntropyGradient",
  inputs: ["x", "target", "weight", "dy"],
  shape: ([x]) => x,
  launches({ inputs: [x, target], attrs }) {
    const params = rowParams(x.shape, target.shape, attrs);
    const bind = ["x", "target", "weight", "dy", "y"];
    return [{ shader: "cross-entropy-gradient", bind, params, workgroups: grid(params.rows) }];
  },
};
