/** Values reshaped, moved, joined, split and padded. */
import { gatherElements as gatherElementsNode, gather as gatherNode } from "../../../kernels/gather.ts";
import { resample } from "../../../kernels/resample.ts";
import { type HostTensor, hostTensor, integers } from "../../../loaders/onnx/host-tensor.ts";
import { type Shape, sizeOf, stridesOf } from "../../../tensor.ts";
import { applyWhere, scalar } from "../elementwise.ts";
import { concat, expand, pad, reshape, slice, sliceAxis, transpose } from "../movement.ts";
import { axisOf, type Call, type Operators, shapeAtLeast } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { boundOf, checkAxis, checkSize, device, host, shapeOf, typeOf, type Value } from "../value.ts";

export const shaping: Operators = {
  Identity: (call) => call.input(0),
  Reshape: (call) => {
    const from = shapeOf(call.input(0));
    const wanted = call.list(1) ?? refuse("input 1 is missing");
    const allowZero = call.int("allowzero", 0) === 1;
    const sizes = wanted.map((size, axis) =>
      size === 0 && !allowZero ? (from[axis] ?? refuse(`there is no axis ${axis} to keep`)) : size,
    );
    const rest = sizeOf(from) / sizeOf(sizes.filter((size) => size !== -1));
    return reshape(
      call.input(0),
      sizes.map((size) => (size === -1 ? rest : size)),
    );
  },
  Flatten: (call) => {
    const shape = shapeOf(call.input(0));
    const given = call.int("axis", 1);
    const axis = given === shape.length ? given : axisOf(given, shape.length);
    return reshape(call.input(0), [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]);
  },
  Squeeze: (call) => {
    const shape = shapeOf(call.input(0));
    const given = call.opset < 13 ? call.ints("axes") : call.list(1);
    const axes = given?.map((axis) => axisOf(axis, shape.length)) ?? shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
    if (axes.some((axis) => shape[axis] !== 1)) refuse(`axes ${axes.join(", ")} of [${shape.join(", ")}] are not all of size 1`);
    return reshape(
      call.input(0),
      shape.filter((_, axis) => !axes.includes(axis)),
    );
  },
  Unsqueeze: (call) => {
    const shape = shapeOf(call.input(0));
    const given = (call.opset < 13 ? call.ints("axes") : call.list(1)) ?? refuse("axes are missing");
    const rank = shape.length + given.length;
    const axes = given.map((axis) => axisOf(axis, rank));
    if (new Set(axes).size !== axes.length) refuse(`axes ${given.join(", ")} name one twice`);
    const old = [...shape];
    return reshape(
      call.input(0),
      Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (old.shift() ?? 1))),
    );
  },
  Transpose: (call) => {
    const shape = shapeOf(call.input(0));
    const order = call.ints("perm") ?? shape.map((_, axis) => shape.length - 1 - axis);
    if (order.length !== shape.length || !shape.every((_, axis) => order.includes(axis)))
      refuse(`perm ${order.join(", ")} is no order of ${shape.length} axes`);
    return transpose(call.input(0), order);
  },
  Concat: (call) => {
    const values = call.inputs.map((_, index) => call.input(index));
    return concat(values, axisOf(call.int("axis", 1), shapeOf(values[0]).length), call.lift);
  },
  Split: split,
  Slice: sliceOperator,
  Expand: (call) => {
    const from = shapeOf(call.input(0));
    const wanted = call.list(1) ?? refuse("input 1 is missing");
    const rank = Math.max(from.length, wanted.length);
    const shape = Array.from({ length: rank }, (_, axis) => {
      const [a = 1, b = 1] = [from[axis - rank + from.length], wanted[axis - rank + wanted.length]];
      return a === 1 ? b : a;
    });
    return expand(call.input(0), shape);
  },
  Tile: (call) => {
    const shape = shapeOf(call.input(0));
    const repeats = call.list(1) ?? refuse("input 1 is missing");
    const isCount = repeats.every((count) => Number.isSafeInteger(count) && count >= 0);
    if (!isCount || repeats.length !== shape.length) refuse(`repeats ${repeats.join(", ")} for ${shape.length} axes`);
    return repeats.reduce((y: Value, count, axis) => {
      if (count === 1) return y;
      const now = shapeOf(y);
      const apart = reshape(y, [...now.slice(0, axis), 1, ...now.slice(axis)]);
      return reshape(expand(apart, [...now.slice(0, axis), count, ...now.slice(axis)]), now.with(axis, now[axis] * count));
    }, call.input(0));
  },
  Gather: gather,
  GatherElements: gatherElements,
  Pad: padOperator,
  DepthToSpace: (call) => {
    const [n, channels, height, width] = shapeAtLeast(call, 4);
    const block = call.int("blocksize", 0);
    const mode = call.text("mode", "DCR");
    if (block < 1 || channels % block ** 2 !== 0 || (mode !== "DCR" && mode !== "CRD"))
      refuse(`blocks of ${block} (${mode}) of ${channels} channels`);
    const inner = channels / block ** 2;
    const isDcr = mode === "DCR";
    const apart = reshape(call.input(0), isDcr ? [n, block, block, inner, height, width] : [n, inner, block, block, height, width]);
    return reshape(transpose(apart, isDcr ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]), [n, inner, height * block, width * block]);
  },
  SpaceToDepth: (call) => {
    const [n, channels, height, width] = shapeAtLeast(call, 4);
    const block = call.int("blocksize", 0);
    if (call.text("mode", "DCR") !== "DCR") refuse(`attribute mode is ${call.text("mode", "DCR")}`);
    if (block < 1 || height % block !== 0 || width % block !== 0) refuse(`blocks of ${block} of ${height} by ${width}`);
    const apart = reshape(call.input(0), [n, channels, height / block, block, width / block, block]);
    return reshape(transpose(apart, [0, 3, 5, 1, 2, 4]), [n, channels * block ** 2, height / block, width / block]);
  },
  Trilu: (call) => {
    const shape = shapeAtLeast(call, 2);
    const isUpper = call.int("upper", 1) === 1;
    const shift = call.list(1)?.[0] ?? 0;
    const [rows, columns] = shape.slice(-2);
    const kept = Array.from({ length: rows * columns }, (_, i) => {
      const distance = (i % columns) - Math.floor(i / columns);
      return Number(isUpper ? distance >= shift : distance <= shift);
    });
    return applyWhere(host(hostTensor("bool", [rows, columns], kept)), call.input(0), scalar(typeOf(call.input(0)), 0), call.lift);
  },
};

