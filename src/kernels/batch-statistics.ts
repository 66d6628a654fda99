/** Mean and variance of each channel over a batch. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { reshape } from "./reshape.ts";
import { scale } from "./scale.ts";
import { slice } from "./slice.ts";

/**
 * [2, channels]: the mean of each channel (axis 1) of x over all other axes, and below it the variance, divided by the number of values.
 * @throws ShapeError if a channel has one value only.
 */
export const batchStatistics = (x: Node): Node => apply(op, [x], {});

/** How many values of a shape each channel has. */
export const valuesPerChannel = (shape: Shape): number => layoutOf(shape).batch * layoutOf(shape).area;

/** One row of a value [rows, channels], under another shape. */
export const rowOf = (value: Node, row: number, shape: Shape = [value.shape[1]]): Node => reshape(slice(value, 0, row, row + 1), shape);

const op: Op = {
  name: "batchStatistics",
  inputs: ["x"],
  sliced: ["x"],
  shape([x]) {
    if (x.length < 2) throw new ShapeError("batchStatistics", "input must have a channel axis", [x]);
    if (valuesPerChannel(x) === 1) throw new ShapeError("batchStatistics", "a channel must have more than one value", [x]);
    return [2, x[1]];
  },
  launches({ inputs: [x] }) {
    const { blocks } = layoutOf(x.shape);
    const params = { blocks, ...partsOf(valuesPerChannel(x.shape)) };
    const partials = { scratch: "partials", vectors: 2 * params.parts * blocks };
    return [
      { shader: "batch-statistics", entryPoint: "parts", bind: ["x", "x", partials], params, workgroups: grid(params.parts * blocks) },
      { shader: "batch-statistics", entryPoint: "merge", bind: ["x", partials, "y"], params, workgroups: grid(blocks) },
    ];
  },
  // (dmean + 2 · (x − mean) · dvariance) / count
  gradient({ inputs: [x] }, dy) {
    const perChannel = x.shape.map((size, axis) => (axis === 1 ? size : 1));
    const deviation = sub(x, rowOf(batchStatistics(x), 0, perChannel));
    const sum = add(scale(mul(deviation, rowOf(dy, 1, perChannel)), 2), rowOf(dy, 0, perChannel));
    return [scale(sum, 1 / valuesPerChannel(x.shape))];
  },
};

/** Runs of about the root of all pixels: as many runs as pixels in one, so that both passes are short. */
export function partsOf(pixels: number): { readonly pixels: number; readonly part_pixels: number; readonly parts: number } {
  const partPixels = Math.max(16, Math.ceil(Math.sqrt(pixels)));
  return { pixels, part_pixels: partPixels, parts: Math.ceil(pixels / partPixels) };
}

/** Pixels that one invocation normalises, one in so many rows. */
const PIXELS = 8;

/** Invocations that share out the pixels of a map of `blocks` vectors of channels, so that neighbours work on neighbouring vectors. */
export function pixelRows(shape: Shape): {
  readonly size: number;
  readonly blocks: number;
  readonly pixels: number;
  readonly rows: number;
} {
  const { blocks } = layoutOf(shape);
  const pixels = valuesPerChannel(shape);
  const rows = Math.ceil(pixels / PIXELS);
  return { size: rows * blocks, blocks, pixels, rows };
}
