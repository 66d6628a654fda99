/** One factor and one addend a channel: what a batch norm with fixed statistics comes to. */
import { layoutOf } from "../gpu/layout.ts";
import { activationCode, type EpilogueActivation } from "./epilogue.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** act(x · scale + shift); scale and shift have one element a channel. */
export const channelAffine = (x: Node, scale: Node, shift: Node, activation: EpilogueActivation): Node =>
  apply(op, [x, scale, shift], { activation });

const op: Op<{ readonly activation: EpilogueActivation }> = {
  name: "channelAffine",
  inputs: ["x", "scale", "shift"],
  sliced: ["x", "y"],
  shape: ([x]) => x,
  launches({ attrs: { activation }, shape }) {
    const { blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "channel-affine",
        bind: ["x", "scale", "shift", "y"],
        params: { size: vectors, blocks, activation: activationCode[activation] },
        workgroups: grid(vectors),
      },
    ];
  },
};
