/** What a list of launches keeps in memory, and from when to when. */
import { type Precision, storageBytes, vectorBytes } from "../gpu/layout.ts";
import { type Binding, inputName, type Node } from "../kernels/op.ts";
import type { Memory } from "./memory.ts";
import type { Lifetime } from "./slots.ts";

/** What memory is given to: a value that is no part or view of another, or the scratch of a node, which goes by its largest binding. */
export type Owner = Node | Scratch;

type Scratch = Extract<Binding, { readonly scratch: string }>;

const isScratch = (owner: Binding | Owner): owner is Scratch => typeof owner === "object" && "scratch" in owner;

/** The owner that each binding of each of a node's launches lies in. Launches that name the same scratch share it. */
export function ownersOf(node: Node, memory: Memory): Owner[][] {
  const launches = memory.launchesOf(node);
  const scratch = new Map<string, Scratch>();
  for (const binding of launches.flatMap(({ bind }) => bind)) {
    if (isScratch(binding) && binding.vectors > (scratch.get(binding.scratch)?.vectors ?? 0)) scratch.set(binding.scratch, binding);
  }
  return launches.map(({ bind }) =>
    bind.map((binding) => {
      if (isScratch(binding)) return scratch.get(binding.scratch) ?? binding;
      return memory.rangeOf(boundValue(node, binding)).owner;
    }),
  );
}

/** The value that a binding names: the node itself, or one of its inputs. */
export function boundValue(node: Node, binding: Binding): Node {
  if (isScratch(binding)) return node;
  const name = typeof binding === "string" ? binding : binding.value;
  const value = name === "y" ? node : node.inputs.find((_, index) => inputName(node.op, index) === name);
  if (!value) throw new Error(`${node.op.name}: binds ${name}, which it does not have`);
  return value;
}

export interface Lifetimes {
  readonly lives: ReadonlyMap<Owner, Lifetime>;
  /** Whether some launch reads one and writes the other, so that they must lie in different buffers. */
  apart(a: Owner, b: Owner): boolean;
}

export interface LifetimeOptions {
  readonly precision: Precision;
  /** One step of time: a launch, or all launches of a node. */
  readonly step: "launch" | "node";
  /** Owners that have memory of their own are left out. */
  readonly isShared: (owner: Owner) => boolean;
  /** Values that are there before the first step, and those that must last past the last. */
  readonly before?: readonly Node[];
  readonly after?: readonly Node[];
}

/** When each owner is first written and last read. */
export function lifetimes(
  nodes: readonly Node[],
  memory: Memory,
  { precision, step: unit, isShared, before = [], after = [] }: LifetimeOptions,
): Lifetimes {
  const lives = new Map<Owner, Lifetime>();
  const conflicts = new Map<Owner, Set<Owner>>();
  const touch = (owner: Owner, step: number): void => {
    if (!isShared(owner)) return;
    const { first, last } = lives.get(owner) ?? { first: step, last: step };
    const bytes = isScratch(owner) ? owner.vectors * vectorBytes(precision) : storageBytes(owner.shape, precision);
    lives.set(owner, { bytes, first: Math.min(first, step), last: Math.max(last, step) });
  };
  for (const value of before) touch(memory.rangeOf(value).owner, -1);
  let step = 0;
  for (const node of nodes) {
    for (const owners of ownersOf(node, memory)) {
      for (const owner of owners) touch(owner, step);
      // The last binding is written, and so is every range of the node's own value.
      const own = memory.rangeOf(node).owner;
      for (const written of new Set([owners[owners.length - 1], ...owners.filter((owner) => owner === own)])) {
        conflicts.set(written, new Set([...(conflicts.get(written) ?? []), ...owners]));
      }
      if (unit === "launch") step++;
    }
    if (unit === "node") step++;
  }
  for (const value of after) touch(memory.rangeOf(value).owner, step);
  return { lives, apart: (a, b) => (conflicts.get(a)?.has(b) || conflicts.get(b)?.has(a)) ?? false };
}
