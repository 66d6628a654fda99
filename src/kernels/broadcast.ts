/** A value repeated along axes of size 1, and the sum that undoes it: each is the gradient of the other. */
import { layoutOf } from "../gpu/layout.ts";
import { type Shape, sizeOf } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Launch, type Node, type Op, ShapeError } from "./op.ts";

/**
 * x repeated along its axes of size 1 until it has `shape`; a single element fits every shape.
 * @throws ShapeError if another axis differs.
 */
export const broadcastTo = (x: Node, shape: Shape): Node => (sameShape(x.shape, shape) ? x : apply(broadcastOp, [x], { shape }));

/**
 * x summed along the axes that have size 1 in `shape`, or altogether where `shape` has a single element.
 * @throws ShapeError if another axis differs.
 */
export const sumTo = (x: Node, shape: Shape): Node => (sameShape(x.shape, shape) ? x : apply(sumOp, [x], { shape }));

interface ShapeAttrs {
  readonly shape: Shape;
}

const broadcastOp: Op<ShapeAttrs> = {
  name: "broadcastTo",
  inputs: ["x"],
  shape([x], { shape }) {
    if (!repeats(x, shape)) throw new ShapeError("broadcastTo", "an axis that differs does not have size 1", [x, shape]);
    return shape;
  },
  launches({ inputs: [x], shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    const { height, width } = sides(shape);
    const params = { size: vectors, channels, blocks, height, width, ...steps("x", x.shape, shape) };
    return [{ shader: "broadcast", bind: ["x", "y"], params, workgroups: grid(vectors) }];
  },
  gradient: ({ inputs: [x] }, dy) => [sumTo(dy, x.shape)],
};

const sumOp: Op<ShapeAttrs> = {
  name: "sumTo",
  inputs: ["x"],
  shape([x], { shape }) {
    if (!repeats(shape, x)) throw new ShapeError("sumTo", "an axis that differs does not have size 1", [x, shape]);
    return shape;
  },
  // Every sum in parts of about the root of its length, then the parts: the rounding of both grows with the root alone.
  launches({ inputs: [x], shape }) {
    const from = { ...layoutOf(x.shape), ...sides(x.shape) };
    const to = { ...layoutOf(shape), ...sides(shape) };
    const terms = from.vectors / to.vectors;
    const partTerms = Math.max(16, Math.ceil(Math.sqrt(terms)));
    const parts = Math.ceil(terms / partTerms);
    const params = {
      size: to.vectors,
      parts,
      terms,
      part_terms: partTerms,
      height: to.height,
      width: to.width,
      blocks: to.blocks,
      in_height: from.height,
      in_width: from.width,
      in_blocks: from.blocks,
      sums_lanes: to.channels === 1 ? 1 : 0,
    };
    const partials = { scratch: "partials", vectors: to.vectors * parts };
    const launch = (entryPoint: string, bind: Launch["bind"], invocations: number): Launch => ({
      shader: "sum-to",
      entryPoint,
      bind,
      params,
      workgroups: grid(invocations),
    });
    return [launch("sum_parts", ["x", partials], to.vectors * parts), launch("sum_total", [partials, "y"], to.vectors)];
  },
  gradient: ({ inputs: [x] }, dy) => [broadcastTo(dy, x.shape)],
};

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);

const repeats = (shape: Shape, result: Shape): boolean =>
  sizeOf(shape) === 1
    ? shape.length <= result.length
    : shape.length === result.length && shape.length <= 4 && shape.every((size, axis) => size === 1 || size === result[axis]);

/** The axes after the channels as two. */
function sides(shape: Shape): { readonly height: number; readonly width: number } {
  const [, , height = 1] = shape;
  return { height, width: layoutOf(shape).area / height };
}

/** Vectors from element to element of an operand along each axis of the result; 0 where the operand repeats. */
export function steps(operand: string, shape: Shape, result: Shape): Record<string, number> {
  const scalar = sizeOf(shape) === 1;
  const [, channels, height = 1, width = 1] = shape.length >= 2 ? shape : [1, shape[0] ?? 1];
  const blocks = Math.ceil(channels / 4);
  const repeats = (axis: number): boolean => scalar || (shape[axis] ?? 1) === 1;
  const resultChannels = layoutOf(result).channels;
  return {
    [`${operand}_n`]: shape.length < 2 || repeats(0) ? 0 : height * width * blocks,
    [`${operand}_h`]: repeats(2) ? 0 : width * blocks,
    [`${operand}_w`]: repeats(3) ? 0 : blocks,
    [`${operand}_c`]: channels === 1 ? 0 : 1,
    [`${operand}_spread`]: channels === 1 && resultChannels > 1 ? 1 : 0,
  };
}
