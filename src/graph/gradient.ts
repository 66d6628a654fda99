/** Reverse-mode differentiation: gradients are nodes of the same graph as the values. */
import { add } from "../kernels/arithmetic.ts";
import { ones } from "../kernels/ones.ts";
import { labelOf, type Node, type Op, ShapeError } from "../kernels/op.ts";
import { topologicalOrder } from "./order.ts";
import { type Cuts, markedCuts, standIns } from "./recompute.ts";

/** dL/d(input) for each input of a node, given dL/d(node), as an op's `gradient` has it; undefined where there is none. */
export type GradientRule = (node: Node, dy: Node) => ReturnType<NonNullable<Op["gradient"]>> | undefined;

const ownGradient: GradientRule = (node, dy) => node.op.gradient?.(node, dy);

/**
 * dL/d(target) for each target, for L = Σ output · seed; the seed is ones by default, so that L is the sum of the output. Nodes are taken
 * as they are, so a target is the very node that the output was built from. Activations before a `checkpoint`, or a cut of `cutsOf`, are
 * computed again. Another rule than the ops' own makes of this what some explanations are: a walk backwards that is no derivative.
 * @throws ShapeError if the seed has another shape than the output.
 * @throws Error if the output does not depend on a target, or does through an op without a gradient.
 */
export function gradients(
  output: Node,
  targets: readonly Node[],
  seed: Node = ones(output.shape),
  cutsOf: (order: readonly Node[]) => Cuts = markedCuts,
  gradientOf: GradientRule = ownGradient,
): Node[] {
  if (String(seed.shape) !== String(output.shape)) throw new ShapeError("gradients", "seed and output differ", [seed.shape, output.shape]);
  const order = topologicalOrder([output]);
  const leads = leadingTo(targets, order);
  const standIn = standIns(order, cutsOf(order));
  const found = new Map<Node, Node>([[output, seed]]);
  // Backwards, so that all contributions to a node are there before its own inputs get theirs.
  for (const node of order.toReversed()) {
    const dy = found.get(node);
    if (!dy || !node.inputs.some((x) => leads.has(x))) continue;
    const contributions = gradientOf(standIn(node, dy), dy);
    if (!contributions) throw new Error(`gradients: ${node.op.name} has no gradient, and a target lies behind ${labelOf(node)}`);
    for (const [index, dx] of contributions.entries()) {
      const x = node.inputs[index];
      const others = found.get(x);
      if (dx && leads.has(x)) found.set(x, others ? add(others, dx) : dx);
    }
  }
  return targets.map((target) => {
    const gradient = found.get(target);
    if (!gradient) throw new Error(`gradients: ${labelOf(output)} does not depend on ${labelOf(target)}`);
    return gradient;
  });
}

/** The targets, and every node that is computed from one. */
function leadingTo(targets: readonly Node[], order: readonly Node[]): Set<Node> {
  const leads = new Set(targets);
  for (const node of order) if (node.inputs.some((x) => leads.has(x))) leads.add(node);
  return leads;
}
