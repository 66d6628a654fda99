/** Resizing by every rule of ONNX: each axis is a weighted sum of its places, with weights worked out here. */

import type { Node } from "../../../kernels/op.ts";
import { resample, type Taps } from "../../../kernels/resample.ts";
import { resize } from "../../../kernels/resize.ts";
import { isFloat } from "../../../loaders/onnx/element-type.ts";
import type { Shape } from "../../../tensor.ts";
import { axisOf, type Call, type Operators, shapeAtLeast } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { boundOf, checkAxis, checkSize, device, shapeOf, typeOf, type Value } from "../value.ts";

export const resizing: Operators = {
  Resize: (call) => resized(call, resizeRule(call), targets(call)),
  Upsample: (call) => {
    const shape = shapeOf(call.input(0));
    const scales = (call.opset < 9 ? call.floats("scales") : call.list(1)) ?? refuse("scales are missing");
    const mode = call.text("mode", "nearest");
    const rule = { ...plainRule, mode: mode === "bilinear" ? "linear" : mode, coordinates: "asymmetric", nearest: "floor" };
    return resized(call, rule, { scales, sizes: scales.map((scale, axis) => Math.floor(scale * shape[axis])) });
  },
};

/** How an axis is resized. */
interface Rule {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubic: number;
  readonly antialias: boolean;
  readonly excludeOutside: boolean;
  readonly extrapolation: number;
  /** Where the region to crop begins and ends along each axis, as shares of it. */
  readonly region: readonly (readonly [start: number, end: number])[];
}

const plainRule: Rule = {
  mode: "nearest",
  coordinates: "half_pixel",
  nearest: "round_prefer_floor",
  cubic: -0.75,
  antialias: false,
  excludeOutside: false,
  extrapolation: 0,
  region: [],
};

/** In operator set 10 places were multiplied by the scale alone, and cut off. */
function resizeRule(call: Call): Rule {
  const mode = call.text("mode", "nearest");
  if (call.opset < 11) return { ...plainRule, mode, coordinates: "asymmetric", nearest: "floor" };
  const coordinates = call.text("coordinate_transformation_mode", "half_pixel");
  const region = coordinates === "tf_crop_and_resize" ? regionOf(call) : [];
  return {
    mode,
    coordinates,
    nearest: call.text("nearest_mode", "round_prefer_floor"),
    cubic: call.float("cubic_coeff_a", -0.75),
    antialias: call.int("antialias", 0) === 1,
    excludeOutside: call.int("exclude_outside", 0) === 1,
    extrapolation: call.float("extrapolation_value", 0),
    region,
  };
}

const axesOf = (call: Call, shape: Shape): readonly number[] =>
  call.ints("axes")?.map((axis) => axisOf(axis, shape.length)) ?? shape.map((_, axis) => axis);

function regionOf(call: Call): [number, number][] {
  const shape = shapeOf(call.input(0));
  const given = call.list(1) ?? refuse("the region of interest is missing");
  const axes = axesOf(call, shape);
  if (given.length !== 2 * axes.length) refuse(`a region of ${given.length} numbers for ${axes.length} axes`);
  return shape.map((_, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? [0, 1] : [given[at], given[at + axes.length]];
  });
}

interface Targets {
  readonly scales: readonly number[];
  readonly sizes: Shape;
}

/** The scale and the size of each axis; those that are not named stay. */
function targets(call: Call): Targets {
  const shape = shapeAtLeast(call, 1);
  const axes = axesOf(call, shape);
  const isOld = call.opset < 11;
  const scales = call.list(isOld ? 1 : 2);
  const sizes = isOld ? undefined : call.list(3);
  const policy = call.text("keep_aspect_ratio_policy", "stretch");
  const spread = (values: readonly number[], usual: (axis: number) => number): number[] =>
    shape.map((_, axis) => (axes.includes(axis) ? values[axes.indexOf(axis)] : usual(axis)));
  if (scales && scales.length > 0) {
    if (scales.length !== axes.length || !scales.every((scale) => scale > 0)) refuse(`scales ${scales.join(", ")} for ${axes.length} axes`);
    const all = spread(scales, () => 1);
    // A scale is stored as float32: its product with a size may fall short of the whole number that was meant.
    return { scales: all, sizes: all.map((scale, axis) => Math.floor(shape[axis] * scale + 1e-6 * shape[axis])) };
  }
  if (!sizes || sizes.length !== axes.length || !sizes.every((size) => size > 0)) return refuse("scales and sizes are missing or no sizes");
  const wanted = spread(sizes, (axis) => shape[axis]);
  if (policy === "stretch") return { scales: wanted.map((size, axis) => size / shape[axis]), sizes: wanted };
  const ratios = axes.map((axis) => wanted[axis] / shape[axis]);
  const ratio =
    policy === "not_larger"
      ? Math.min(...ratios)
      : policy === "not_smaller"
        ? Math.max(...ratios)
        : refuse(`attribute keep_aspect_ratio_policy is ${policy}`);
  const scaled = spread(
    axes.map(() => ratio),
    () => 1,
  );
  return { scales: scaled, sizes: scaled.map((scale, axis) => Math.floor(shape[axis] * scale + 0.5)) };
}

function resized(call: Call, rule: Rule, { scales, sizes }: Targets): Value {
  const x = call.input(0);
  const shape = shapeOf(x);
  const type = typeOf(x);
  if (rule.mode !== "nearest" && !isFloat(type)) refuse(`of ${type} by interpolation is not done`);
  checkSize(sizes);
  const quick = quickly(call, rule, scales, sizes);
  if (quick) return device(type, quick, x.kind === "device" ? x.bound : undefined);
  const y = shape.reduce((node: Node, size, axis) => {
    const isSame = sizes[axis] === size && scales[axis] === 1 && rule.coordinates !== "tf_crop_and_resize";
    if (!isSame) checkAxis(Math.max(size, sizes[axis]));
    return isSame ? node : resample(node, axis, tapsOf(rule, size, scales[axis], sizes[axis], rule.region[axis] ?? [0, 1]));
  }, call.lift(x));
  return device(type, y, boundOf(x));
}

