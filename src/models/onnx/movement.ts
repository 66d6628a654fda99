/** Values moved about and not changed: on the host where they are known, else by nodes. */
import { concat as concatNodes } from "../../kernels/concat.ts";
import type { Node } from "../../kernels/op.ts";
import { pad as padNode } from "../../kernels/pad.ts";
import { reshape as reshapeNode } from "../../kernels/reshape.ts";
import type { Range } from "../../kernels/stride-slice.ts";
import { strided } from "../../kernels/strided.ts";
import { broadcastStrides, laneStrides, type Strided } from "../../kernels/walk.ts";
import { type HostTensor, roomFor } from "../../loaders/onnx/host-tensor.ts";
import { type Shape, sizeOf, stridesOf } from "../../tensor.ts";
import { refuse } from "./unsupported.ts";
import { boundOf, checkSize, type DeviceValue, device, type HostValue, host, type Lift, shapeOf, typeOf, type Value } from "./value.ts";

/** The same elements in row-major order under another shape of as many elements. */
export function reshape(x: Value, shape: Shape): Value {
  const isShape = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape || sizeOf(shape) !== sizeOf(shapeOf(x))) refuse(`[${shapeOf(x).join(", ")}] cannot become [${shape.join(", ")}]`);
  if (x.kind === "host") return host({ ...x.tensor, shape }, sameShape(shape, x.tensor.shape) ? x.name : undefined);
  return sameShape(shape, x.node.shape) ? x : device(x.type, reshapeNode(x.node, shape), x.bound);
}

/** Axis k of the result is axis order[k] of x. */
export const transpose = (x: Value, order: readonly number[]): Value =>
  order.every((axis, at) => axis === at)
    ? x
    : walked(
        x,
        order.map((axis) => shapeOf(x)[axis]),
        (strides) => ({ start: 0, strides: order.map((axis) => strides[axis]) }),
      );

const MOST_REPEATED = 2 ** 24;

/** x repeated to a shape along axes of size 1, aligned at the last axis. */
export function expand(x: Value, shape: Shape): Value {
  const from = shapeOf(x);
  if (sameShape(from, shape)) return x;
  const missing = shape.length - from.length;
  if (missing < 0 || from.some((size, axis) => size !== 1 && size !== shape[axis + missing]))
    refuse(`[${from.join(", ")}] does not repeat to [${shape.join(", ")}]`);
  // A known value is not repeated without end: a file of a few bytes could ask for gigabytes.
  if (x.kind === "host" && sizeOf(shape) > MOST_REPEATED) refuse(`a constant repeated to [${shape.join(", ")}] is too large`);
  return walked(x, shape, (strides, kind) =>
    kind === "lanes"
      ? broadcastStrides(from, shape)
      : { start: 0, strides: shape.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : strides[axis - missing])) },
  );
}

/** The elements in a range of every axis. */
export function slice(x: Value, ranges: readonly Range[]): Value {
  if (ranges.every(({ start, step, size }, axis) => start === 0 && step === 1 && size === shapeOf(x)[axis])) return x;
  return walked(
    x,
    ranges.map(({ size }) => size),
    (strides) => ({
      start: ranges.reduce((sum, { start }, axis) => sum + start * strides[axis], 0),
      strides: ranges.map(({ step }, axis) => step * strides[axis]),
    }),
  );
}

/** The range of one axis, all of the others. */
export const sliceAxis = (x: Value, axis: number, start: number, size: number): Value =>
  slice(
    x,
    shapeOf(x).map((all, at) => (at === axis ? { start, step: 1, size } : { start: 0, step: 1, size: all })),
  );

/** x read by strides: through memory in lanes, or through numbers in row-major order. */
function walked(x: Value, shape: Shape, by: (strides: readonly number[], kind: "lanes" | "elements") => Strided): Value {
  checkSize(shape);
  const empty = sizeOf(shape) === 0;
  if (empty) return host({ type: typeOf(x), shape, data: roomFor(typeOf(x), 0) });
  if (x.kind === "device") return device(x.type, strided(x.node, { ...by(laneStrides(x.node.shape), "lanes"), shape }), x.bound);
  return host(readBy(x.tensor, shape, by(stridesOf(x.tensor.shape), "elements")));
}

