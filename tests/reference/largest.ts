/** The largest or smallest elements along an axis, by sorting. */
import type { LargestOptions } from "../../src/kernels/largest.ts";
import { at, generate, type Values } from "./values.ts";

const places = (x: Values, index: readonly number[], { axis, smallest = false }: LargestOptions): number[] => {
  const value = (place: number): number => at(x, index.with(axis, place));
  return Array.from({ length: x.shape[axis] }, (_, place) => place).sort(
    (a, b) => (smallest ? value(a) - value(b) : value(b) - value(a)) || a - b,
  );
};

export const largestPlaces = (x: Values, options: LargestOptions): Values =>
  generate(x.shape.with(options.axis, options.k), (index) => places(x, index, options)[index[options.axis]]);

export const largest = (x: Values, options: LargestOptions): Values =>
  generate(x.shape.with(options.axis, options.k), (index) =>
    at(x, index.with(options.axis, places(x, index, options)[index[options.axis]])),
  );
