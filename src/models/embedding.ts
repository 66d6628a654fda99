/** What describes a picture to a search: the values of one layer, a vector. */
import { InputError } from "../bytes.ts";
import { topologicalOrder } from "../graph/order.ts";
import { globalAvgPool } from "../kernels/global-avg-pool.ts";
import { isParameter, type Node } from "../kernels/op.ts";
import { namedLayer, namedLayers } from "./named-layer.ts";
import { networks } from "./registry.ts";

export interface EmbeddingNode {
  /** The layer it is taken of. */
  readonly layer: string;
  /** [batch, dimensions] */
  readonly node: Node;
}

/** What stands for the layer's name where a network from elsewhere has none: what its last layer with a weight reads. */
const CLASSIFIER_INPUT = "classifier input";

/**
 * The embedding that a network gives on its way to `output`. By default it is the layer that the registry names: the pooled features before
 * the classifier, or the last hidden layer where there are several. A map is averaged over its pixels.
 * @throws InputError for a layer that does not exist, or that is neither a map nor a vector.
 */
export function embeddingOf(output: Node, arch: string, layer?: string): EmbeddingNode {
  const name = layer ?? usualLayer(output, arch);
  const found = name === CLASSIFIER_INPUT ? classifierInput(output, arch) : namedLayer(output, name, arch);
  const node = vectorOf(found);
  if (node) return { layer: name, node };
  throw new InputError(arch, `layer ${name} is [${found.shape.join(", ")}], embeddings are taken of maps and vectors`);
}

/** [batch, channels] of a vector as it is, or of a map, which is averaged over its pixels; nothing of another shape. */
export function vectorOf(node: Node): Node | undefined {
  if (node.shape.length === 2) return node;
  return node.shape.length === 4 ? globalAvgPool(node) : undefined;
}

/** A file from elsewhere may call itself by a network's name and have other layers. */
function usualLayer(output: Node, arch: string): string {
  const known = Object.hasOwn(networks, arch) ? networks[arch].embedding : undefined;
  return known !== undefined && namedLayers(output).has(known) ? known : CLASSIFIER_INPUT;
}

/** What the last node with a filter or a matrix reads. */
function classifierInput(output: Node, arch: string): Node {
  const isMatrix = (node: Node): boolean => isParameter(node) && node.shape.length >= 2;
  const last = topologicalOrder([output]).findLast(({ inputs }) => inputs.some(isMatrix) && inputs.some((node) => !isParameter(node)));
  const read = last?.inputs.find((node) => !isParameter(node));
  if (!read) throw new InputError(arch, "has no layer with a weight that an embedding could be taken before");
  return read;
}
