/** The positions from `start` up to, not including, `end` of one axis. */
import { at, generate, type Values } from "./values.ts";

export const slice = (x: Values, axis: number, start: number, end: number): Values =>
  generate(x.shape.with(axis, end - start), (index) => at(x, index.with(axis, index[axis] + start)));
