/** Many matrix products at once. */
import { layoutOf } from "../gpu/layout.ts";
import { sizeOf } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { broadcastShape, laneStrides, type Strided, walkParams } from "./walk.ts";

/**
 * a […, m, k] · b […, k, n]: […, m, n]; axes before the last two broadcast. `matmul` is quicker for one product.
 * @throws ShapeError if the inner sizes differ or an operand has fewer than 2 axes.
 */
export const batchMatmul = (a: Node, b: Node): Node => apply(op, [a, b], {});

const op: Op = {
  name: "batchMatmul",
  inputs: ["a", "b"],
  shape([a, b]) {
    if (a.length < 2 || b.length < 2 || a[a.length - 1] !== b[b.length - 2])
      throw new ShapeError("batchMatmul", "inner sizes differ or there are fewer than 2 axes", [a, b]);
    return [...broadcastShape("batchMatmul", [a.slice(0, -2), b.slice(0, -2)]), a[a.length - 2], b[b.length - 1]];
  },
  launches({ inputs: [a, b], shape }) {
    const aLanes = laneStrides(a.shape);
    const bLanes = laneStrides(b.shape);
    const outer = (operand: Node, lanes: readonly number[]): number[] => {
      const missing = shape.length - operand.shape.length;
      return shape.slice(0, -2).map((_, axis) => (axis < missing || operand.shape[axis - missing] === 1 ? 0 : lanes[axis - missing]));
    };
    const operands: Record<string, Strided> = {
      a: { start: 0, strides: [...outer(a, aLanes), aLanes[aLanes.length - 2], 0] },
      b: { start: 0, strides: [...outer(b, bLanes), 0, bLanes[bLanes.length - 1]] },
    };
    return [
      {
        shader: "batch-matmul",
        bind: ["a", "b", "y"],
        params: {
          ...walkParams("batchMatmul", shape, operands),
          terms: a.shape[a.shape.length - 1],
          a_term: aLanes[aLanes.length - 1],
          b_term: bLanes[bLanes.length - 2],
        },
        workgroups: grid(layoutOf(shape).vectors),
      },
    ];
  },
  macs: ({ inputs: [a], shape }) => sizeOf(shape) * a.shape[a.shape.length - 1],
};
