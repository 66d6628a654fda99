/** The layers of a network by name: those that its builder names, and those that are named by their parameters. */
import { InputError } from "../bytes.ts";
import { topologicalOrder } from "../graph/order.ts";
import { isParameter, type Node } from "../kernels/op.ts";
import { nearestName } from "./nearest-name.ts";

/**
 * The layers that lead to `output`, first to last, by torchvision's names: stages (`layer4`, `features`), blocks (`layer4.1`), and every
 * layer that has a weight (`layer4.1.conv2`, which stands for its plain sums, before a batch norm or an activation).
 * A node may have several names.
 */
export function namedLayers(output: Node): ReadonlyMap<string, Node> {
  const layers = new Map<string, Node>();
  for (const node of topologicalOrder([output])) {
    for (const name of namesOf(node)) if (!layers.has(name)) layers.set(name, node);
  }
  return layers;
}

/** `conv1.weight` makes what reads it the layer `conv1`. */
function namesOf({ name, aliases = [], inputs }: Node): string[] {
  const weights = inputs.flatMap((input) => (isParameter(input) ? (/^(.+)\.weight$/.exec(input.attrs.name)?.[1] ?? []) : []));
  return [...(name === undefined ? [] : [name]), ...aliases, ...weights];
}

/**
 * The layer of a network that is called `name`; `arch` is what errors call the network.
 * @throws InputError for a layer that does not exist, with those that do and the nearest name.
 */
export function namedLayer(output: Node, name: string, arch: string): Node {
  const layers = namedLayers(output);
  const layer = layers.get(name);
  if (layer) return layer;
  const names = [...layers.keys()];
  if (names.length === 0) throw new InputError(arch, `has no layer ${name}, none of its layers has a name`);
  const nearest = nearestName(name, names);
  throw new InputError(arch, `has no layer ${name}${nearest ? `, did you mean ${nearest}?` : ""} (there are ${outlineOf(names)})`);
}

/** Names in an error at most: a DenseNet-161 has 700 layers, and a file from elsewhere may call them anything. */
const MOST_NAMES = 40;

/** Layers that lie in no other by their names, and how many lie in those. */
function outlineOf(names: readonly string[]): string {
  const isInner = (name: string): boolean => names.some((outer) => name.startsWith(`${outer}.`));
  const [outer, inner] = [names.filter((name) => !isInner(name)), names.filter(isInner)];
  const shown = outer.slice(0, MOST_NAMES).join(", ");
  const more = outer.length > MOST_NAMES ? `, … ${outer.length - MOST_NAMES} more` : "";
  return inner.length === 0 ? `${shown}${more}` : `${shown}${more}, and ${inner.length} within them, such as ${inner[0]}`;
}
