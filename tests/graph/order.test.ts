/** A graph is walked inputs first, each node once, however deep it is, and its stages are found by name. */
import { expect, test } from "vitest";
import { nodeNamed, rewritten, topologicalOrder, usersOf } from "../../src/graph/order.ts";
import { relu } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { input, type Node, named } from "../../src/kernels/op.ts";

const x = input("x", [1, 4, 2, 2]);

test("every node comes once, after its inputs, whichever outputs name it", () => {
  const a = relu(x);
  const b = add(a, x);
  const c = add(b, a);
  expect(topologicalOrder([c])).toEqual([x, a, b, c]);
  expect(topologicalOrder([a, c, b, a])).toEqual([x, a, b, c]);
  expect(topologicalOrder([])).toEqual([]);
});

test("branches come in the order in which they are named", () => {
  const [left, right] = [relu(x), add(x, x)];
  expect(topologicalOrder([add(left, right)]).slice(0, 3)).toEqual([x, left, right]);
  expect(topologicalOrder([add(right, left)]).slice(0, 3)).toEqual([x, right, left]);
});

test("a chain of 20,000 nodes does not overflow the stack", () => {
  let y: Node = x;
  for (let i = 0; i < 20_000; i++) y = relu(y);
  const order = topologicalOrder([y]);
  expect(order).toHaveLength(20_001);
  expect(order[0]).toBe(x);
  expect(order.at(-1)).toBe(y);
});

test("a reader counts as often as it reads", () => {
  const a = relu(x);
  const sum = add(a, a);
  const users = usersOf(topologicalOrder([sum]));
  expect(users.get(a)).toEqual([sum, sum]);
  expect(users.get(sum)).toEqual([]);
});

test("what is not rewritten stays the same node, what follows a change is rebuilt on it", () => {
  const a = relu(x);
  const b = add(a, x);
  expect(rewritten([b], (node) => node)).toEqual([b]);
  const [changed] = rewritten([b], (node) => (node === a ? named(node, "a") : node));
  expect(changed.inputs[0].name).toBe("a");
  expect(changed.inputs[1]).toBe(x);
});

test("a stage is found by its name, and an unknown one is told the names there are", () => {
  const stem = named(relu(x), "stem");
  const head = named(add(stem, x), "head");
  expect(nodeNamed([head], "stem")).toBe(stem);
  expect(() => nodeNamed([head], "neck")).toThrow(new RangeError("graph: no stage is called neck, there are stem, head"));
});
