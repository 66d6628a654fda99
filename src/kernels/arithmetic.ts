/** Element-wise arithmetic of two values, with broadcasting. */
import { layoutOf } from "../gpu/layout.ts";
import { sizeOf } from "../tensor.ts";
import { sameShape, steps, sumTo } from "./broadcast.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { scale } from "./scale.ts";

/** a + b; axes of size 1 repeat, and an operand of one element fits everything. */
export const add = (a: Node, b: Node): Node => apply(op, [a, b], { operation: "add" });
/** a − b, broadcast as `add`. */
export const sub = (a: Node, b: Node): Node => apply(op, [a, b], { operation: "sub" });
/** a · b, broadcast as `add`. */
export const mul = (a: Node, b: Node): Node => apply(op, [a, b], { operation: "mul" });
/** a / b, broadcast as `add`. */
export const div = (a: Node, b: Node): Node => apply(op, [a, b], { operation: "div" });

/** The value of `override OPERATION` in arithmetic.wgsl. */
const code = { add: 0, sub: 1, mul: 2, div: 3 } as const;

interface ArithmeticAttrs {
  readonly operation: keyof typeof code;
}

const op: Op<ArithmeticAttrs> = {
  name: "arithmetic",
  inputs: ["a", "b"],
  shape([a, b], { operation }) {
    if (sizeOf(b) === 1 && b.length <= a.length) return a;
    if (sizeOf(a) === 1 && a.length <= b.length) return b;
    const fits = a.length === b.length && a.length <= 4 && a.every((size, axis) => size === b[axis] || size === 1 || b[axis] === 1);
    if (!fits) throw new ShapeError(operation, "shapes differ and neither repeats to the other", [a, b]);
    return a.map((size, axis) => Math.max(size, b[axis]));
  },
  launches({ inputs: [a, b], attrs: { operation }, shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    const overrides = { OPERATION: code[operation] };
    const params = { size: vectors, channels, blocks, height: 1, width: 1, ...steps("a", shape, shape), ...steps("b", shape, shape) };
    if (sameShape(a.shape, shape) && sameShape(b.shape, shape)) {
      return [{ shader: "arithmetic", entryPoint: "same", bind: ["a", "b", "y"], params, overrides, workgroups: grid(vectors) }];
    }
    const [, , height = 1, width = 1] = shape;
    return [
      {
        shader: "arithmetic",
        entryPoint: "broadcast",
        bind: ["a", "b", "y"],
        params: { ...params, height, width, ...steps("a", a.shape, shape), ...steps("b", b.shape, shape) },
        overrides,
        workgroups: grid(vectors),
      },
    ];
  },
  gradient(node, dy) {
    const [a, b] = node.inputs;
    const [da, db] = partials[node.attrs.operation](node, dy);
    return [sumTo(da, a.shape), sumTo(db, b.shape)];
  },
};

/** What each operand gets, before the repeats of an operand are summed. */
const partials: Record<ArithmeticAttrs["operation"], (y: Node, dy: Node) => readonly [Node, Node]> = {
  add: (_, dy) => [dy, dy],
  sub: (_, dy) => [dy, scale(dy, -1)],
  mul: ({ inputs: [a, b] }, dy) => [mul(dy, b), mul(dy, a)],
  div(y, dy) {
    const da = div(dy, y.inputs[1]);
    return [da, scale(mul(da, y), -1)];
  },
};

/** What a node adds to `value`, where it is a plain sum of two values of one shape. */
export function addend(node: Node, value: Node): Node | undefined {
  if (node.op !== op || node.attrs.operation !== "add") return undefined;
  const [a, b] = node.inputs;
  return sameShape(a.shape, b.shape) ? (a === value ? b : a) : undefined;
}
