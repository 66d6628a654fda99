/** Convolutions and transposed convolutions of one, two and three dimensions. */
import { add } from "../../../kernels/arithmetic.ts";
import { convTranspose2d } from "../../../kernels/conv-transpose2d.ts";
import { conv2d } from "../../../kernels/conv2d.ts";
import { conv3d, convTranspose3d } from "../../../kernels/conv3d.ts";
import type { Node } from "../../../kernels/op.ts";
import { pad } from "../../../kernels/pad.ts";
import { reshape } from "../../../kernels/reshape.ts";
import type { Shape } from "../../../tensor.ts";
import { type Call, type Operators, shapeAtLeast } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { device, shapeOf, typeOf, type Value } from "../value.ts";
import { pairOf, type Window, windowOf } from "../window.ts";

export const convolutions: Operators = { Conv: conv, ConvTranspose: convTranspose };

function conv(call: Call): Value {
  const { shape, kernel } = operands(call);
  const window = windowOf(call, shape.slice(2), kernel);
  const groups = call.int("group", 1);
  const [x, weight, bias] = [call.node(0), call.node(1), call.inputs[2] && call.node(2)];
  const type = typeOf(call.input(0));
  if (kernel.length === 3) {
    const { strides: stride, dilations: dilation, before, after } = window;
    return device(type, conv3d(x, weight, bias, { stride, dilation, padding: { before, after }, groups }));
  }
  const { flat, back } = asMap(kernel.length);
  const { stride, dilation, padding } = pairOf(window);
  return device(type, back(conv2d(flat(x), flat(weight), bias, { stride, dilation, padding, groups })));
}

/** The input's shape and the kernel's sides. */
function operands(call: Call): { shape: Shape; kernel: readonly number[] } {
  const shape = shapeAtLeast(call, 3);
  const kernel = shapeOf(call.input(1)).slice(2);
  const said = call.ints("kernel_shape");
  if (kernel.length !== shape.length - 2 || (said && said.join() !== kernel.join()))
    refuse(`kernel of [${said?.join(", ") ?? ""}] with weights [${shapeOf(call.input(1)).join(", ")}] on [${shape.join(", ")}]`);
  if (kernel.length > 3) refuse(`of ${kernel.length} dimensions is not done`);
  return { shape, kernel };
}

/** A row of pixels as a map of height 1: the same memory. */
export function asMap(dimensions: number): { flat: (x: Node) => Node; back: (y: Node) => Node } {
  if (dimensions !== 1) return { flat: (x) => x, back: (y) => y };
  return {
    flat: (x) => reshape(x, [x.shape[0], x.shape[1], 1, x.shape[2]]),
    back: (y) => reshape(y, [y.shape[0], y.shape[1], y.shape[3]]),
  };
}

function convTranspose(call: Call): Value {
  const { shape, kernel } = operands(call);
  const groups = call.int("group", 1);
  const outputPadding = call.ints("output_padding") ?? kernel.map(() => 0);
  const window = transposedWindow(call, shape.slice(2), kernel, outputPadding);
  const [x, weight, bias] = [call.node(0), call.node(1), call.inputs[2] && call.node(2)];
  const type = typeOf(call.input(0));
  // Padding of a transposed convolution takes away; what is added instead holds the bias alone.
  const isPlain =
    [...window.before, ...window.after].every((amount) => amount >= 0) &&
    outputPadding.every((amount, axis) => amount < Math.max(window.strides[axis], window.dilations[axis]));
  const none = kernel.map(() => 0);
  const taken = isPlain ? { ...window, outputPadding } : { ...window, before: none, after: none, outputPadding: none };
  const y = transposed(x, weight, isPlain ? bias : undefined, taken, groups);
  if (isPlain) return device(type, y);
  const amounts = none.map((_, axis): [number, number] => [-window.before[axis], outputPadding[axis] - window.after[axis]]);
  const framed = y.shape.length > 4 ? refuse("of 3 dimensions with negative padding is not done") : pad(y, [[0, 0], [0, 0], ...amounts]);
  return device(type, bias ? add(framed, reshape(bias, [1, bias.shape[0], ...none.map(() => 1)])) : framed);
}

function transposed(
  x: Node,
  weight: Node,
  bias: Node | undefined,
  window: Window & { readonly outputPadding: readonly number[] },
  groups: number,
): Node {
  const { strides, dilations, before, after, outputPadding } = window;
  if (strides.length === 3)
    return convTranspose3d(x, weight, bias, { stride: strides, dilation: dilations, padding: { before, after }, outputPadding, groups });
  const { flat, back } = asMap(strides.length);
  const [first = 0, second] = outputPadding;
  const extra: [number, number] = second === undefined ? [0, first] : [first, second];
  return back(convTranspose2d(flat(x), flat(weight), bias, { ...pairOf(window), outputPadding: extra, groups }));
}

/** The padding follows from the output's size, where the node says that instead. */
function transposedWindow(call: Call, sizes: Shape, kernel: readonly number[], outputPadding: readonly number[]): Window {
  const strides = call.ints("strides") ?? kernel.map(() => 1);
  const dilations = call.ints("dilations") ?? kernel.map(() => 1);
  const auto = call.text("auto_pad", "NOTSET");
  const pads = call.ints("pads") ?? [...kernel, ...kernel].map(() => 0);
  const given = call.ints("output_shape");
  const wanted = given ?? (auto.startsWith("SAME") ? sizes.map((size, axis) => size * strides[axis]) : undefined);
  if (auto === "VALID" && !given) return { kernel, strides, dilations, before: kernel.map(() => 0), after: kernel.map(() => 0) };
  if (!wanted) return { kernel, strides, dilations, before: pads.slice(0, kernel.length), after: pads.slice(kernel.length) };
  const totals = sizes.map(
    (size, axis) =>
      strides[axis] * (size - 1) + outputPadding[axis] + (kernel[axis] - 1) * dilations[axis] + 1 - wanted.slice(-sizes.length)[axis],
  );
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total) => Math.ceil(total / 2));
  const isUpper = auto === "SAME_UPPER";
  return { kernel, strides, dilations, before: isUpper ? small : large, after: isUpper ? large : small };
}
