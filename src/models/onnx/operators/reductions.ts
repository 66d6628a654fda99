/** Elements along axes made one. */
import { argMax, argMin } from "../../../kernels/arg-extreme.ts";
import { largest, largestPlaces } from "../../../kernels/largest.ts";
import { type ReduceKind, reduce } from "../../../kernels/reduce.ts";
import { resample } from "../../../kernels/resample.ts";
import { isFloat } from "../../../loaders/onnx/element-type.ts";
import { type HostTensor, hostTensor, isExact } from "../../../loaders/onnx/host-tensor.ts";
import { type Shape, sizeOf } from "../../../tensor.ts";
import { reshape, slice, transpose } from "../movement.ts";
import { axisOf, type Call, type Operator, type Operators } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { boundOf, device, host, LARGEST_INTEGER, shapeOf, typeOf, type Value } from "../value.ts";

/** The operator set from which on the axes are an input and no attribute. */
const axesInput: Readonly<Record<string, number>> = { ReduceSum: 13 };

const row =
  (kind: ReduceKind): Operator =>
  (call) => {
    const x = call.input(0);
    const shape = shapeOf(x);
    const keepDims = call.int("keepdims", 1) === 1;
    const isInput = call.opset >= (axesInput[call.operator] ?? 18);
    const given = isInput ? call.list(1) : call.ints("axes");
    const isNoop = isInput && call.int("noop_with_empty_axes", 0) === 1;
    if ((given === undefined || given.length === 0) && isNoop && !mapsElements.includes(kind)) return x;
    const all = given === undefined || given.length === 0;
    const axes = isNoop && all ? [] : all ? shape.map((_, axis) => axis) : given.map((axis) => axisOf(axis, shape.length));
    return reduced(
      kind,
      x,
      axes.filter((axis) => axis < shape.length),
      keepDims,
      call,
    );
  };

/** Those that change an element even where nothing is reduced. */
const mapsElements: readonly ReduceKind[] = ["l1", "l2", "sumSquare", "logSum", "logSumExp"];

function reduced(kind: ReduceKind, x: Value, axes: readonly number[], keepDims: boolean, call: Call): Value {
  const shape = shapeOf(x);
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const dropped = keepDims ? kept : shape.filter((_, axis) => !axes.includes(axis));
  const isExtreme = kind === "max" || kind === "min";
  if (x.kind === "host" && (!isFloat(x.tensor.type) || sizeOf(shape) <= FEW))
    return reshape(host(onHost(kind, x.tensor, axes, kept)), dropped);
  if (!isFloat(typeOf(x)) && !isExtreme) refuse(`of computed ${typeOf(x)} values is not done`);
  // The largest whole number stays one.
  return device(typeOf(x), reduce(kind, call.lift(x), axes, keepDims), x.kind === "device" ? x.bound : undefined);
}

/** A running sum is a table of as many rows and columns. */
const LONGEST_SUM = 1024;

/** Floats up to this many are reduced on the host. */
const FEW = 1024;

/** What each element is put through, how two are combined, what an empty set gives, and what the result is put through. */
const functions: Readonly<
  Record<ReduceKind, readonly [(x: number) => number, (a: number, b: number) => number, number, (sum: number, count: number) => number]>
> = {
  sum: [(x) => x, (a, b) => a + b, 0, (sum) => sum],
  mean: [(x) => x, (a, b) => a + b, 0, (sum, count) => sum / count],
  max: [(x) => x, Math.max, Number.NEGATIVE_INFINITY, (largest) => largest],
  min: [(x) => x, Math.min, Number.POSITIVE_INFINITY, (smallest) => smallest],
  prod: [(x) => x, (a, b) => a * b, 1, (product) => product],
  l1: [Math.abs, (a, b) => a + b, 0, (sum) => sum],
  l2: [(x) => x * x, (a, b) => a + b, 0, Math.sqrt],
  sumSquare: [(x) => x * x, (a, b) => a + b, 0, (sum) => sum],
  logSum: [(x) => x, (a, b) => a + b, 0, Math.log],
  logSumExp: [Math.exp, (a, b) => a + b, 0, Math.log],
};

