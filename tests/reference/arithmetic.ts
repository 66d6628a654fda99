/** Sums, differences, products and quotients of elements, where an axis of size 1 or a single element is repeated. */
import { at, generate, type Values, values } from "./values.ts";

export const add = (a: Values, b: Values): Values => broadcast(a, b, (a, b) => a + b);
export const sub = (a: Values, b: Values): Values => broadcast(a, b, (a, b) => a - b);
export const mul = (a: Values, b: Values): Values => broadcast(a, b, (a, b) => a * b);
export const div = (a: Values, b: Values): Values => broadcast(a, b, (a, b) => a / b);

function broadcast(a: Values, b: Values, f: (a: number, b: number) => number): Values {
  if (a.shape.length < b.shape.length)
    return broadcast(
      values(
        b.shape.map(() => 1),
        a.data,
      ),
      b,
      f,
    );
  if (b.shape.length < a.shape.length)
    return broadcast(
      a,
      values(
        a.shape.map(() => 1),
        b.data,
      ),
      f,
    );
  const shape = a.shape.map((size, axis) => Math.max(size, b.shape[axis]));
  const element = (x: Values, index: readonly number[]): number =>
    at(
      x,
      index.map((position, axis) => (x.shape[axis] === 1 ? 0 : position)),
    );
  return generate(shape, (index) => f(element(a, index), element(b, index)));
}