function split(call: Call): readonly Value[] {
  const x = call.input(0);
  const shape = shapeOf(x);
  const axis = axisOf(call.int("axis", 0), shape.length);
  const given = call.opset < 13 ? call.ints("split") : call.list(1);
  const count = call.int("num_outputs", call.outputs);
  if (count !== call.outputs && !given) refuse(`into ${count} parts with ${call.outputs} outputs`);
  const even = Math.ceil(shape[axis] / count);
  const sizes = given ?? Array.from({ length: count }, (_, part) => Math.max(0, Math.min(even, shape[axis] - part * even)));
  if (sizes.some((size) => size < 0) || sizes.reduce((sum, size) => sum + size, 0) !== shape[axis])
    refuse(`parts of ${sizes.join(", ")} of an axis of ${shape[axis]}`);
  let start = 0;
  return sizes.map((size) => {
    const part = sliceAxis(x, axis, start, size);
    start += size;
    return part;
  });
}

/** Before operator set 10 the starts, ends and axes were attributes. */
function sliceOperator(call: Call): Value {
  const x = call.input(0);
  const shape = shapeOf(x);
  const isOld = call.opset < 10;
  const starts = (isOld ? call.ints("starts") : call.list(1)) ?? refuse("starts are missing");
  const ends = (isOld ? call.ints("ends") : call.list(2)) ?? refuse("ends are missing");
  const axes = (isOld ? call.ints("axes") : call.list(3)) ?? starts.map((_, axis) => axis);
  const steps = (isOld ? undefined : call.list(4)) ?? starts.map(() => 1);
  const ranges = shape.map((size) => ({ start: 0, step: 1, size }));
  for (const [index, given] of axes.entries()) {
    const axis = axisOf(given, shape.length);
    ranges[axis] = rangeOf(starts[index], ends[index], steps[index], shape[axis]);
  }
  return slice(x, ranges);
}

/** As Python slices: negative places count from the end, and places past an end are brought to it. */
function rangeOf(start: number, end: number, step: number, size: number): { start: number; step: number; size: number } {
  if (step === 0) refuse("a step of 0");
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const bounded = (place: number): number => Math.min(Math.max(place < 0 ? place + size : place, low), high);
  const [from, to] = [bounded(start), bounded(end)];
  return { start: from, step, size: Math.max(0, Math.ceil((to - from) / step)) };
}

