/** The largest elements along an axis, and where they are. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { laneStrides, walkParams } from "./walk.ts";

export interface LargestOptions {
  readonly axis: number;
  readonly k: number;
  readonly smallest?: boolean;
}

/**
 * The k largest elements along the axis in falling order, or the k smallest in rising order.
 * @throws ShapeError unless the axis is there and has k elements.
 */
export const largest = (x: Node, { axis, k, smallest = false }: LargestOptions): Node =>
  apply(op, [x], { axis, k, smallest, entryPoint: "largest_values" });

/** Where along the axis the elements of `largest` are; of equal ones the first comes first. */
export const largestPlaces = (x: Node, { axis, k, smallest = false }: LargestOptions): Node =>
  apply(op, [x], { axis, k, smallest, entryPoint: "largest_places" });

interface LargestAttrs {
  readonly axis: number;
  readonly k: number;
  readonly smallest: boolean;
  readonly entryPoint: "largest_values" | "largest_places";
}

const op: Op<LargestAttrs> = {
  name: "largest",
  inputs: ["x"],
  shape([x], { axis, k }) {
    if (!(axis >= 0 && axis < x.length && Number.isInteger(k) && k > 0 && k <= x[axis]))
      throw new ShapeError("largest", `there are no ${k} elements along axis ${axis}`, [x]);
    return x.with(axis, k);
  },
  launches({ inputs: [x], attrs: { axis, smallest, entryPoint }, shape }) {
    const lanes = laneStrides(x.shape);
    const operands = {
      x: { start: 0, strides: lanes.with(axis, 0) },
      rank: { start: 0, strides: shape.map((_, at) => (at === axis ? 1 : 0)) },
    };
    return [
      {
        shader: "largest",
        entryPoint,
        bind: ["x", "y"],
        params: {
          ...walkParams("largest", shape, operands),
          axis_size: x.shape[axis],
          axis_stride: lanes[axis],
          smallest: smallest ? 1 : 0,
        },
        workgroups: grid(layoutOf(shape).vectors),
      },
    ];
  },
};
