/** Windows that slide over a map: how convolution and pooling options are given, and the size of what they produce. */
import type { Shape } from "../tensor.ts";
import { ShapeError } from "./op.ts";

/** One number for both axes, or [height, width]. */
export type Pair = number | readonly [number, number];

/** One number for all sides, [height, width], or [top, left, bottom, right]. */
export type Padding = Pair | readonly [number, number, number, number];

/** [top, left, bottom, right] */
export type Sides = readonly [number, number, number, number];

/** A pair of integers of at least `least`. */
export function pair(subject: string, option: string, value: Pair, least: number): readonly [number, number] {
  const both = typeof value === "number" ? ([value, value] as const) : value;
  if (both.length !== 2 || !both.every((size) => Number.isInteger(size) && size >= least)) {
    throw new ShapeError(subject, `${option} must be one or two integers of at least ${least}, got ${JSON.stringify(value)}`);
  }
  return both;
}

/** Padding of each side; negative amounts are refused (crop with `pad` instead). */
export function sides(subject: string, value: Padding): Sides {
  const [top, left, bottom = top, right = left] = typeof value === "number" ? [value, value] : value;
  const all = [top, left, bottom, right] as const;
  if (!all.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ShapeError(subject, `padding must be non-negative integers, got ${JSON.stringify(value)}`);
  }
  return all;
}

/** Where windows of `kernel` lie along one axis. */
export interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  readonly dilation: number;
  readonly ceilMode?: boolean;
}

/** How many windows fit: ⌊(size + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, or ⌈…⌉ less a window that would start in the far padding. */
export function windows({ size, kernel, stride, before, after, dilation, ceilMode = false }: Axis): number {
  const steps = (size + before + after - dilation * (kernel - 1) - 1) / stride;
  const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceilMode && (count - 1) * stride >= size + before ? count - 1 : count;
}

/** How windows lie on a map [n, c, h, w], in pixels down and across. */
export interface Window2d {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Sides;
  /** Of kernels that can leave pixels out between those of a window. */
  readonly dilation?: readonly [number, number];
}

/** What kernels are told of the windows that lie on a map of shape `x` and give one of shape `y`; a vector [n, c] is a map of one pixel. */
export const windowParams = (
  [, , inHeight = 1, inWidth = 1]: Shape,
  [, , outHeight = 1, outWidth = 1]: Shape,
  { kernel, stride, padding, dilation }: Window2d,
): Record<string, number> => ({
  in_height: inHeight,
  in_width: inWidth,
  out_height: outHeight,
  out_width: outWidth,
  kernel_height: kernel[0],
  kernel_width: kernel[1],
  stride_y: stride[0],
  stride_x: stride[1],
  ...(dilation && { dilation_y: dilation[0], dilation_x: dilation[1] }),
  pad_top: padding[0],
  pad_left: padding[1],
});
