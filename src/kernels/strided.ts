/** A copy in another order: what transposing, repeating, reversing and thinning out come to. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import { type Strided, walkParams } from "./walk.ts";

interface StridedAttrs extends Strided {
  readonly shape: Shape;
}

/** Elements of x under `shape`, read by strides through its memory (see `laneStrides`), which must stay inside it. */
export const strided = (x: Node, attrs: StridedAttrs): Node => apply(op, [x], attrs);

const op: Op<StridedAttrs> = {
  name: "strided",
  inputs: ["x"],
  shape: (_, { shape }) => shape,
  launches({ attrs, shape }) {
    return [
      {
        shader: "strided",
        bind: ["x", "y"],
        params: walkParams("strided", shape, { x: attrs }),
        workgroups: grid(layoutOf(shape).vectors),
      },
    ];
  },
};
