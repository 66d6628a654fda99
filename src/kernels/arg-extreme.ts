/** Where along an axis the largest or smallest element is. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { laneStrides, walkParams } from "./walk.ts";

export interface ArgOptions {
  readonly axis: number;
  /** Which of equal elements: the first unless this says so. */
  readonly last?: boolean;
}

/** The place of the largest element along the axis, which becomes one of size 1. */
export const argMax = (x: Node, { axis, last = false }: ArgOptions): Node => apply(op, [x], { kind: "argMax", axis, last });

/** The place of the smallest element, as `argMax`. */
export const argMin = (x: Node, { axis, last = false }: ArgOptions): Node => apply(op, [x], { kind: "argMin", axis, last });

interface ArgAttrs {
  readonly kind: "argMax" | "argMin";
  readonly axis: number;
  readonly last: boolean;
}

const op: Op<ArgAttrs> = {
  name: "argExtreme",
  inputs: ["x"],
  shape([x], { kind, axis }) {
    if (!(axis >= 0 && axis < x.length)) throw new ShapeError(kind, `there is no axis ${axis}`, [x]);
    return x.with(axis, 1);
  },
  launches({ inputs: [x], attrs: { kind, axis, last }, shape }) {
    const lanes = laneStrides(x.shape);
    return [
      {
        shader: "arg-extreme",
        bind: ["x", "y"],
        params: {
          ...walkParams(kind, shape, { x: { start: 0, strides: lanes.with(axis, 0) } }),
          axis_size: x.shape[axis],
          axis_stride: lanes[axis],
          smallest: kind === "argMin" ? 1 : 0,
          last: last ? 1 : 0,
        },
        workgroups: grid(layoutOf(shape).vectors),
      },
    ];
  },
};
