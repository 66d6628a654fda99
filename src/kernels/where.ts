/** A choice between two values, element by element. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import { broadcastShape, broadcastStrides, walkParams } from "./walk.ts";

/**
 * a where `condition` is not 0, else b; axes are aligned at the last and those of size 1 repeat.
 * @throws ShapeError if the shapes do not fit.
 */
export const where = (condition: Node, a: Node, b: Node): Node => apply(op, [condition, a, b], {});

const op: Op = {
  name: "where",
  inputs: ["condition", "a", "b"],
  shape: (shapes) => broadcastShape("where", shapes),
  launches({ inputs: [condition, a, b], shape }) {
    const operands = {
      condition: broadcastStrides(condition.shape, shape),
      a: broadcastStrides(a.shape, shape),
      b: broadcastStrides(b.shape, shape),
    };
    return [
      {
        shader: "where",
        bind: ["condition", "a", "b", "y"],
        params: walkParams("where", shape, operands),
        workgroups: grid(layoutOf(shape).vectors),
      },
    ];
  },
};
