/** Activations that are computed again for the gradients instead of being kept from the forward pass (Chen et al., 2016). */
import { storageBytes } from "../gpu/layout.ts";
import { apply, isInput, isParameter, type Node, type Op } from "../kernels/op.ts";
import { usersOf } from "./order.ts";

/**
 * The forward pass is cut after these places of its order. What is read across a cut is kept; all else is computed again, part by part, when
 * the gradients of a part begin.
 */
export type Cuts = readonly number[];

/** A cut after each node that `checkpoint` marks. */
export const markedCuts = (order: readonly Node[]): Cuts => order.flatMap(({ isCheckpoint }, place) => (isCheckpoint ? [place] : []));

/** About √n cuts, where the least is read across them: in each of as many stretches of equal size. */
export function evenCuts(order: readonly Node[]): Cuts {
  const users = usersOf(order);
  const places = new Map(order.map((node, place) => [node, place]));
  const lastUse = order.map((node) => Math.max(-1, ...(users.get(node) ?? []).map((user) => places.get(user) ?? -1)));
  const bytes = order.map((node) => (isLeaf(node) || isView(node) ? 0 : storageBytes(node.shape, "f32")));
  const crossing = order.map((_, place) => order.reduce((sum, _, i) => (i <= place && lastUse[i] > place ? sum + bytes[i] : sum), 0));
  const total = bytes.reduce((sum, size) => sum + size, 0);
  const stretches = Math.max(1, Math.round(Math.sqrt(bytes.filter((size) => size > total / order.length).length)));
  const best = new Map<number, number>();
  let passed = 0;
  for (const [place, size] of bytes.entries()) {
    passed += size;
    const stretch = Math.min(stretches - 1, Math.floor((passed / total) * stretches));
    const known = best.get(stretch);
    if (known === undefined || crossing[place] <= crossing[known]) best.set(stretch, place);
  }
  return [...best.values()].sort((a, b) => a - b);
}

const isLeaf = (node: Node): boolean => isInput(node) || isParameter(node);
const isView = ({ op, inputs }: Node): boolean => op.launches === undefined && op.lower === undefined && inputs.length > 0;

/**
 * What the gradient of a node is to be computed from, once dL/d(node) is known: the node itself where nothing is cut, else one computed
 * again from what is kept. Nodes are asked for from the last to the first.
 */
export function standIns(order: readonly Node[], cuts: Cuts): (node: Node, dy: Node) => Node {
  if (cuts.length === 0) return (node) => node;
  const partOf = partsOf(order, cuts);
  const users = usersOf(order);
  const isKept = (node: Node): boolean => isLeaf(node) || (users.get(node) ?? []).some((user) => partOf(user) !== partOf(node));
  const last = partOf(order[order.length - 1]);
  const begins = new Map<number, Node>();
  const again = new Map<Node, Node>();
  const held = new Map<number, Map<Node, Node>>();

  /** A kept value, not to be read before the gradients of the part begin. */
  const hold = (node: Node, part: number): Node => {
    const begin = begins.get(part);
    if (isParameter(node) || !begin) return node;
    const holds = held.get(part) ?? new Map<Node, Node>();
    held.set(part, holds);
    const known = holds.get(node) ?? apply(after, [node, begin], {});
    holds.set(node, known);
    return known;
  };
  const computedAgain = (node: Node): Node => {
    const known = again.get(node);
    if (known) return known;
    const part = partOf(node);
    const inputs = node.inputs.map((x) => (isKept(x) ? hold(x, part) : computedAgain(x)));
    const made = { ...node, inputs };
    again.set(node, made);
    return made;
  };
  return (node, dy) => {
    const part = partOf(node);
    // The last part is still there when its gradients begin.
    if (part === last || isLeaf(node)) return node;
    if (!begins.has(part)) begins.set(part, dy);
    return computedAgain(node);
  };
}

/** The number of the part that each node is in: leaves are in none. */
function partsOf(order: readonly Node[], cuts: Cuts): (node: Node) => number {
  const parts = new Map<Node, number>();
  let part = 0;
  for (const [place, node] of order.entries()) {
    if (!isLeaf(node)) parts.set(node, part);
    if (cuts.includes(place)) part++;
  }
  return (node) => parts.get(node) ?? -1;
}

/** The first input, computed after the second. */
const after: Op = { name: "after", inputs: ["x", "earlier"], shape: ([x]) => x };
