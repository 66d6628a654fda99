/** Cross-entropy of softmax with class labels, summed. */
import { type CrossEntropyAttrs, crossEntropyGradient, rowParams } from "./cross-entropy-gradient.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

/**
 * [Σ loss, Σ weight of its class] over all rows of logits x [n, c] with labels [n], or pixels of [n, c, h, w] with [n, h, w]; labels are
 * the class's number, weight [c]. A row labelled `ignoreIndex` counts in neither sum; a label that is no class makes the loss NaN.
 * `focus` is the focal loss's γ (Lin et al. 2017), 0 for none.
 * @throws ShapeError if labels or weights do not fit the logits.
 */
export const crossEntropySums = (x: Node, target: Node, weight: Node, attrs: CrossEntropyAttrs): Node =>
  apply(op, [x, target, weight], attrs);

/** Rows up to which each gets an invocation of its own. */
const ROWS_APART = 256;

const op: Op<CrossEntropyAttrs> = {
  name: "crossEntropy",
  inputs: ["x", "target", "weight"],
  shape([x, target, weight], { labelSmoothing, focus }) {
    if (x.length !== 2 && x.length !== 4) throw new ShapeError("crossEntropy", "logits must have 2 or 4 axes", [x]);
    if (String(target) !== String(x.toSpliced(1, 1)))
      throw new ShapeError("crossEntropy", "there must be a label for each row", [x, target]);
    if (weight.length !== 1 || weight[0] !== x[1]) throw new ShapeError("crossEntropy", `weight must have ${x[1]} elements`, [x, weight]);
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
      throw new ShapeError("crossEntropy", `label smoothing must be from 0 to 1, got ${labelSmoothing}`);
    if (!(focus >= 0)) throw new ShapeError("crossEntropy", `focus must not be negative, got ${focus}`);
    return [2];
  },
  launches({ inputs: [x, target], attrs }) {
    const { rows, ...params } = rowParams(x.shape, target.shape, attrs);
    const partRows = rows <= ROWS_APART ? 1 : Math.ceil(Math.sqrt(rows));
    const parts = Math.ceil(rows / partRows);
    const partials = { scratch: "partials", vectors: parts };
    const all = { ...params, rows, parts, part_rows: partRows, invalid: Number.NaN };
    const shader = "cross-entropy-sums";
    return [
      { shader, entryPoint: "parts", bind: ["x", "target", "weight", "x", partials], params: all, workgroups: grid(parts) },
      { shader, entryPoint: "total", bind: ["x", "target", "weight", partials, "y"], params: all, workgroups: grid(1) },
    ];
  },
  gradient: (node, dy) => [crossEntropyGradient(node, dy), undefined, undefined],
};
