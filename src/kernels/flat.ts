/** Values one after another in memory, so that one launch can work on all of them. */
import { layoutOf } from "../gpu/layout.ts";
import type { Shape } from "../tensor.ts";
import { copyLaunches } from "./copy.ts";
import { apply, inputName, type Node, type Op, ShapeError } from "./op.ts";

/**
 * Vectors to which every value in a flat one is filled up: a workgroup of 64 never works on two values, and offsets of 1 KiB (512 bytes in
 * f16) are aligned on every adapter. What fills up a value computed at run time is not zero: kernels leave it alone.
 */
export const ROW = 64;

/**
 * The values as they lie in memory, one after another, each filled up to whole rows of `ROW` vectors; the shape is [elements], counting
 * pads. The plan lets values be computed where they are wanted. Parameters laid out so are an arena: they live there, and to update
 * the arena is to update them all.
 * @throws ShapeError if there are none.
 */
export const flat = (values: readonly Node[]): Node => apply(op, values, {});

const op: Op = {
  name: "flat",
  inputs: [],
  shape(shapes) {
    if (shapes.length === 0) throw new ShapeError("flat", "there is nothing to lay one after another");
    return [shapes.reduce((rows, shape) => rows + rowsOf(shape), 0) * ROW * 4];
  },
  endToEnd({ inputs }) {
    let first = 0;
    return inputs.map(({ shape }) => {
      const start = first;
      first += rowsOf(shape) * ROW;
      return start;
    });
  },
  launches(node, profile) {
    const firsts = op.endToEnd?.(node) ?? [];
    return node.inputs.flatMap(({ shape }, index) => copyLaunches(inputName(op, index), layoutOf(shape).vectors, profile, firsts[index]));
  },
};

/** Rows of `ROW` vectors that a value takes in a flat one. */
export const rowsOf = (shape: Shape): number => Math.ceil(layoutOf(shape).vectors / ROW);
