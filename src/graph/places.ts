/** Where each value lies: in memory of its own, in that of the value it is a view of, or in a slice of a concatenation. */

import { layoutOf } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { inputName, type Launch, type Node } from "../kernels/op.ts";

export interface Place {
  /** The value whose memory it is. */
  readonly root: Node;
  /** Vectors from one pixel to the next. */
  readonly stride: number;
  /** Vectors before the first. */
  readonly offset: number;
}

export interface Places {
  placeOf(node: Node): Place;
  /** What is launched for a node; concatenated values that are written in place need no copy. */
  launchesOf(node: Node): readonly Launch[];
}

/** A graph as the layout needs it: its nodes in order, who reads each, which are outputs, and which depend on parameters alone. */
export interface OrderedGraph {
  readonly order: readonly Node[];
  readonly users: ReadonlyMap<Node, readonly Node[]>;
  readonly outputs: ReadonlySet<Node>;
  readonly fixed: ReadonlySet<Node>;
}

/** Lays the nodes out; concatenations come before the values in them, so that nested ones end up in one buffer. */
export function layOut({ order, users, outputs, fixed }: OrderedGraph, profile: AdapterProfile): Places {
  const places = new Map<Node, Place>();
  const launches = new Map<Node, readonly Launch[]>();
  const placeOf = (node: Node): Place => places.get(node) ?? { root: node, stride: layoutOf(node.shape).blocks, offset: 0 };
  const launchesOf = (node: Node): readonly Launch[] => launches.get(node) ?? [];
  for (const node of order) {
    launches.set(node, node.op.launches?.(node, profile) ?? []);
    const isView = launchesOf(node).length === 0 && node.inputs.length > 0;
    if (isView) places.set(node, placeOf(node.inputs[0]));
  }

  /** Whether `value` can be written straight into `target`, a slice of the concatenation `joined`. */
  const canLieIn = (value: Node, joined: Node, target: Place): boolean => {
    if (outputs.has(value) || placeOf(value).root !== value || !value.op.sliced?.includes("y")) return false;
    // What is computed once may not lie in memory that every run shares out anew.
    if (fixed.has(value) !== fixed.has(joined)) return false;
    // A dispatch may not read and write one buffer, not even different parts of it.
    if (value.inputs.some((input) => placeOf(input).root === target.root)) return false;
    return (users.get(value) ?? []).every((user) => {
      if (user === joined) return true;
      const reads = user.inputs.every((input, index) => input !== value || user.op.sliced?.includes(inputName(user.op, index)));
      return reads && placeOf(user).root !== target.root;
    });
  };

  for (const joined of [...order].reverse()) {
    if (!joined.op.joinsChannels?.(joined)) continue;
    const { root, stride, offset } = placeOf(joined);
    let channel = 0;
    const copies = launchesOf(joined).filter((_, index) => {
      const value = joined.inputs[index];
      const target: Place = { root, stride, offset: offset + channel / 4 };
      const fits =
        channel % 4 === 0 && joined.inputs.indexOf(value) === joined.inputs.lastIndexOf(value) && canLieIn(value, joined, target);
      // A neighbour that shares the last vector would be overwritten by the pad lanes.
      const channels = layoutOf(value.shape).channels;
      const endsVector = channels % 4 === 0 || index === joined.inputs.length - 1;
      channel += channels;
      if (!fits || !endsVector) return true;
      places.set(value, target);
      return false;
    });
    launches.set(joined, copies);
  }
  return { placeOf, launchesOf };
}