function readBy({ type, data }: HostTensor, shape: Shape, { start, strides }: Strided): HostTensor {
  const read = roomFor(type, sizeOf(shape));
  const index = shape.map(() => 0);
  let at = start;
  for (let i = 0; i < read.length; i++) {
    read[i] = data[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return { type, shape, data: read };
}

/** Values laid side by side along an axis. */
export function concat(values: readonly Value[], axis: number, lift: Lift): Value {
  const [first] = values;
  const shape = shapeOf(first).map((size, at) => (at === axis ? values.reduce((sum, value) => sum + shapeOf(value)[at], 0) : size));
  for (const value of values)
    if (shapeOf(value).length !== shape.length || shapeOf(value).some((size, at) => at !== axis && size !== shape[at]))
      refuse(`sizes differ beside axis ${axis}: [${values.map(shapeOf).join("], [")}]`);
  const full = values.filter((value) => shapeOf(value)[axis] > 0);
  if (full.length === 1) return full[0];
  const known = full.filter((value): value is HostValue => value.kind === "host");
  if (known.length === full.length) return host(concatHost(known, shape, axis));
  const bound = Math.max(...full.map(boundOf));
  const frame = frameOf(shape, axis);
  const joined = concatNodes(
    full.map((value) => framed(lift(value), frame.under(shapeOf(value)))),
    frame.axis,
  );
  return device(typeOf(first), framed(joined, shape), bound);
}

function concatHost(values: readonly HostValue[], shape: Shape, axis: number): HostTensor {
  const { type } = values[0].tensor;
  const data = roomFor(type, sizeOf(shape));
  const inner = sizeOf(shape.slice(axis + 1));
  const row = shape[axis] * inner;
  let start = 0;
  for (const { tensor } of values) {
    const length = tensor.shape[axis] * inner;
    for (let outer = 0; outer * row < data.length; outer++)
      data.set(tensor.data.subarray(outer * length, (outer + 1) * length), outer * row + start);
    start += length;
  }
  return { type, shape, data };
}

/**
 * Kernels of up to four axes on values of more: the axes before and after the one that matters become one each. Axes 0 and 1 stay where
 * they are, so that nothing moves in memory.
 */
function frameOf(shape: Shape, axis: number): { readonly axis: number; under: (shape: Shape) => Shape } {
  if (shape.length <= 4) return { axis, under: (given) => given };
  if (axis < 2) return { axis, under: (given) => [given[0], given[1], sizeOf(given.slice(2))] };
  return { axis: 3, under: (given) => [given[0], given[1], sizeOf(given.slice(2, axis)), sizeOf(given.slice(axis))] };
}

/** A node under a shape; where it has that already it stays what it is, so that its producer may write in place. */
const framed = (node: Node, shape: Shape): Node => (sameShape(node.shape, shape) ? node : reshapeNode(node, shape));

/** x with elements of `value` added before and after along each axis; negative amounts take away. */
export function pad(x: Value, amounts: readonly (readonly [number, number])[], value: number, lift: Lift): Value {
  const shape = shapeOf(x).map((size, axis) => size + amounts[axis][0] + amounts[axis][1]);
  if (amounts.every(([before, after]) => before === 0 && after === 0)) return x;
  if (shape.some((size) => size < 1)) refuse(`padding leaves [${shape.join(", ")}]`);
  checkSize(shape);
  const node = amounts.reduce((y: Node, [before, after], axis) => {
    if (before === 0 && after === 0) return y;
    const frame = frameOf(y.shape, axis);
    const shape = frame.under(y.shape);
    const inner = y.shape.length > 4 && axis >= 2 ? sizeOf(y.shape.slice(axis + 1)) : 1;
    const sides = shape.map((_, at): [number, number] => (at === frame.axis ? [before * inner, after * inner] : [0, 0]));
    const padded = padNode(framed(y, shape), sides, value);
    return framed(padded, y.shape.with(axis, y.shape[axis] + before + after));
  }, lift(x));
  return device(typeOf(x), node, Math.max(boundOf(x), Math.abs(value)));
}

/** Every value of one type; the bound of integers is that of the widest. */
export const retyped = (x: DeviceValue, node: Node): DeviceValue => device(x.type, node, x.bound);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);
