/** Functions of two values, element by element, broadcast as NumPy does; `arithmetic` is quicker where it applies. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import { broadcastShape, broadcastStrides, walkParams } from "./walk.ts";

/** The value of `params.operation` in binary.wgsl. */
const code = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  pow: 4,
  min: 5,
  max: 6,
  mod: 7,
  fmod: 8,
  equal: 9,
  less: 10,
  lessOrEqual: 11,
  greater: 12,
  greaterOrEqual: 13,
  and: 14,
  or: 15,
  xor: 16,
  prelu: 17,
} as const;

/**
 * pow: a^b · min, max: NaN where either is · mod: the remainder with b's sign, fmod: with a's · comparisons and logic: 1 or 0, where
 * everything but 0 is true · prelu: a where not negative, a · b elsewhere.
 */
export type BinaryKind = keyof typeof code;

/**
 * f(a, b), where axes are aligned at the last and those of size 1 repeat.
 * @throws ShapeError if the shapes do not fit.
 */
export const binary = (kind: BinaryKind, a: Node, b: Node): Node => apply(op, [a, b], { kind });

const op: Op<{ readonly kind: BinaryKind }> = {
  name: "binary",
  inputs: ["a", "b"],
  shape: (shapes, { kind }) => broadcastShape(kind, shapes),
  launches({ inputs: [a, b], attrs: { kind }, shape }) {
    const operands = { a: broadcastStrides(a.shape, shape), b: broadcastStrides(b.shape, shape) };
    return [
      {
        shader: "binary",
        bind: ["a", "b", "y"],
        params: { ...walkParams(kind, shape, operands), operation: code[kind] },
        workgroups: grid(layoutOf(shape).vectors),
      },
    ];
  },
};
