/** The nodes that some values need, each after those that it reads. */
import { InputError } from "../../bytes.ts";
import type { OnnxGraph, OnnxNode } from "../../loaders/onnx/model.ts";

/**
 * The nodes needed for `wanted`, in an order in which they can be computed; nodes that nothing needs are left out.
 * @throws InputError where a value is computed twice, or from itself.
 */
export function inOrder(nodes: readonly OnnxNode[], wanted: readonly string[], file: string): OnnxNode[] {
  const producers = new Map<string, OnnxNode>();
  for (const node of nodes)
    for (const name of node.outputs) {
      if (name === "") continue;
      if (producers.has(name)) throw new InputError(file, `computes ${JSON.stringify(name)} twice`);
      producers.set(name, node);
    }
  const order: OnnxNode[] = [];
  const state = new Map<OnnxNode, "open" | "done">();
  // An explicit stack: a chain of nodes may be longer than some runtimes' call stacks.
  const stack = wanted.toReversed().flatMap((name) => frameOf(producers.get(name)));
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const name = top.reads[top.next++];
    if (top.next === 1 && state.has(top.node)) {
      stack.pop();
    } else if (name !== undefined) {
      state.set(top.node, "open");
      const producer = producers.get(name);
      if (producer && state.get(producer) === "open") throw new InputError(file, `computes ${JSON.stringify(name)} from itself`);
      stack.push(...frameOf(producer));
    } else {
      state.set(top.node, "done");
      order.push(top.node);
      stack.pop();
    }
  }
  return order;
}

interface Frame {
  readonly node: OnnxNode;
  readonly reads: readonly string[];
  next: number;
}

const frameOf = (node: OnnxNode | undefined): Frame[] => (node ? [{ node, reads: readsOf(node), next: 0 }] : []);

/** The names that a node reads, those that graphs within it read from around them too. */
function readsOf({ inputs, attributes }: OnnxNode): string[] {
  const graphs = [...attributes.values()].flatMap((attribute) => (attribute.kind === "graph" ? [attribute.value] : []));
  return [...inputs, ...graphs.flatMap(namesIn)];
}

const namesIn = ({ nodes, outputs }: OnnxGraph): string[] => [...nodes.flatMap(readsOf), ...outputs.map(({ name }) => name)];
