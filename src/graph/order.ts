/** The nodes of a graph in an order in which each comes after its inputs. */
import type { Node } from "../kernels/op.ts";

/**
 * Every node that the outputs need, inputs first; branches in the order in which the outputs name them. `before` says what must come before
 * a node, where that is more than its inputs.
 */
export function topologicalOrder(outputs: Iterable<Node>, before = (node: Node): readonly Node[] => node.inputs): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: a DenseNet is deeper than some runtimes' call stacks.
  const stack = [...outputs].reverse().map((node) => ({ node, next: 0 }));
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const earlier = before(top.node);
    if (top.next === 0 && seen.has(top.node)) {
      stack.pop();
    } else if (top.next < earlier.length) {
      seen.add(top.node);
      const input = earlier[top.next++];
      if (!seen.has(input)) stack.push({ node: input, next: 0 });
    } else {
      seen.add(top.node);
      order.push(top.node);
      stack.pop();
    }
  }
  return order;
}

/** Every node with the nodes that read it, once for each time they do. */
export function usersOf(order: readonly Node[]): Map<Node, Node[]> {
  const users = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) for (const input of node.inputs) users.get(input)?.push(node);
  return users;
}

/** The graph rebuilt from its leaves: `rewrite` sees each node with its inputs already rewritten. */
export function rewritten(outputs: readonly Node[], rewrite: (node: Node, original: Node) => Node): Node[] {
  const made = new Map<Node, Node>();
  const replacement = (node: Node): Node => made.get(node) ?? node;
  for (const node of topologicalOrder(outputs)) {
    const inputs = node.inputs.map(replacement);
    const isSame = inputs.every((input, index) => input === node.inputs[index]);
    made.set(node, rewrite(isSame ? node : { ...node, inputs }, node));
  }
  return outputs.map(replacement);
}

/** The node that `named` gave this name; an error lists the names there are. */
export function nodeNamed(outputs: readonly Node[], name: string): Node {
  const names: string[] = [];
  for (const node of topologicalOrder(outputs)) {
    if (node.name === name || node.aliases?.includes(name)) return node;
    if (node.name !== undefined) names.push(node.name);
  }
  throw new RangeError(`graph: no stage is called ${name}, there are ${names.join(", ")}`);
}
