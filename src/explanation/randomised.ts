/** A network whose layers are made fresh from the output backwards: a map of what was learnt must not survive it (Adebayo et al. 2018). */
import { rewritten, topologicalOrder } from "../graph/order.ts";
import { isParameter, type Node, type ParameterAttrs, parameter } from "../kernels/op.ts";
import { drawTensor, kaimingFanIn, ones, zeros } from "../models/initial.ts";
import type { Model } from "../models/model.ts";

/** A part of a network, by the beginning of its parameters' names. */
export interface Part {
  readonly name: string;
  readonly parameters: readonly string[];
}

/**
 * The parts of a network from its output backwards: modules as their parameters' names begin (`fc`, `layer4`, `layer3`, …); one that holds
 * most of the network (`features`, `trunk`) is taken apart.
 */
export function partsOf(raw: Node): Part[] {
  const names = topologicalOrder([raw]).flatMap((node) => (isParameter(node) && !isConstant(node) ? [node.attrs.name] : []));
  return grouped(names, 1).toReversed();
}

/** What layers without a bias have in its place, and norms that nobody trained: nothing but zeros or ones, as if fresh. */
const isConstant = ({ attrs: { tensor } }: Node<ParameterAttrs>): boolean =>
  tensor !== undefined && [0, 1].some((value) => tensor.data.every((each) => each === value));

function grouped(names: readonly string[], depth: number): Part[] {
  const parts = new Map<string, string[]>();
  for (const name of names) {
    const module = name.split(".").slice(0, -1);
    const start = module.slice(0, depth).join(".") || name;
    parts.set(start, [...(parts.get(start) ?? []), name]);
  }
  return [...parts].flatMap(([name, parameters]) => {
    const isMost = parameters.length > names.length / 2 && parameters.some((each) => each.split(".").length > depth + 2);
    return isMost ? grouped(parameters, depth + 1) : [{ name, parameters }];
  });
}

/** The same model with fresh values, by He's rule, for the named parameters: weights drawn anew, norms and biases as before training. */
export function withFresh<M extends Pick<Model, "outputs">>(model: M, names: ReadonlySet<string>, seed: number): M {
  const outputs: Model["outputs"] = (batch) => {
    const { raw, scores } = model.outputs(batch);
    const [newRaw, newScores] = rewritten([raw, scores], (node) =>
      isParameter(node) && names.has(node.attrs.name) ? fresh(node, seed) : node,
    );
    return { raw: newRaw, scores: newScores };
  };
  return { ...model, outputs };
}

function fresh({ attrs: { name, shape } }: Node<ParameterAttrs>, seed: number): Node {
  const isOne = /(^|\.)(weight|running_var)$/.test(name);
  const distribution = shape.length > 1 ? kaimingFanIn.weight(shape) : isOne ? ones : zeros;
  return parameter(name, shape, drawTensor(name, shape, distribution, seed));
}