/** The kernel for maps, where its two rules are the ones asked for. */
function quickly(call: Call, { mode, coordinates, nearest, antialias }: Rule, scales: readonly number[], sizes: Shape): Node | undefined {
  const shape = shapeOf(call.input(0));
  const isMap = shape.length === 4 && sizes[0] === shape[0] && sizes[1] === shape[1];
  const isWhole = sizes.every((size, axis) => scales[axis] === size / shape[axis]);
  if (!isMap || !isWhole || antialias) return undefined;
  const side: [number, number] = [sizes[2], sizes[3]];
  if (mode === "nearest" && coordinates === "asymmetric" && nearest === "floor") return resize(call.node(0), side, { mode: "nearest" });
  if (mode !== "linear") return undefined;
  const isHalf = coordinates === "half_pixel" || (coordinates === "pytorch_half_pixel" && Math.min(...side) > 1);
  if (isHalf) return resize(call.node(0), side, { mode: "bilinear" });
  return coordinates === "align_corners" ? resize(call.node(0), side, { mode: "bilinear", alignCorners: true }) : undefined;
}

/** What each place of a resized axis is made of, as ONNX's reference (op_resize.py) has it. */
function tapsOf(rule: Rule, size: number, scale: number, length: number, region: readonly [number, number]): Taps[] {
  return Array.from({ length }, (_, place) => {
    const at = coordinateOf(rule, place, size, scale, length, region);
    if (rule.coordinates === "tf_crop_and_resize" && (at < 0 || at > size - 1)) return { taps: [], bias: rule.extrapolation };
    const whole = Math.floor(at);
    const ratio = at === whole ? 1 : at - whole;
    const weights = weightsOf(rule, ratio, scale);
    // The window of as many places as there are weights around `at`; where two are equally near it begins with the smaller one.
    const count = weights.length;
    const fraction = at - whole;
    const shift =
      count % 2 === 0 ? (fraction === 0 ? -count / 2 : 1 - count / 2) : fraction <= 0.5 ? -(count - 1) / 2 : 1 - (count - 1) / 2;
    const taps = weights.map((weight, tap) => ({ index: whole + shift + tap, weight }));
    const inside = taps.filter(({ index }) => !rule.excludeOutside || (index >= 0 && index < size));
    const total = rule.excludeOutside ? inside.reduce((sum, { weight }) => sum + weight, 0) || 1 : 1;
    const merged = new Map<number, number>();
    for (const { index, weight } of inside) {
      const clamped = Math.min(Math.max(index, 0), size - 1);
      merged.set(clamped, (merged.get(clamped) ?? 0) + weight / total);
    }
    return { taps: [...merged].filter(([, weight]) => weight !== 0) };
  });
}

/** Where a place of the result lies along the axis of x. */
function coordinateOf(
  { coordinates }: Rule,
  place: number,
  size: number,
  scale: number,
  length: number,
  [start, end]: readonly [number, number],
): number {
  const exact = scale * size;
  if (coordinates === "half_pixel") return (place + 0.5) / scale - 0.5;
  if (coordinates === "asymmetric") return place / scale;
  if (coordinates === "align_corners") return exact === 1 ? 0 : (place * (size - 1)) / (exact - 1);
  if (coordinates === "pytorch_half_pixel") return length === 1 ? 0 : (place + 0.5) / scale - 0.5;
  if (coordinates === "half_pixel_symmetric") return (size / 2) * (1 - length / exact) + (place + 0.5) / scale - 0.5;
  if (coordinates !== "tf_crop_and_resize") return refuse(`attribute coordinate_transformation_mode is ${coordinates}`);
  if (exact === 1) return ((start + end) / 2) * (size - 1);
  return start * (size - 1) + (place * (end - start) * (size - 1)) / (exact - 1);
}

/** The weights of the places around one, `ratio` past the first of the two in the middle. */
function weightsOf({ mode, nearest, cubic, antialias }: Rule, ratio: number, scale: number): number[] {
  const shrink = antialias ? Math.min(scale, 1) : 1;
  if (mode === "nearest") return nearestWeights(ratio, nearest);
  if (mode !== "linear" && mode !== "cubic") return refuse(`attribute mode is ${mode}`);
  const reach = mode === "linear" ? 1 : 2;
  const first = Math.floor(-reach / shrink) + 1;
  const weights = Array.from({ length: 2 - 2 * first }, (_, tap) => {
    const distance = Math.abs((first + tap - ratio) * shrink);
    return mode === "linear" ? Math.max(0, 1 - distance) : cubicWeight(distance, cubic);
  });
  const total = shrink < 1 ? weights.reduce((sum, weight) => sum + weight, 0) : 1;
  return weights.map((weight) => weight / total);
}

function nearestWeights(ratio: number, rule: string): number[] {
  if (ratio === 1) return [0, 1];
  const isFirst = { round_prefer_floor: ratio <= 0.5, round_prefer_ceil: ratio < 0.5, floor: true, ceil: false }[rule];
  return isFirst === undefined ? refuse(`attribute nearest_mode is ${rule}`) : isFirst ? [1, 0] : [0, 1];
}

/** Keys 1981, with a the slope at distance 1. */
function cubicWeight(x: number, a: number): number {
  if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
  return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
}
