/** The windows of convolutions and pools, as ONNX gives them. */
import type { Shape } from "../../tensor.ts";
import type { Call } from "./operator.ts";
import { refuse } from "./unsupported.ts";

/** For each dimension: the kernel, its stride and dilation, and the padding on both sides. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Sides, steps and padding of a window: larger ones are no part of a network of pictures. */
const LARGEST = 2 ** 16;

/** The window of a node over maps of `sizes`; padding that follows from the sizes ("SAME") is worked out. */
export function windowOf(call: Call, sizes: Shape, kernel: readonly number[]): Window {
  const strides = call.ints("strides") ?? kernel.map(() => 1);
  const dilations = call.ints("dilations") ?? kernel.map(() => 1);
  const pads = call.ints("pads") ?? [...kernel, ...kernel].map(() => 0);
  const auto = call.text("auto_pad", "NOTSET");
  const lists = [kernel, strides, dilations];
  if (lists.some((list) => list.length !== sizes.length || !list.every((size) => Number.isInteger(size) && size > 0)))
    refuse(
      `kernel ${kernel.join(", ")}, strides ${strides.join(", ")} and dilations ${dilations.join(", ")} on ${sizes.length} dimensions`,
    );
  const largest = Math.max(...kernel, ...dilations, ...strides, ...pads.map(Math.abs));
  if (!(largest <= LARGEST)) refuse(`a window with a side of ${largest} is too large`);
  if (pads.length !== 2 * sizes.length) refuse(`has ${pads.length} pads for ${sizes.length} dimensions`);
  if (auto === "NOTSET") return { kernel, strides, dilations, before: pads.slice(0, sizes.length), after: pads.slice(sizes.length) };
  if (auto === "VALID") return { kernel, strides, dilations, before: kernel.map(() => 0), after: kernel.map(() => 0) };
  if (auto !== "SAME_UPPER" && auto !== "SAME_LOWER") refuse(`attribute auto_pad is ${auto}`);
  const totals = sizes.map((size, axis) => {
    const reach = (kernel[axis] - 1) * dilations[axis] + 1;
    return Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size);
  });
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total) => Math.ceil(total / 2));
  const isUpper = auto === "SAME_UPPER";
  return { kernel, strides, dilations, before: isUpper ? small : large, after: isUpper ? large : small };
}

/** A window of one or two dimensions as one of two; a row is a map of height 1. */
export function pairOf({ kernel, strides, dilations, before, after }: Window): {
  readonly kernel: [number, number];
  readonly stride: [number, number];
  readonly dilation: [number, number];
  readonly padding: [number, number, number, number];
} {
  const two = ([first, second]: readonly number[], one: number): [number, number] =>
    second === undefined ? [one, first] : [first, second];
  const [top, left] = two(before, 0);
  const [bottom, right] = two(after, 0);
  return { kernel: two(kernel, 1), stride: two(strides, 1), dilation: two(dilations, 1), padding: [top, left, bottom, right] };
}