function onHost(kind: ReduceKind, tensor: HostTensor, axes: readonly number[], shape: Shape): HostTensor {
  const order = [...tensor.shape.keys()].toSorted((a, b) => Number(axes.includes(a)) - Number(axes.includes(b)) || a - b);
  const moved = transpose(host(tensor), order);
  const count = sizeOf(axes.map((axis) => tensor.shape[axis]));
  const [before, combine, empty, after] = functions[kind];
  const { data } = moved.kind === "host" ? moved.tensor : refuse("a known value is computed");
  if (count === 0 && (kind === "max" || kind === "min") && !isFloat(tensor.type) && tensor.type !== "bool")
    refuse(`of no ${tensor.type} values is not done`);
  const values = Array.from({ length: sizeOf(shape) }, (_, row) => {
    let sum = empty;
    for (let i = row * count; i < (row + 1) * count; i++) sum = combine(sum, before(data[i]));
    const result = after(sum, count);
    if (tensor.type === "bool") return Number(result > 0);
    return isFloat(tensor.type) ? result : Math.trunc(result);
  });
  const result = hostTensor(tensor.type, shape, values);
  return isExact(tensor) && isExact(result) ? result : refuse(`of ${tensor.type} values beyond 2⁵³ is not done`);
}

const arg =
  (build: typeof argMax, isBetter: (a: number, b: number) => boolean): Operator =>
  (call) => {
    const x = call.input(0);
    const shape = shapeOf(x);
    const axis = axisOf(call.int("axis", 0), shape.length);
    const keepDims = call.int("keepdims", 1) === 1;
    const last = call.int("select_last_index", 0) === 1;
    const found = x.kind === "host" ? argOnHost(x, axis, last, isBetter) : device("int64", build(x.node, { axis, last }), shape[axis] - 1);
    return keepDims ? found : reshape(found, shape.toSpliced(axis, 1));
  };

function argOnHost(x: Value, axis: number, last: boolean, isBetter: (a: number, b: number) => boolean): Value {
  const shape = shapeOf(x);
  const rows = Array.from({ length: shape[axis] }, (_, start) =>
    slice(
      x,
      shape.map((size, at) => (at === axis ? { start, step: 1, size: 1 } : { start: 0, step: 1, size })),
    ),
  ).map((row) => (row.kind === "host" ? row.tensor.data : refuse("a known value is computed")));
  if (rows.length === 0) refuse("of no values is not done");
  const places = Array.from(rows[0], (_, i) =>
    rows.reduce((best, row, place) => (isBetter(row[i], rows[best][i]) || (last && row[i] === rows[best][i]) ? place : best), 0),
  );
  return host(hostTensor("int64", shape.with(axis, 1), places));
}

export const reductions: Operators = {
  ReduceSum: row("sum"),
  ReduceMean: row("mean"),
  ReduceMax: row("max"),
  ReduceMin: row("min"),
  ReduceProd: row("prod"),
  ReduceL1: row("l1"),
  ReduceL2: row("l2"),
  ReduceSumSquare: row("sumSquare"),
  ReduceLogSum: row("logSum"),
  ReduceLogSumExp: row("logSumExp"),
  TopK: (call) => {
    const x = call.input(0);
    const shape = shapeOf(x);
    const axis = axisOf(call.int("axis", -1), shape.length);
    const k = call.opset < 10 ? call.int("k", 0) : (call.list(1)?.[0] ?? refuse("input 1 is missing"));
    const options = { axis, k, smallest: call.int("largest", 1) === 0 };
    call.int("sorted", 1);
    const node = call.lift(x);
    return [device(typeOf(x), largest(node, options), boundOf(x)), device("int64", largestPlaces(node, options), shape[axis] - 1)];
  },
  CumSum: (call) => {
    const x = call.input(0);
    const shape = shapeOf(x);
    const axis = axisOf(call.list(1)?.[0] ?? refuse("input 1 is missing"), shape.length);
    const [isReverse, isExclusive] = [call.int("reverse", 0) === 1, call.int("exclusive", 0) === 1];
    const length = shape[axis];
    const bound = boundOf(x) * length;
    if (length > LONGEST_SUM || (!isFloat(typeOf(x)) && bound > LARGEST_INTEGER)) refuse(`of ${length} ${typeOf(x)} values is not done`);
    const places = Array.from({ length }, (_, place) => place);
    const isSummed = (place: number, at: number): boolean => (place === at ? !isExclusive : isReverse ? place > at : place < at);
    const rows = places.map((at) => ({ taps: places.filter((place) => isSummed(place, at)).map((place): [number, number] => [place, 1]) }));
    return device(typeOf(x), resample(call.lift(x), axis, rows), bound);
  },
  ArgMax: arg(argMax, (a, b) => a > b),
  ArgMin: arg(argMin, (a, b) => a < b),
};
