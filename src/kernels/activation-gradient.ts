/** The gradient of element-wise activations. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** The value of `override ACTIVATION` in activation.wgsl and activation-gradient.wgsl. */
export const activationKind = {
  relu: 1,
  relu6: 2,
  leakyRelu: 3,
  sigmoid: 4,
  tanh: 5,
  silu: 6,
  hardswish: 7,
  hardsigmoid: 8,
  gelu: 9,
  mish: 10,
} as const;

export interface ActivationAttrs {
  readonly kind: keyof typeof activationKind;
  readonly slope?: number;
}

/**
 * dy · f′(x); at kinks f′ is PyTorch's. Activations that kernels apply in their epilogue are differentiated by their result, so that
 * their argument need not be stored.
 */
export const activationGradient = (activation: Node<ActivationAttrs>, dy: Node): Node =>
  apply(op, [readsResult.has(activation.attrs.kind) ? activation : activation.inputs[0], dy], activation.attrs);

/** The activation of x, and dL/d(activation), where that is all that dL/dx comes from and the activation is differentiated by its result. */
export function activatedFrom(x: Node, dx: Node): { readonly activation: Node<ActivationAttrs>; readonly dy: Node } | undefined {
  if (dx.op !== op) return undefined;
  const [activation, dy] = dx.inputs;
  return readsResult.has(dx.attrs.kind) && activation.inputs[0] === x ? { activation, dy } : undefined;
}

const readsResult: ReadonlySet<string> = new Set<ActivationAttrs["kind"]>(["relu", "relu6"]);

const op: Op<ActivationAttrs> = {
  name: "activationGradient",
  inputs: ["x", "dy"],
  sliced: ["x", "dy", "y"],
  shape: ([x]) => x,
  launches({ attrs: { kind, slope = 0 }, shape }) {
    const { blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "activation-gradient",
        bind: ["x", "dy", "y"],
        params: { size: vectors, blocks, slope },
        overrides: { ACTIVATION: activationKind[kind] },
        workgroups: grid(vectors),
      },
    ];
  },
};
