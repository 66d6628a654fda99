/** Which model it is, whatever file it came from: a hash of its values and of how pictures reach them. */
import { topologicalOrder } from "../graph/order.ts";
import { isParameter, type Node } from "../kernels/op.ts";
import { sha256 } from "../loaders/sha256.ts";
import type { ModelDescription } from "./description.ts";

/**
 * The SHA-256 of a network's preprocessing, options and values, in the order in which they lead to `output`. Files of other formats or
 * precisions that hold the same float32 values have the same; names of classes do not count.
 */
export async function modelHash(output: Node, { arch, input, options }: ModelDescription): Promise<string> {
  const parts: unknown[] = [arch, input, options];
  for (const node of topologicalOrder([output])) {
    if (!isParameter(node) || !node.attrs.tensor) continue;
    const { data } = node.attrs.tensor;
    parts.push([node.attrs.name, node.shape, await sha256(new Float32Array(data))]);
  }
  return sha256(new TextEncoder().encode(JSON.stringify(parts)));
}
