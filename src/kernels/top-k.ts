/** The smallest or largest elements of each row, in order. */
import { layoutOf } from "../gpu/layout.ts";
import { SEGMENT } from "./distances.ts";
import { grid } from "./grid.ts";
import { apply, type Launch, type Node, type Op, ShapeError } from "./op.ts";
import { scale } from "./scale.ts";
import { slice } from "./slice.ts";

export interface TopKOptions {
  /** Largest first; smallest first by default. */
  readonly largest?: boolean;
}

/** Places in a row, and what stands there, both [rows, k]. */
export interface TopK {
  readonly indices: Node;
  readonly values: Node;
}

/**
 * The k smallest (or largest) elements of each row of x [rows, n]: of equal ones the lower index comes first. NaN and an
 * infinity at the far end come last, by their index.
 *
 * Indices are numbers like all values: exact up to 2²⁴ in f32, and up to 2048 only with `precision: "f16"`.
 * The time grows with n while k is below a thirtieth of it, and with n² above.
 * @throws ShapeError unless x has 2 axes and 1 ≤ k ≤ n ≤ 2²⁴.
 */
export function topK(x: Node, k: number, { largest = false }: TopKOptions = {}): TopK {
  const both = apply(op, [x], { k, largest });
  return { indices: slice(both, 1, 0, k), values: slice(both, 1, k, 2 * k) };
}

/** Indices above it are not whole numbers in f32. */
export const MAX_INDEX = 2 ** 24;

/** Indices, then values: [rows, 2k]. */
const op: Op<{ readonly k: number; readonly largest: boolean }> = {
  name: "topK",
  inputs: ["x"],
  shape([x], { k }) {
    if (x.length !== 2) throw new ShapeError("topK", "input must have 2 axes", [x]);
    if (!Number.isInteger(k) || k < 1 || k > x[1]) throw new ShapeError("topK", `${k} is no k from 1 to ${x[1]}`, [x]);
    if (x[1] > MAX_INDEX) throw new ShapeError("topK", `rows may have ${MAX_INDEX} elements at most`, [x]);
    return [x[0], 2 * k];
  },
  lower: ({ inputs: [x], attrs: { k, largest } }) => (largest ? leastOf(scale(x, -1), k, -1) : leastOf(x, k)),
};

/** Rows that are ranked at once: comparing every element with every other is cheap. */
const SHORT = 512;

/** The k least of each row as [rows, 2k]: their indices, then their values times `sign`. */
export function leastOf(x: Node, k: number, sign: 1 | -1 = 1): Node {
  const n = x.shape[1];
  if (n <= SHORT || k * SEGMENT * 2 > n) return apply(rankOp, [x], { k, sign });
  const segments = leastOf(apply(rowMinimaOp, [x], {}), k);
  return leastOfChosen(apply(chosenValuesOp, [x, segments], {}), segments, k, sign);
}

/** The k least of what the segments [rows, 2s] hold, laid side by side in x [rows, 16 s]: [rows, 2k], with indices as in the whole row. */
export const leastOfChosen = (x: Node, segments: Node, k: number, sign: 1 | -1 = 1): Node => apply(rankOp, [x, segments], { k, sign });

const rowMinimaOp: Op = {
  name: "rowMinima",
  inputs: ["x"],
  shape: ([[rows, n]]) => [rows, Math.ceil(n / SEGMENT)],
  launches: ({ inputs: [x], shape }) => [
    launch("row_minima", layoutOf(shape).vectors, ["x", "x", "y"], { x, blocks: layoutOf(shape).blocks }),
  ],
};

const chosenValuesOp: Op = {
  name: "chosenValues",
  inputs: ["x", "chosen"],
  shape: ([[rows], [, twice]]) => [rows, (twice / 2) * SEGMENT],
  launches: ({ inputs: [x, chosen], shape }) => [
    launch("chosen_values", layoutOf(shape).vectors, ["x", "chosen", "y"], { x, chosen, blocks: layoutOf(shape).blocks }),
  ],
};

const rankOp: Op<{ readonly k: number; readonly sign: 1 | -1 }> = {
  name: "rank",
  inputs: ["x", "chosen"],
  shape: ([[rows]], { k }) => [rows, 2 * k],
  launches({ inputs: [x, chosen], attrs, shape }) {
    const entryPoint = chosen ? "rank_chosen" : "rank";
    const outputs = { x, chosen, blocks: layoutOf(shape).blocks, ...attrs };
    return [launch(entryPoint, layoutOf(x.shape).vectors, ["x", chosen ? "chosen" : "x", "y"], outputs)];
  },
};

interface TopKLaunch {
  readonly x: Node;
  readonly chosen?: Node;
  /** Vectors of a row of the result. */
  readonly blocks: number;
  readonly k?: number;
  readonly sign?: number;
}

function launch(entryPoint: string, size: number, bind: Launch["bind"], { x, chosen, blocks, k = 0, sign = 1 }: TopKLaunch): Launch {
  const row = layoutOf(x.shape);
  const chosenStride = chosen ? layoutOf(chosen.shape).blocks * 4 : 0;
  const params = { size, n: row.channels, blocks: row.blocks, k, chosen_stride: chosenStride, y_blocks: blocks, sign };
  return { shader: "top-k", entryPoint, bind, params, workgroups: grid(size) };
}
