/** Elements by their indices along an axis. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { laneStrides, type Strided, walkParams } from "./walk.ts";

interface GatherAttrs {
  readonly axis: number;
  /** Whether the indices have x's axes, one for every element of the result, instead of standing in the axis' place. */
  readonly byElement: boolean;
}

/** x[…, index[…], …]: the axis is replaced by those of `index`, whose values are whole numbers; negative ones count from the end. */
export const gather = (x: Node, index: Node, axis: number): Node => apply(op, [x, index], { axis, byElement: false });

/** x with its place along the axis given by `index`, which has as many axes as x and is no larger beside that axis. */
export const gatherElements = (x: Node, index: Node, axis: number): Node => apply(op, [x, index], { axis, byElement: true });

const op: Op<GatherAttrs> = {
  name: "gather",
  inputs: ["x", "index"],
  shape([x, index], { axis, byElement }) {
    const name = byElement ? "gatherElements" : "gather";
    if (!(axis >= 0 && axis < x.length)) throw new ShapeError(name, `there is no axis ${axis}`, [x]);
    if (!byElement) return [...x.slice(0, axis), ...index, ...x.slice(axis + 1)];
    if (index.length !== x.length || index.some((size, at) => at !== axis && size > x[at]))
      throw new ShapeError(name, "indices must have x's axes and be no larger beside theirs", [x, index]);
    return index;
  },
  launches({ inputs: [x, index], attrs: { axis, byElement }, shape }) {
    const lanes = laneStrides(x.shape);
    const indexLanes = laneStrides(index.shape);
    const zeros = (count: number): number[] => Array<number>(count).fill(0);
    const after = x.shape.length - axis - 1;
    const operands: Record<string, Strided> = byElement
      ? { x: { start: 0, strides: lanes.with(axis, 0) }, index: { start: 0, strides: indexLanes } }
      : {
          x: { start: 0, strides: [...lanes.slice(0, axis), ...zeros(index.shape.length), ...lanes.slice(axis + 1)] },
          index: { start: 0, strides: [...zeros(axis), ...indexLanes, ...zeros(after)] },
        };
    return [
      {
        shader: "gather",
        bind: ["x", "index", "y"],
        params: { ...walkParams("gather", shape, operands), axis_size: x.shape[axis], axis_stride: lanes[axis] },
        workgroups: grid(layoutOf(shape).vectors),
      },
    ];
  },
};
