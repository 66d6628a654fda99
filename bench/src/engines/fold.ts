/** Batch norms folded into the convolutions before them, as model converters do it once, offline. */
import { rewritten, topologicalOrder, usersOf } from "../../../src/graph/order.ts";
import { conv2d } from "../../../src/kernels/conv2d.ts";
import { isParameter, type Node, parameter } from "../../../src/kernels/op.ts";
import type { Tensor } from "../../../src/tensor.ts";

/** The same graph with fewer nodes; both ops' operands but the map must be parameters. */
export function foldBatchNorms(output: Node): Node {
  const users = usersOf(topologicalOrder([output]));
  const [folded] = rewritten([output], (node, original) => {
    const [conv] = node.inputs;
    const isAlone = users.get(original.inputs[0])?.length === 1;
    return node.op.name === "batchNorm" && conv.op.name === "conv2d" && isAlone ? fold(node, conv) : node;
  });
  return folded;
}

/** w' = w · s, b' = (b − mean) · s + shift, s = scale / √(variance + ε) for each output channel. */
function fold({ inputs: [, scale, shift, mean, variance], attrs: { epsilon } }: Node, { inputs: [x, weight, bias], attrs }: Node): Node {
  const [w, b, s, t, m, v] = [weight, bias, scale, shift, mean, variance].map((node) => tensorOf(node).data);
  const factors = s.map((value, o) => value / Math.sqrt(v[o] + epsilon));
  const span = w.length / factors.length;
  const folded = parameter(`${nameOf(weight)}.folded`, weight.shape, {
    shape: weight.shape,
    data: w.map((value, i) => value * factors[Math.floor(i / span)]),
  });
  const offset = parameter(`${nameOf(weight)}.shift`, scale.shape, {
    shape: scale.shape,
    data: b.map((value, o) => (value - m[o]) * factors[o] + t[o]),
  });
  return conv2d(x, folded, offset, attrs);
}

/** @throws Error for a node that is no parameter with values. */
export function tensorOf(node: Node): Tensor {
  if (!isParameter(node) || !node.attrs.tensor) throw new Error(`${node.op.name}: a parameter with values is needed`);
  return node.attrs.tensor;
}

const nameOf = (node: Node): string => (isParameter(node) ? node.attrs.name : node.op.name);
