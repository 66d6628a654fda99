/** A constant factor and addend. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** x · factor + offset */
export const scale = (x: Node, factor: number, offset = 0): Node => apply(op, [x], { factor, offset });

const op: Op<{ readonly factor: number; readonly offset: number }> = {
  name: "scale",
  inputs: ["x"],
  shape: ([x]) => x,
  launches({ attrs: { factor, offset }, shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    return [{ shader: "scale", bind: ["x", "y"], params: { size: vectors, channels, blocks, factor, offset }, workgroups: grid(vectors) }];
  },
  gradient: ({ attrs: { factor } }, dy) => [scale(dy, factor)],
};
