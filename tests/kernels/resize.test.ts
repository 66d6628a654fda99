/** Resizing picks or mixes the pixels that PyTorch's interpolate does. */
import type { Node } from "../../src/kernels/op.ts";
import { resize } from "../../src/kernels/resize.ts";
import { describeOp, describeShapeErrors, type OpCase } from "../describe-op.ts";
import { type ResizeOptions, resize as reference } from "../reference/resize.ts";
import type { Values } from "../reference/values.ts";

interface SizeAndOptions extends Omit<ResizeOptions, "mode"> {
  readonly size: readonly [number, number];
  readonly mode: "nearest" | "bilinear";
}

const resizeTo = (x: Node, { size, ...options }: SizeAndOptions): Node => resize(x, size, options);

const sizes: readonly { readonly name: string; readonly shape: readonly number[]; readonly size: readonly [number, number] }[] = [
  { name: "twice the size", shape: [2, 4, 3, 4], size: [6, 8] },
  { name: "half the size", shape: [1, 5, 6, 8], size: [3, 4] },
  { name: "up between odd sizes", shape: [1, 3, 5, 7], size: [11, 13] },
  { name: "down between odd sizes", shape: [1, 5, 11, 13], size: [7, 5] },
  { name: "up along one axis, down along the other", shape: [1, 1, 4, 9], size: [7, 5] },
  { name: "to the same size", shape: [1, 6, 5, 4], size: [5, 4] },
  { name: "from one pixel", shape: [2, 4, 1, 1], size: [3, 2] },
  { name: "to one pixel", shape: [2, 4, 5, 4], size: [1, 1] },
  { name: "64 channels", shape: [1, 64, 3, 3], size: [5, 4] },
  { name: "more than one workgroup", shape: [1, 1, 7, 7], size: [40, 41] },
];

const casesOf = (options: Omit<SizeAndOptions, "size">): OpCase<SizeAndOptions>[] =>
  sizes.map(({ name, shape, size }) => ({ name, shapes: [shape], options: { size, ...options } }));

describeOp("resize", resizeTo, (x: Values, { size, ...options }: SizeAndOptions) => reference(x, size, options), [
  ...casesOf({ mode: "nearest" }),
  ...casesOf({ mode: "bilinear" }),
  ...casesOf({ mode: "bilinear", alignCorners: true }),
]);

describeShapeErrors("resize", resizeTo, [
  { name: "an input of 2 axes", shapes: [[1, 4]], options: { size: [2, 2], mode: "nearest" } },
  { name: "an output of size 0", shapes: [[1, 4, 3, 3]], options: { size: [0, 2], mode: "bilinear" } },
]);
