/** Element-wise activations. */
import { layoutOf } from "../gpu/layout.ts";
import { type ActivationAttrs, activationGradient, activationKind } from "./activation-gradient.ts";
import type { EpilogueActivation } from "./epilogue.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** max(x, 0) */
export const relu = (x: Node): Node => apply(op, [x], { kind: "relu" });
/** min(max(x, 0), 6) */
export const relu6 = (x: Node): Node => apply(op, [x], { kind: "relu6" });
/** x where positive, slope · x elsewhere */
export const leakyRelu = (x: Node, slope = 0.01): Node => apply(op, [x], { kind: "leakyRelu", slope });
/** 1 / (1 + e^−x) */
export const sigmoid = (x: Node): Node => apply(op, [x], { kind: "sigmoid" });
export const tanh = (x: Node): Node => apply(op, [x], { kind: "tanh" });
/** x · sigmoid(x) */
export const silu = (x: Node): Node => apply(op, [x], { kind: "silu" });
/** x · min(max(x + 3, 0), 6) / 6 */
export const hardswish = (x: Node): Node => apply(op, [x], { kind: "hardswish" });
/** min(max(x + 3, 0), 6) / 6 */
export const hardsigmoid = (x: Node): Node => apply(op, [x], { kind: "hardsigmoid" });
/** x · Φ(x), with the error function and not its tanh approximation */
export const gelu = (x: Node): Node => apply(op, [x], { kind: "gelu" });
/** x · tanh(ln(1 + e^x)) */
export const mish = (x: Node): Node => apply(op, [x], { kind: "mish" });

const op: Op<ActivationAttrs> = {
  name: "activation",
  inputs: ["x"],
  sliced: ["x", "y"],
  shape: ([x]) => x,
  launches({ attrs: { kind, slope = 0 }, shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "activation",
        bind: ["x", "y"],
        params: { size: vectors, channels, blocks, slope },
        overrides: { ACTIVATION: activationKind[kind] },
        workgroups: grid(vectors),
      },
    ];
  },
  gradient: (node, dy) => [activationGradient(node, dy)],
};

/** The activation that a node applies, where kernels can do it in their epilogue. */
export function activationOf(node: Node): EpilogueActivation | undefined {
  if (node.op !== op) return undefined;
  const { kind }: ActivationAttrs = node.attrs;
  return kind === "relu" || kind === "relu6" ? kind : undefined;
}
