/** Filters multiplied by one factor an output channel: how a batch norm goes into the convolution before it. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** weight [out, in, kh, kw] · scale [out] */
export const scaleFilters = (weight: Node, scale: Node): Node => apply(op, [weight, scale], {});

const op: Op = {
  name: "scaleFilters",
  inputs: ["weight", "scale"],
  shape: ([weight]) => weight,
  launches({ shape }) {
    const { vectors, batch } = layoutOf(shape);
    return [
      {
        shader: "scale-filters",
        bind: ["weight", "scale", "y"],
        params: { size: vectors, filter_vectors: vectors / batch },
        workgroups: grid(vectors),
      },
    ];
  },
};
