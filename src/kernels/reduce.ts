/** Elements along axes made one: sums, means, extremes, products and norms. */
import { layoutOf } from "../gpu/layout.ts";
import { type Shape, sizeOf } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { reshape } from "./reshape.ts";
import { unary } from "./unary.ts";
import { laneStrides, merged, walkParams } from "./walk.ts";

/** The values of `params.combine`, `before` and `after` in reduce.wgsl. */
const kernels = {
  sum: [0, 0, 0],
  mean: [0, 0, 0],
  max: [1, 0, 0],
  min: [2, 0, 0],
  prod: [3, 0, 0],
  l1: [0, 1, 0],
  l2: [0, 2, 1],
  sumSquare: [0, 2, 0],
  logSum: [0, 0, 2],
  logSumExp: [0, 3, 0],
} as const;

/** l1: Σ|x| · l2: √Σx² · sumSquare: Σx² · logSum: ln Σx · logSumExp: ln Σeˣ, shifted by the largest x. */
export type ReduceKind = keyof typeof kernels;

interface ReduceAttrs {
  readonly kind: ReduceKind;
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/**
 * x with `axes` reduced to one element each: kept as axes of size 1, or dropped.
 * @throws ShapeError for an axis that is not there.
 */
export const reduce = (kind: ReduceKind, x: Node, axes: readonly number[], keepDims = true): Node =>
  apply(op, [x], { kind, axes, keepDims });

/** Elements past which several axes are reduced one after the other, so that more than one invocation works on them. */
const LONG = 256;

/** What a reduction in two steps does last, after what it does first: the sum of squares is a sum of sums of squares. */
const stages: Readonly<Record<ReduceKind, readonly [first: ReduceKind, last: ReduceKind]>> = {
  sum: ["sum", "sum"],
  mean: ["mean", "mean"],
  max: ["max", "max"],
  min: ["min", "min"],
  prod: ["prod", "prod"],
  l1: ["l1", "sum"],
  l2: ["sumSquare", "sum"],
  sumSquare: ["sumSquare", "sum"],
  logSum: ["sum", "logSum"],
  logSumExp: ["logSumExp", "logSumExp"],
};

const op: Op<ReduceAttrs> = {
  name: "reduce",
  inputs: ["x"],
  shape([x], { kind, axes, keepDims }) {
    if (!axes.every((axis) => axis >= 0 && axis < x.length) || new Set(axes).size !== axes.length)
      throw new ShapeError(kind, `there are no axes ${axes.join(", ")}, or some twice`, [x]);
    return keepDims ? x.map((size, axis) => (axes.includes(axis) ? 1 : size)) : x.filter((_, axis) => !axes.includes(axis));
  },
  lower({ inputs: [x], attrs: { kind, axes, keepDims }, shape }) {
    if (!keepDims) return reshape(reduce(kind, x, axes, true), shape);
    const real = axes.filter((axis) => x.shape[axis] > 1);
    const isLong = sizeOf(axes.map((axis) => x.shape[axis])) > LONG;
    if (real.length < 2 || !isLong) return undefined;
    const [first, last] = stages[kind];
    const longest = real.reduce((best, axis) => (x.shape[axis] > x.shape[best] ? axis : best));
    const total = reduce(
      last,
      reduce(first, x, [longest]),
      axes.filter((axis) => axis !== longest),
    );
    return kind === "l2" ? unary("sqrt", total) : total;
  },
  launches({ inputs: [x], attrs: { kind, axes }, shape }) {
    const [combine, before, after] = kernels[kind];
    const lanes = laneStrides(x.shape);
    const sizes = axes.toSorted((a, b) => a - b).map((axis) => x.shape[axis]);
    const walked = merged(sizes, [axes.toSorted((a, b) => a - b).map((axis) => lanes[axis])]);
    return [
      {
        shader: "reduce",
        bind: ["x", "y"],
        params: {
          ...walkParams(kind, shape, { x: { start: 0, strides: lanes.map((stride, axis) => (axes.includes(axis) ? 0 : stride)) } }),
          ...reducedParams(kind, walked.sizes, walked.strides[0], shape),
          combine,
          before,
          after,
          factor: kind === "mean" ? 1 / sizeOf(sizes) : 1,
        },
        workgroups: grid(layoutOf(shape).vectors),
      },
    ];
  },
};

/** Axes that the kernel walks over, once neighbours that lie alike are taken as one. */
const REDUCED_AXES = 4;

function reducedParams(kind: string, sizes: Shape, strides: readonly number[], shape: Shape): Record<string, number> {
  const spare = REDUCED_AXES - sizes.length;
  if (spare < 0) throw new ShapeError(kind, `more than ${REDUCED_AXES} axes that do not lie together are not handled`, [shape]);
  const params: Record<string, number> = {};
  for (let axis = 0; axis < REDUCED_AXES; axis++) {
    params[`r${axis}`] = sizes[axis - spare] ?? 1;
    params[`r${axis}_stride`] = strides[axis - spare] ?? 0;
  }
  return params;
}
