/** The elements in a range of every axis. */
import type { Range } from "../../src/kernels/stride-slice.ts";
import { at, generate, type Values } from "./values.ts";

export const strideSlice = (x: Values, ranges: readonly Range[]): Values =>
  generate(
    ranges.map(({ size }) => size),
    (index) =>
      at(
        x,
        index.map((place, axis) => ranges[axis].start + place * ranges[axis].step),
      ),
  );
