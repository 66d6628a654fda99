/** Which memory values lie in: values end to end in that of the whole, new values of parameters in that of the old, all others in their own. */
import { layoutOf } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { copyLaunches } from "../kernels/copy.ts";
import { inputName, type Launch, type Node } from "../kernels/op.ts";
import { topologicalOrder } from "./order.ts";
import type { OrderedGraph, Places } from "./places.ts";
import { isArena, type Update } from "./update.ts";

/** The memory of a value's root: `owner` has a buffer, or a part of one, for itself. */
export interface MemoryRange {
  readonly owner: Node;
  readonly firstVector: number;
}

export interface Memory extends Places {
  rangeOf(node: Node): MemoryRange;
  /** The nodes in an order in which nothing is overwritten that is still to be read. */
  readonly order: readonly Node[];
}

/** Places in memory: values laid end to end are computed where they are wanted, and parameters are updated in place, where nothing is against it. */
export function shareMemory(graph: OrderedGraph, places: Places, updates: readonly Update[], profile: AdapterProfile): Memory {
  const ranges = new Map<Node, MemoryRange>();
  const launches = new Map<Node, readonly Launch[]>();
  const rangeOf = (node: Node): MemoryRange => {
    const { root } = places.placeOf(node);
    return ranges.get(root) ?? { owner: root, firstVector: 0 };
  };
  const launchesOf = (node: Node): readonly Launch[] => launches.get(node) ?? places.launchesOf(node);
  const shared = { ...places, rangeOf, launchesOf };
  const touching = touchersOf(graph.order, places);
  for (const joined of graph.order) {
    if (!joined.op.endToEnd) continue;
    const inPlace = isArena(joined) ? livingIn(joined, shared) : computedIn(joined, graph, shared, touching);
    for (const [index, firstVector] of joined.op.endToEnd(joined).entries()) {
      if (inPlace.has(index)) ranges.set(places.placeOf(joined.inputs[index]).root, { owner: joined, firstVector });
    }
    const copied = new Set(joined.inputs.flatMap((_, index) => (inPlace.has(index) ? [] : [inputName(joined.op, index)])));
    const reads = ({ bind: [from] }: Launch): string => (typeof from === "object" && "value" in from ? from.value : String(from));
    launches.set(
      joined,
      places.launchesOf(joined).filter((launch) => copied.has(reads(launch))),
    );
  }

  const readers = new Map<Node, readonly Node[]>();
  const before = (node: Node): readonly Node[] => [...node.inputs, ...(readers.get(node) ?? [])];
  const sorted = (): Node[] => topologicalOrder(graph.order, before);
  for (const update of updates) {
    for (const node of overwritersOf(update)) {
      const { owner, firstVector } = rangeOf(overwrittenBy(node));
      const lies = (x: Node): boolean => rangeOf(x).owner === owner;
      const order = sorted();
      const later = dependantsOf(node, order, before);
      const others = order.filter((other) => other !== node && other.inputs.some(lies));
      const readsItself = node.inputs.some((x) => x !== overwrittenBy(node) && lies(x));
      if (readsItself || [...graph.outputs].some(lies) || others.some((other) => later.has(other))) break;
      readers.set(node, others);
      ranges.set(node, { owner, firstVector });
    }
  }
  for (const node of graph.order) {
    if (!node.op.overwrites || ranges.has(node)) continue;
    launches.set(node, [...copyLaunches(node.op.overwrites, layoutOf(node.shape).vectors, profile), ...launchesOf(node)]);
  }
  return { ...shared, order: sorted() };
}

/** Which parameters live in an arena: all, or none where one of them lives in another. */
function livingIn({ inputs }: Node, { rangeOf }: Pick<Memory, "rangeOf">): Set<number> {
  const isFree = new Set(inputs).size === inputs.length && inputs.every((input) => rangeOf(input).owner === input);
  return new Set(isFree ? inputs.keys() : []);
}

/** The nodes that read or write the memory of each root, views among them. */
function touchersOf(order: readonly Node[], { placeOf }: Places): ReadonlyMap<Node, ReadonlySet<Node>> {
  const touchers = new Map<Node, Set<Node>>(order.map((node) => [node, new Set()]));
  for (const node of order) for (const value of [node, ...node.inputs]) touchers.get(placeOf(value).root)?.add(node);
  return touchers;
}

/** Which inputs of values laid end to end can be computed there. */
function computedIn(
  joined: Node,
  { fixed }: OrderedGraph,
  { placeOf, rangeOf, launchesOf }: Omit<Memory, "order">,
  touching: ReadonlyMap<Node, ReadonlySet<Node>>,
): Set<number> {
  const rootOf = (node: Node): Node => placeOf(node).root;
  const roots = joined.inputs.map(rootOf);
  const here = new Set<Node>();
  /** Whether a node's own launches write into what is laid end to end. */
  const writesHere = (node: Node): boolean => here.has(rootOf(node)) && launchesOf(node).length > 0;
  const canLieHere = (value: Node, root: Node): boolean => {
    if (root.inputs.length === 0 || root.op.endToEnd || root.op.overwrites || rangeOf(root).owner !== root) return false;
    if (layoutOf(root.shape).vectors !== layoutOf(value.shape).vectors) return false;
    // What is computed once may not lie in memory that every run shares out anew.
    if (fixed.has(root) !== fixed.has(joined)) return false;
    // What comes twice is copied twice, and no launch may read and write one buffer, not even different parts of it.
    if (roots.indexOf(root) !== roots.lastIndexOf(root)) return false;
    return [...(touching.get(root) ?? [])].every((node) => {
      if (node === joined) return true;
      return rootOf(node) === root ? !node.inputs.some((x) => here.has(rootOf(x))) : !writesHere(node);
    });
  };
  return new Set(
    joined.inputs.flatMap((value, index) => {
      if (!canLieHere(value, roots[index])) return [];
      here.add(roots[index]);
      return [index];
    }),
  );
}

const overwrittenBy = (node: Node): Node => node.inputs[node.op.inputs.indexOf(node.op.overwrites ?? "")];

/** The nodes that turn a parameter into its new value, each overwriting what the one before it made; none where the value is made otherwise. */
export function overwritersOf({ parameter, value }: Update): readonly Node[] {
  const chain: Node[] = [];
  for (let node = value; node !== parameter; node = overwrittenBy(node)) {
    if (!node.op.overwrites) return [];
    chain.unshift(node);
  }
  return chain;
}

/** A node, and all that must come after it. */
function dependantsOf(node: Node, order: readonly Node[], before: (node: Node) => readonly Node[]): Set<Node> {
  const later = new Set([node]);
  for (const other of order) if (before(other).some((earlier) => later.has(earlier))) later.add(other);
  return later;
}