function gather(call: Call): Value {
  const [x, index] = [call.input(0), call.input(1)];
  const shape = shapeOf(x);
  const axis = axisOf(call.int("axis", 0), shape.length);
  const result = [...shape.slice(0, axis), ...shapeOf(index), ...shape.slice(axis + 1)];
  checkSize(result);
  if (sizeOf(result) === 0) return host(hostTensor(typeOf(x), result, []));
  if (index.kind === "device") return device(typeOf(x), gatherNode(call.lift(x), index.node, axis), boundOf(x));
  const places = placesIn(index.tensor, shape[axis]);
  if (x.kind === "host") return host(gatherOnHost(x.tensor, places, axis, result));
  if (places.length === 1) return reshape(sliceAxis(x, axis, places[0], 1), result);
  checkAxis(places.length);
  const rows = places.map((place) => ({ taps: [[place, 1] as const] }));
  return reshape(device(x.type, resample(x.node, axis, rows), x.bound), result);
}

/** Indices counted from the front. */
function placesIn(index: HostTensor, size: number): number[] {
  return Array.from(index.data, (given) => {
    const place = given < 0 ? given + size : given;
    return place >= 0 && place < size ? place : refuse(`index ${given} is outside an axis of ${size}`);
  });
}

function gatherOnHost({ type, shape, data }: HostTensor, places: readonly number[], axis: number, result: Shape): HostTensor {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const values: number[] = [];
  for (let row = 0; row < outer; row++)
    for (const place of places) {
      const from = (row * shape[axis] + place) * inner;
      for (let i = 0; i < inner; i++) values.push(data[from + i]);
    }
  return hostTensor(type, result, values);
}

function gatherElements(call: Call): Value {
  const [x, index] = [call.input(0), call.input(1)];
  const shape = shapeOf(x);
  const axis = axisOf(call.int("axis", 0), shape.length);
  if (x.kind === "device" || index.kind === "device") {
    if (index.kind === "host") placesIn(index.tensor, shape[axis]);
    return device(typeOf(x), gatherElementsNode(call.lift(x), call.lift(index), axis), boundOf(x));
  }
  const places = placesIn(index.tensor, shape[axis]);
  const strides = stridesOf(shape);
  const indexStrides = stridesOf(index.tensor.shape);
  const values = places.map((place, i) => {
    const at = index.tensor.shape.map((size, along) => Math.floor(i / indexStrides[along]) % size).with(axis, place);
    return x.tensor.data[at.reduce((sum, position, along) => sum + position * strides[along], 0)];
  });
  return host(hostTensor(x.tensor.type, index.tensor.shape, values));
}

/** Before operator set 11 the amounts and the value were attributes. */
function padOperator(call: Call): Value {
  const x = call.input(0);
  const shape = shapeOf(x);
  const mode = call.text("mode", "constant");
  const isOld = call.opset < 11;
  const pads = (isOld ? call.ints("pads") : call.list(1)) ?? refuse("pads are missing");
  const value = isOld ? call.float("value", 0) : (call.known(2)?.tensor.data[0] ?? 0);
  const axes = (isOld ? undefined : call.list(3))?.map((axis) => axisOf(axis, shape.length)) ?? shape.map((_, axis) => axis);
  if (pads.length !== 2 * axes.length) refuse(`${pads.length} pads for ${axes.length} axes`);
  const amounts = shape.map((): [number, number] => [0, 0]);
  for (const [index, axis] of axes.entries()) amounts[axis] = [pads[index], pads[index + axes.length]];
  if (mode === "constant") return pad(x, amounts, value, call.lift);
  if (mode !== "reflect" && mode !== "edge" && mode !== "wrap") refuse(`attribute mode is ${mode}`);
  const shapeAfter = shape.map((size, axis) => size + amounts[axis][0] + amounts[axis][1]);
  if (shapeAfter.some((size) => size < 1)) refuse(`padding leaves [${shapeAfter.join(", ")}]`);
  checkSize(shapeAfter);
  return amounts.reduce((y: Value, [before, after], axis) => {
    if (before === 0 && after === 0) return y;
    const size = shapeOf(y)[axis];
    if (mode === "reflect" && Math.max(before, after) >= size)
      refuse(`an axis of ${size} cannot be reflected by ${Math.max(before, after)}`);
    checkAxis(size + before + after);
    const rows = Array.from({ length: size + before + after }, (_, place) => ({
      taps: [[mirrored(place - before, size, mode), 1] as const],
    }));
    return device(typeOf(y), resample(call.lift(y), axis, rows), boundOf(y));
  }, x);
}

/** The place inside an axis that a place outside it repeats. */
function mirrored(place: number, size: number, mode: "reflect" | "edge" | "wrap"): number {
  if (mode === "edge" || size === 1) return Math.min(Math.max(place, 0), size - 1);
  if (mode === "wrap") return ((place % size) + size) % size;
  const period = 2 * (size - 1);
  const folded = ((place % period) + period) % period;
  return folded < size ? folded : period - folded;
}

/** A shape as a value. */
export const shapeValue = (shape: Shape): Value => host(integers(shape));
