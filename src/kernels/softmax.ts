/** Softmax and its logarithm over the channels. */
import { layoutOf } from "../gpu/layout.ts";
import { mul, sub } from "./arithmetic.ts";
import { sumTo } from "./broadcast.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

/** e^x / Σ e^x over axis 1, shifted by the maximum so that large logits do not overflow. */
export const softmax = (x: Node): Node => apply(op, [x], { entryPoint: "softmax" });

/** ln softmax(x) over axis 1, without taking the logarithm of a rounded quotient. */
export const logSoftmax = (x: Node): Node => apply(op, [x], { entryPoint: "log_softmax" });

const op: Op<{ readonly entryPoint: "softmax" | "log_softmax" }> = {
  name: "softmax",
  inputs: ["x"],
  shape([x], { entryPoint }) {
    if (x.length < 2) throw new ShapeError(entryPoint === "softmax" ? "softmax" : "logSoftmax", "input must have a channel axis", [x]);
    return x;
  },
  launches({ attrs: { entryPoint }, shape }) {
    const { batch, area, channels, blocks } = layoutOf(shape);
    return [
      { shader: "softmax", entryPoint, bind: ["x", "y"], params: { size: batch * area, channels, blocks }, workgroups: grid(batch * area) },
    ];
  },
  // y · (dy − Σ dy · y), and dy − softmax(x) · Σ dy.
  gradient(y, dy) {
    const overChannels = (value: Node): Node => sumTo(value, y.shape.with(1, 1));
    if (y.attrs.entryPoint === "softmax") return [mul(y, sub(dy, overChannels(mul(dy, y))))];
    return [sub(dy, mul(softmax(y.inputs[0]), overChannels(dy)))];
  },
};
