/** Ops replaced by the kernels that suit an adapter, as the ops themselves say. */
import type { AdapterProfile } from "../gpu/profile.ts";
import type { Node } from "../kernels/op.ts";
import { rewritten } from "./order.ts";

/** The same outputs, with every node in a form that has launches or is a view. */
export function lower(outputs: readonly Node[], profile: AdapterProfile): Node[] {
  const lowered = new Map<Node, Node>();
  // What an op is lowered to may be made of ops that are lowered in turn.
  const settle = (node: Node): Node => {
    const known = lowered.get(node);
    if (known) return known;
    const inputs = node.inputs.map(settle);
    const ready = inputs.every((input, index) => input === node.inputs[index]) ? node : { ...node, inputs };
    const next = ready.op.lower?.(ready, profile);
    const result = next ? { ...settle(next), name: node.name } : ready;
    lowered.set(node, result);
    lowered.set(result, result);
    return result;
  };
  return rewritten(outputs, settle);
}
