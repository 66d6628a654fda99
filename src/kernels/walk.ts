/** How kernels walk over values of any number of axes: every axis of a value is a stride through its memory. */
import { layoutOf } from "../gpu/layout.ts";
import { type Shape, stridesOf } from "../tensor.ts";
import { ShapeError } from "./op.ts";

/** Where an operand's element for the result's first one lies, and how far the next along each of the result's axes, in lanes. */
export interface Strided {
  readonly start: number;
  readonly strides: readonly number[];
}

/** Lanes from element to element along each axis of a stored value: channels (axis 1) are neighbours, everything else is further apart. */
export function laneStrides(shape: Shape): number[] {
  if (shape.length < 2) return shape.map(() => 1);
  const lanes = layoutOf(shape).blocks * 4;
  const area = layoutOf(shape).area;
  return [area * lanes, 1, ...stridesOf(shape.slice(2)).map((stride) => stride * lanes)];
}

/** A value read as if it had the result's shape: axes are aligned at the end, those of size 1 repeat (NumPy's broadcasting). */
export function broadcastStrides(shape: Shape, result: Shape): Strided {
  const missing = result.length - shape.length;
  const lanes = laneStrides(shape);
  return { start: 0, strides: result.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : lanes[axis - missing])) };
}

/**
 * The shape to which shapes broadcast.
 * @throws ShapeError where two sizes differ and neither is 1.
 */
export function broadcastShape(subject: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find((candidate) => candidate !== 1) ?? 1;
    if (sizes.some((other) => other !== 1 && other !== size))
      throw new ShapeError(subject, "shapes differ and do not repeat to each other", shapes);
    return size;
  });
}

/** Axes after the channels that a kernel can walk over, once neighbours that lie alike are taken as one. */
const PIXEL_AXES = 6;

/**
 * The params by which a kernel counts through the vectors of a result and reads operands by strides: `size`, `channels`, `blocks`, `d0`
 * to `d5`, and for an operand x `x_start`, `x_n`, `x_c`, `x_0` to `x_5`.
 * @throws ShapeError for more axes than that.
 */
export function walkParams(subject: string, shape: Shape, operands: Readonly<Record<string, Strided>>): Record<string, number> {
  const { channels, blocks, vectors } = layoutOf(shape);
  const names = Object.keys(operands);
  const all = names.map((name) => operands[name].strides);
  const pixels = merged(
    shape.slice(2),
    all.map((strides) => strides.slice(2)),
  );
  const spare = PIXEL_AXES - pixels.sizes.length;
  if (spare < 0)
    throw new ShapeError(subject, `values of more than ${PIXEL_AXES + 2} axes that do not lie together are not handled`, [shape]);
  const params: Record<string, number> = { size: vectors, channels, blocks };
  for (let axis = 0; axis < PIXEL_AXES; axis++) params[`d${axis}`] = pixels.sizes[axis - spare] ?? 1;
  for (const [index, name] of names.entries()) {
    const [first = 0, second = 0] = all[index];
    params[`${name}_start`] = operands[name].start;
    params[`${name}_n`] = shape.length < 2 ? 0 : first;
    params[`${name}_c`] = shape.length < 2 ? first : second;
    for (let axis = 0; axis < PIXEL_AXES; axis++) params[`${name}_${axis}`] = pixels.strides[index][axis - spare] ?? 0;
  }
  return params;
}

/** Neighbouring axes taken as one where every operand walks through them in even steps; axes of size 1 are left out. */
export function merged(sizes: Shape, strides: readonly (readonly number[])[]): { sizes: number[]; strides: number[][] } {
  const result: { sizes: number[]; strides: number[][] } = { sizes: [], strides: strides.map(() => []) };
  for (const [axis, size] of sizes.entries()) {
    if (size === 1) continue;
    const last = result.sizes.length - 1;
    if (last >= 0 && strides.every((stride, operand) => result.strides[operand][last] === stride[axis] * size)) {
      result.sizes[last] *= size;
      for (const [operand, stride] of strides.entries()) result.strides[operand][last] = stride[axis];
    } else {
      result.sizes.push(size);
      for (const [operand, stride] of strides.entries()) result.strides[operand].push(stride[axis]);
    }
  }
  return result;
}
