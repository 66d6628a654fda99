/** Pools over windows and over whole maps. */
import { avgPool2d } from "../../../kernels/avg-pool2d.ts";
import { binary } from "../../../kernels/binary.ts";
import { globalAvgPool } from "../../../kernels/global-avg-pool.ts";
import { maxPoolAxis } from "../../../kernels/max-pool-axis.ts";
import { maxPool2d } from "../../../kernels/max-pool2d.ts";
import { maxPool2dPlaces } from "../../../kernels/max-pool2d-places.ts";
import type { Node } from "../../../kernels/op.ts";
import { reduce } from "../../../kernels/reduce.ts";
import { resample } from "../../../kernels/resample.ts";
import { reshape } from "../../../kernels/reshape.ts";
import { unary } from "../../../kernels/unary.ts";
import { windows } from "../../../kernels/window2d.ts";
import { isFloat } from "../../../loaders/onnx/element-type.ts";
import { type Shape, sizeOf } from "../../../tensor.ts";
import { scalar } from "../elementwise.ts";
import { type Call, type Operators, shapeAtLeast } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { checkAxis, device, LARGEST_INTEGER, typeOf, type Value } from "../value.ts";
import { pairOf, type Window, windowOf } from "../window.ts";
import { asMap } from "./convolution.ts";

export const pools: Operators = {
  MaxPool: (call) => {
    const { shape, window, ceilMode } = pool(call);
    const x = call.node(0);
    const bound = boundOf(call);
    const columnMajor = call.int("storage_order", 0) === 1;
    const { flat, back } = asMap(shape.length - 2);
    const isPlaced = call.outputs > 1;
    if (!isQuick(shape, window)) {
      if (isPlaced) refuse("with the places of the largest elements is done for maps with padding up to half the kernel");
      return device(typeOf(call.input(0)), everyAxis(x, window, ceilMode, largest), bound);
    }
    const y = device(typeOf(call.input(0)), back(maxPool2d(flat(x), { ...pairOf(window), ceilMode })), bound);
    if (!isPlaced) return y;
    if (sizeOf(shape) > LARGEST_INTEGER) refuse("with places beyond 2²⁴ is not done");
    return [y, device("int64", back(maxPool2dPlaces(flat(x), { ...pairOf(window), ceilMode, columnMajor })), sizeOf(shape) - 1)];
  },
  AveragePool: (call) => {
    const { shape, window, ceilMode } = pool(call);
    const countIncludePad = call.int("count_include_pad", 0) === 1;
    const x = floats(call);
    if (!isQuick(shape, window) || window.dilations.some((dilation) => dilation > 1))
      return device(typeOf(call.input(0)), everyAxis(x, window, ceilMode, mean(countIncludePad)));
    const { flat, back } = asMap(shape.length - 2);
    const { kernel, stride, padding } = pairOf(window);
    return device(typeOf(call.input(0)), back(avgPool2d(flat(x), { kernel, stride, padding, ceilMode, countIncludePad })));
  },
  LpPool: (call) => {
    const { window, ceilMode } = pool(call);
    const p = call.int("p", 2);
    const powers = p === 2 ? unary("square", floats(call)) : binary("pow", unary("abs", floats(call)), call.lift(scalar("float32", p)));
    const sums = everyAxis(powers, window, ceilMode, total);
    return device(typeOf(call.input(0)), p === 2 ? unary("sqrt", sums) : binary("pow", sums, call.lift(scalar("float32", 1 / p))));
  },
  GlobalAveragePool: (call) => {
    const shape = shapeAtLeast(call, 3);
    if (shape.length !== 4) return global(call, (x, axes) => reduce("mean", x, axes));
    return device(typeOf(call.input(0)), reshape(globalAvgPool(floats(call)), [shape[0], shape[1], 1, 1]));
  },
  GlobalMaxPool: (call) => global(call, (x, axes) => reduce("max", x, axes)),
  GlobalLpPool: (call) => {
    const p = call.int("p", 2);
    if (p !== 1 && p !== 2) refuse(`attribute p is ${p}`);
    return global(call, (x, axes) => reduce(p === 1 ? "l1" : "l2", x, axes));
  },
};

const boundOf = (call: Call): number | undefined => {
  const x = call.input(0);
  return x.kind === "device" ? x.bound : undefined;
};

function floats(call: Call): Node {
  const type = typeOf(call.input(0));
  return isFloat(type) ? call.node(0) : refuse(`of ${type} is not done`);
}

function global(call: Call, build: (x: Node, axes: readonly number[]) => Node): Value {
  const axes = shapeAtLeast(call, 3).flatMap((_, axis) => (axis >= 2 ? [axis] : []));
  return device(typeOf(call.input(0)), build(floats(call), axes));
}

function pool(call: Call): { shape: Shape; window: Window; ceilMode: boolean } {
  const shape = shapeAtLeast(call, 3);
  const kernel = call.ints("kernel_shape") ?? refuse("attribute kernel_shape is missing");
  const window = windowOf(call, shape.slice(2), kernel);
  const isAuto = call.text("auto_pad", "NOTSET") !== "NOTSET";
  return { shape, window, ceilMode: call.int("ceil_mode", 0) === 1 && !isAuto };
}

/** What the two-dimensional kernels take. */
const isQuick = (shape: Shape, { kernel, before, after }: Window): boolean =>
  shape.length <= 4 && kernel.every((size, axis) => Math.max(before[axis], after[axis]) * 2 <= size);

/** One axis of a pool. */
interface Along {
  readonly axis: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

/** Pools take their axes one by one: sums, means over full products of sides, and maxima do not mind. */
function everyAxis(x: Node, window: Window, ceilMode: boolean, build: (x: Node, along: Along) => Node): Node {
  return window.kernel.reduce((y: Node, kernel, index) => {
    const { strides, dilations, before, after } = window;
    const size = x.shape[index + 2];
    const along = { kernel, stride: strides[index], dilation: dilations[index], before: before[index], after: after[index] };
    const length = windows({ size, ...along, ceilMode });
    checkAxis(length * kernel);
    if (length < 1) refuse(`no window of ${kernel} fits ${size} with padding ${along.before} and ${along.after}`);
    return build(y, { axis: index + 2, length, ...along });
  }, x);
}

const largest = (x: Node, along: Along): Node => maxPoolAxis(x, along);

/** Places of x that a window covers, and how many there are with padding. */
function covered({ kernel, stride, dilation, before, after }: Along, size: number, place: number): { inside: number[]; padded: number } {
  const all = Array.from({ length: kernel }, (_, tap) => place * stride + tap * dilation - before);
  return { inside: all.filter((at) => at >= 0 && at < size), padded: all.filter((at) => at < size + after).length };
}

const mean =
  (countIncludePad: boolean) =>
  (x: Node, along: Along): Node =>
    resample(
      x,
      along.axis,
      Array.from({ length: along.length }, (_, place) => {
        const { inside, padded } = covered(along, x.shape[along.axis], place);
        return { taps: inside.map((at): [number, number] => [at, 1 / (countIncludePad ? padded : inside.length)]) };
      }),
    );

const total = (x: Node, along: Along): Node =>
  resample(
    x,
    along.axis,
    Array.from({ length: along.length }, (_, place) => ({
      taps: covered(along, x.shape[along.axis], place).inside.map((at): [number, number] => [at, 1]),
    })),
  );
