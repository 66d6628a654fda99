/** Axes in another order. */
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { strided } from "./strided.ts";
import { laneStrides } from "./walk.ts";

/**
 * Axis k of the result is axis order[k] of x.
 * @throws ShapeError unless `order` names every axis once.
 */
export const transpose = (x: Node, order: readonly number[]): Node => apply(op, [x], { order });

const op: Op<{ readonly order: readonly number[] }> = {
  name: "transpose",
  inputs: ["x"],
  shape([x], { order }) {
    if (order.length !== x.length || !x.every((_, axis) => order.includes(axis)))
      throw new ShapeError("transpose", `${order.join(", ")} is no order of ${x.length} axes`, [x]);
    return order.map((axis) => x[axis]);
  },
  lower({ inputs: [x], attrs: { order }, shape }) {
    const lanes = laneStrides(x.shape);
    return strided(x, { start: 0, strides: order.map((axis) => lanes[axis]), shape });
  },
};
