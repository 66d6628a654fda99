/** Filters seen from the other end of a convolution. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/**
 * The filters by which the gradient of a convolution of stride 1 is convolved back to its input: weight [out, in / groups, kh, kw] turned
 * by 180°, inputs and outputs of each group swapped, [in, out / groups, kh, kw].
 */
export const rotateFilters = (weight: Node, groups = 1): Node => apply(op, [weight], { groups });

/** The filters that a node rotates, where they are of one group: kernels that put filters in order can turn them as well. */
export const unrotated = (node: Node): Node | undefined => (node.op === op && node.attrs.groups === 1 ? node.inputs[0] : undefined);

const op: Op<{ readonly groups: number }> = {
  name: "rotateFilters",
  inputs: ["weight"],
  shape: ([[outputs, groupInputs, ...kernel]], { groups }) => [groupInputs * groups, outputs / groups, ...kernel],
  launches({ inputs: [weight], attrs: { groups }, shape }) {
    const { vectors, area } = layoutOf(shape);
    return [
      {
        shader: "rotate-filters",
        bind: ["weight", "y"],
        params: { size: vectors, taps: area, group_inputs: weight.shape[1], group_outputs: weight.shape[0] / groups },
        workgroups: grid(vectors),
      },
    ];
  },
  gradient: ({ attrs: { groups } }, dy) => [rotateFilters(dy, groups)],
};
