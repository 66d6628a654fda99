/** The largest value of each window along one axis. */
import type { MaxPoolAxisOptions } from "../../src/kernels/max-pool-axis.ts";
import { at, generate, type Values } from "./values.ts";

export const maxPoolAxis = (x: Values, { axis, kernel, stride, dilation, before, length }: MaxPoolAxisOptions): Values =>
  generate(x.shape.with(axis, length), (index) => {
    const places = Array.from({ length: kernel }, (_, tap) => index[axis] * stride + tap * dilation - before);
    return Math.max(...places.filter((place) => place >= 0 && place < x.shape[axis]).map((place) => at(x, index.with(axis, place))));
  });
