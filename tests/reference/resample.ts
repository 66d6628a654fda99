/** Weighted sums along one axis. */
import type { Taps } from "../../src/kernels/resample.ts";
import { at, generate, type Values } from "./values.ts";

export interface ResampleCall {
  readonly axis: number;
  readonly rows: readonly Taps[];
}

export const resample = (x: Values, { axis, rows }: ResampleCall): Values =>
  generate(x.shape.with(axis, rows.length), (index) => {
    const { taps, bias = 0 } = rows[index[axis]];
    return taps.reduce((sum, [place, weight]) => sum + weight * at(x, index.with(axis, place)), bias);
  });
