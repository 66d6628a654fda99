/** Weighted sums along one axis: what interpolation by any rule, reflection at an edge, and picking by constant indices come to. */
import { layoutOf } from "../gpu/layout.ts";
import { type Shape, sizeOf, tensor } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, parameter, ShapeError } from "./op.ts";

/** What one place of the result is made of: places of x along the axis with their weights, and a constant. */
export interface Taps {
  readonly taps: readonly (readonly [index: number, weight: number])[];
  readonly bias?: number;
}

/** Indices are kept in two parts, each small enough for half precision. */
const PART = 1024;

/**
 * x with an axis of as many places as there are rows, each a weighted sum of x's.
 * @throws ShapeError for an axis or an index that is not there.
 */
export function resample(x: Node, axis: number, rows: readonly Taps[]): Node {
  const count = rows.reduce((most, { taps }) => Math.max(most, taps.length), 0);
  const width = 3 * count + 1;
  const table = tensor([rows.length, width]);
  for (const [row, { taps, bias = 0 }] of rows.entries()) {
    for (const [tap, [index, weight]] of taps.entries()) {
      if (!(index >= 0 && index < x.shape[axis]))
        throw new ShapeError("resample", `there is no place ${index} along axis ${axis}`, [x.shape]);
      table.data.set([Math.floor(index / PART), index % PART, weight], row * width + 3 * tap);
    }
    table.data[row * width + 3 * count] = bias;
  }
  return apply(op, [x, parameter("taps", table.shape, table)], { axis, taps: count });
}

const op: Op<{ readonly axis: number; readonly taps: number }> = {
  name: "resample",
  inputs: ["x", "table"],
  shape([x, table], { axis }) {
    if (!(axis >= 0 && axis < x.length)) throw new ShapeError("resample", `there is no axis ${axis}`, [x]);
    return x.with(axis, table[0]);
  },
  launches({ inputs: [x, table], attrs: { axis, taps }, shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "resample",
        entryPoint: axis === (shape.length < 2 ? 0 : 1) ? "channels" : "pixels",
        bind: ["x", "table", "y"],
        params: {
          size: vectors,
          channels,
          blocks,
          length: shape[axis],
          in_length: x.shape[axis],
          inner: innerVectors(shape, axis),
          in_blocks: layoutOf(x.shape).blocks,
          taps,
          row: layoutOf(table.shape).blocks,
        },
        workgroups: grid(vectors),
      },
    ];
  },
};

/** Vectors from one place along an axis that is not the channels to the next. */
export const innerVectors = (shape: Shape, axis: number): number =>
  layoutOf(shape).blocks * (axis === 0 ? layoutOf(shape).area : sizeOf(shape.slice(axis + 1)));
