/** Global average pooling. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

/** The mean of each channel: [batch, channels, height, width] → [batch, channels]. */
export const globalAvgPool = (x: Node): Node => apply(op, [x], {});

const op: Op = {
  name: "globalAvgPool",
  inputs: ["x"],
  sliced: ["x"],
  shape([x]) {
    if (x.length !== 4) throw new ShapeError("globalAvgPool", "input must have 4 axes", [x]);
    return [x[0], x[1]];
  },
  launches({ inputs: [x], shape }) {
    const { blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "global-avg-pool",
        bind: ["x", "y"],
        params: { size: vectors, blocks, height: x.shape[2], width: x.shape[3] },
        workgroups: grid(vectors),
      },
    ];
  },
};
