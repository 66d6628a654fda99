/** Nodes computed together with their only user, where the op's kernel can do both. */
import type { Node } from "../kernels/op.ts";
import { rewritten, topologicalOrder, usersOf } from "./order.ts";

/** The same outputs from fewer nodes. Outputs themselves are never absorbed: somebody wants to read them. */
export function fuse(outputs: readonly Node[]): Node[] {
  const users = usersOf(topologicalOrder(outputs));
  const isWanted = new Set(outputs);
  return rewritten(outputs, (node, original) => {
    for (let index = 0; index < node.inputs.length; index++) {
      const input = original.inputs[index];
      if (users.get(input)?.length !== 1 || isWanted.has(input)) continue;
      const fused = node.inputs[index].op.absorb?.(node.inputs[index], node);
      if (fused) return { ...fused, name: node.name };
    }
    return node;
  });
}
