/** Every k-th element along axes, forwards or backwards. */
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { strided } from "./strided.ts";
import { laneStrides } from "./walk.ts";

/** What is taken of one axis: `size` elements from `start` on, `step` apart; a negative step walks backwards. */
export interface Range {
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

/**
 * The elements in a range of every axis.
 * @throws ShapeError unless there is one range an axis, not empty and inside it.
 */
export const strideSlice = (x: Node, ranges: readonly Range[]): Node => apply(op, [x], { ranges });

const op: Op<{ readonly ranges: readonly Range[] }> = {
  name: "strideSlice",
  inputs: ["x"],
  shape([x], { ranges }) {
    if (ranges.length !== x.length) throw new ShapeError("strideSlice", `${ranges.length} ranges for ${x.length} axes`, [x]);
    for (const [axis, { start, step, size }] of ranges.entries()) {
      const last = start + step * (size - 1);
      const isInside =
        [start, step, size].every(Number.isInteger) && size > 0 && start >= 0 && start < x[axis] && last >= 0 && last < x[axis];
      if (!isInside) throw new ShapeError("strideSlice", `${size} elements from ${start} by ${step} are not in axis ${axis}`, [x]);
    }
    return ranges.map(({ size }) => size);
  },
  lower({ inputs: [x], attrs: { ranges }, shape }) {
    const lanes = laneStrides(x.shape);
    return strided(x, {
      start: ranges.reduce((sum, { start }, axis) => sum + start * lanes[axis], 0),
      strides: ranges.map(({ step }, axis) => step * lanes[axis]),
      shape,
    });
  },
};
