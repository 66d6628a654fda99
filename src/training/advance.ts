/** The count of an optimiser's steps, and what its bias corrections follow from. */
import { apply, type Node, type Op } from "../kernels/op.ts";

/** progress [4] = (t, Σ β₁ʲ, Σ β₂ʲ for j < t, Σ of the latter over the steps before) after one more step, if `control` takes it. */
export const advance = (progress: Node, control: Node, [beta1, beta2]: readonly [number, number]): Node =>
  apply(op, [control, progress], { beta1, beta2 });

const op: Op<{ readonly beta1: number; readonly beta2: number }> = {
  name: "advance",
  inputs: ["control", "progress"],
  overwrites: "progress",
  shape: ([, progress]) => progress,
  launches: ({ attrs: { beta1, beta2 } }) => [{ shader: "advance", bind: ["control", "y"], params: { beta1, beta2 }, workgroups: [1] }],
};
