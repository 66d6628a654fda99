/** Rows brought to length 1: what makes cosine distances of squared ones. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

/**
 * x [n, d] with every row divided by its length, as [n, d + 2].
 *
 * The last two channels are zero but for a row of zeros, which becomes the unit vector along the first of them on the side of the queries
 * and along the second on that of the items: it is orthogonal to every row of the other side, and its cosine distance is 1.
 * @throws ShapeError unless x has 2 axes.
 */
export const unitRows = (x: Node, side: "queries" | "items"): Node => apply(op, [x], { side });

const op: Op<{ readonly side: "queries" | "items" }> = {
  name: "unitRows",
  inputs: ["x"],
  shape([x]) {
    if (x.length !== 2) throw new ShapeError("unitRows", "input must have 2 axes", [x]);
    return [x[0], x[1] + 2];
  },
  launches({ inputs: [x], attrs: { side }, shape: [rows, channels] }) {
    const mark = side === "queries" ? channels - 2 : channels - 1;
    const params = { rows, blocks: layoutOf(x.shape).blocks, y_blocks: Math.ceil(channels / 4), mark };
    return [{ shader: "unit-rows", bind: ["x", "y"], params, workgroups: grid(rows) }];
  },
};
