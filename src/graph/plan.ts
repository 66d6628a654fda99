/** A graph as a list of launches over numbered buffers: what runs once, what runs every time, and what memory it takes. */
import { DeviceError } from "../gpu/device-error.ts";
import { type Precision, storageBytes, vectorBytes } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { copy } from "../kernels/copy.ts";
import {
  type Binding,
  type InputAttrs,
  inputName,
  isInput,
  isParameter,
  type Launch,
  labelOf,
  type Node,
  ShapeError,
} from "../kernels/op.ts";
import { boundValue, type Lifetimes, lifetimes, type Owner, ownersOf } from "./lifetimes.ts";
import { overwritersOf, shareMemory } from "./memory.ts";
import { topologicalOrder, usersOf } from "./order.ts";
import { layOut, type Places } from "./places.ts";
import { assignSlots, liveBytes } from "./slots.ts";
import { checkUpdates, isArena, parametersIn, type Update, updatedParameters } from "./update.ts";

/** A launch with its buffers by number. */
export interface Step {
  readonly node: Node;
  readonly launch: Launch;
  readonly bindings: readonly BoundRange[];
  /** Strides and offsets of what may be slices, for the shaders that declare them. */
  readonly slices: Readonly<Record<string, number>>;
}

export interface BoundRange {
  readonly buffer: number;
  readonly offsetBytes: number;
  readonly bytes: number;
}

export interface PlannedBuffer {
  readonly bytes: number;
  /**
   * Parameters and what is fixed by them live as long as the program; temporary buffers until what runs once has run; activations share
   * buffers by their lifetimes.
   */
  readonly kind: "parameter" | "fixed" | "temporary" | "activation";
  /** The parameter, or the parameters laid end to end, that are uploaded into it. */
  readonly parameter?: Node;
}

/** A value that goes in or out, and where it lies. */
export interface Port<Attrs = unknown> {
  readonly node: Node<Attrs>;
  readonly buffer: number;
  readonly offsetBytes: number;
}

export interface Plan {
  /** Runs once, when the program is compiled: all that depends on parameters alone. */
  readonly once: readonly Step[];
  /** Runs every time. */
  readonly steps: readonly Step[];
  readonly buffers: readonly PlannedBuffer[];
  readonly inputs: ReadonlyMap<string, Port>;
  readonly outputs: ReadonlyMap<string, Port>;
  /** Parameters that change: those that updates change, alone and end to end, and those that the caller writes. */
  readonly variables: ReadonlyMap<Node, Port>;
  /** New values that were not computed where the parameters are, and that are copied there after each run. */
  readonly copies: readonly { readonly from: Port; readonly to: Port }[];
  /** The largest sum of activations and scratch alive during one node. */
  readonly liveBytes: number;
}

/** Bytes of a plan's buffers of one kind. */
export const bytesOf = ({ buffers }: Plan, ...kinds: readonly PlannedBuffer["kind"][]): number =>
  buffers.reduce((sum, { kind, bytes }) => (kinds.includes(kind) ? sum + bytes : sum), 0);

/**
 * What is laid end to end are gradients, in the order of the weights: backwards they are ready one by one, and let go of what they were
 * computed from.
 */
const latestFirst = ({ op, inputs }: Node): readonly Node[] => (op.endToEnd ? inputs.toReversed() : inputs);

/** How parameters change: by what a run computes, or by what the caller writes. */
export interface Changes {
  readonly updates: readonly Update[];
  readonly writable: readonly Node[];
}

/**
 * Plans lowered outputs, and updates of parameters by lowered values, for an adapter.
 * @throws ShapeError if two inputs have one name, or an update has another shape than its parameter.
 * @throws DeviceError if a value is larger than the adapter binds.
 */
export function plan(
  outputs: Readonly<Record<string, Node>>,
  profile: AdapterProfile,
  precision: Precision,
  { updates: given, writable }: Changes = { updates: [], writable: [] },
): Plan {
  checkUpdates(given);
  const updates = given.map((update) => ({ ...update, value: aside(update, profile) }));
  const wanted = Object.values(outputs);
  const lasting = [...wanted, ...updates.map(({ value }) => value)];
  const variables = [...updates.map(({ parameter }) => parameter), ...updatedParameters(updates), ...writable];
  const initial = topologicalOrder([...lasting, ...variables], latestFirst);
  const fixed = fixedNodes(initial, new Set(variables));
  const graph = { order: initial, users: usersOf(initial), outputs: new Set(lasting), fixed };
  const memory = shareMemory(graph, layOut(graph, profile), updates, profile);
  const { order } = memory;
  const ownerOf = (node: Node): Node => memory.rangeOf(node).owner;
  checkArenas(updates, ownerOf);
  const launched = order.filter((node) => memory.launchesOf(node).length > 0);
  const onceNodes = launched.filter((node) => fixed.has(node));
  const runNodes = launched.filter((node) => !fixed.has(node));

  const buffers: PlannedBuffer[] = [];
  const homes = new Map<Owner, Home>();
  const allocate = (root: Node, kind: PlannedBuffer["kind"]): void => {
    if (homes.has(root)) return;
    homes.set(root, { buffer: buffers.length, offsetBytes: 0 });
    buffers.push({ bytes: storageBytes(root.shape, precision), kind, parameter: isStored(root) ? root : undefined });
  };
  const share = ({ lives, apart }: Lifetimes, kind: PlannedBuffer["kind"]): void => {
    const owners = [...lives.keys()];
    const rules = { apart: (a: number, b: number) => apart(owners[a], owners[b]), maxBytes: profile.maxBufferBytes };
    const { slotOf, offsetOf, bytes } = assignSlots([...lives.values()], rules);
    for (const [index, owner] of owners.entries())
      homes.set(owner, { buffer: buffers.length + slotOf[index], offsetBytes: offsetOf[index] });
    for (const size of bytes) buffers.push({ bytes: size, kind });
  };

  const isKept = (node: Node): boolean => fixed.has(node) || isStored(ownerOf(node));
  const kept = [...variables, ...runNodes.flatMap((node) => node.inputs), ...lasting].filter(isKept).map(ownerOf);
  for (const root of kept) allocate(root, isStored(root) ? "parameter" : "fixed");
  const uploads = onceNodes.flatMap((node) => node.inputs.map(ownerOf)).filter(isStored);
  for (const root of uploads) allocate(root, "temporary");
  const isShared = (owner: Owner): boolean => !homes.has(owner);
  share(lifetimes(onceNodes, memory, { precision, step: "launch", isShared }), "temporary");
  const ends = { before: order.filter(isInput), after: lasting };
  // Measured before it is shared out: afterwards nothing is left to share.
  const alive = liveBytes([...lifetimes(runNodes, memory, { precision, step: "node", isShared, ...ends }).lives.values()]);
  share(lifetimes(runNodes, memory, { precision, step: "launch", isShared, ...ends }), "activation");

  const portOf = <Attrs>(node: Node<Attrs>): Port<Attrs> => {
    const { owner, firstVector } = memory.rangeOf(node);
    const { buffer, offsetBytes } = homeOf(homes, owner);
    return { node, buffer, offsetBytes: offsetBytes + firstVector * vectorBytes(precision) };
  };
  const stepsOf = (node: Node): Step[] => {
    const owners = ownersOf(node, memory);
    return memory.launchesOf(node).map((launch, index) => ({
      node,
      launch,
      bindings: launch.bind.map((binding, place) => {
        const value = boundValue(node, binding);
        const isOfValue = typeof binding === "string" || "value" in binding;
        const home = isOfValue ? portOf(memory.placeOf(value).root) : homeOf(homes, owners[index][place]);
        const bytes = storageBytes(memory.placeOf(value).root.shape, precision);
        return withinLimits(value, rangeOf(binding, home, bytes, precision), profile);
      }),
      slices: slicesOf(node, memory),
    }));
  };
  return {
    once: onceNodes.flatMap(stepsOf),
    steps: runNodes.flatMap(stepsOf),
    buffers,
    inputs: inputsByName(order.filter(isInput).map(portOf)),
    outputs: new Map(Object.entries(outputs).map(([name, node]) => [name, portOf(node)])),
    variables: new Map(variables.map((node) => [node, portOf(node)])),
    copies: updates
      .filter(({ parameter, value }) => ownerOf(parameter) !== ownerOf(value))
      .map(({ parameter, value }) => ({ from: portOf(value), to: portOf(parameter) })),
    liveBytes: alive,
  };
}

function inputsByName(ports: readonly Port<InputAttrs>[]): Map<string, Port> {
  const inputs = new Map<string, Port>();
  for (const port of ports) {
    const { name, shape } = port.node.attrs;
    const other = inputs.get(name);
    if (other) throw new ShapeError("compile", `two inputs are called ${name}`, [other.node.shape, shape]);
    inputs.set(name, port);
  }
  return inputs;
}

/** Where an owner lies. */
interface Home {
  readonly buffer: number;
  readonly offsetBytes: number;
}

function homeOf(homes: ReadonlyMap<Owner, Home>, owner: Owner): Home {
  const home = homes.get(owner);
  if (!home) throw new Error("plan: a value was given no buffer");
  return home;
}

/** Whether memory holds what was uploaded: a parameter, or several end to end. */
const isStored = (owner: Node): boolean => isParameter(owner) || isArena(owner);

/** An update's value, copied where it is a parameter's old or new value, which a later launch or copy may overwrite. */
function aside(update: Update, profile: AdapterProfile): Node {
  let value = update.value;
  while (value.inputs.length > 0 && !value.op.endToEnd && (value.op.launches?.(value, profile) ?? []).length === 0) [value] = value.inputs;
  const isOthers = value.op.overwrites !== undefined && overwritersOf(update).length === 0;
  return isStored(value) || isOthers ? copy(update.value) : update.value;
}

/** @throws Error if a parameter that is updated end to end with others lives with yet others. */
function checkArenas(updates: readonly Update[], ownerOf: (node: Node) => Node): void {
  for (const { parameter } of updates) {
    const elsewhere = isArena(parameter) ? parametersIn(parameter).find((each) => ownerOf(each) !== parameter) : undefined;
    if (elsewhere) throw new Error(`update: ${labelOf(elsewhere)} is laid end to end with others twice`);
  }
}

/** Nodes that depend on parameters alone, and on none of those that change. */
export function fixedNodes(order: readonly Node[], variables: ReadonlySet<Node> = new Set()): Set<Node> {
  const fixed = new Set<Node>();
  for (const node of order) {
    const isFixed = isParameter(node) ? !variables.has(node) : node.inputs.length > 0 && node.inputs.every((input) => fixed.has(input));
    if (isFixed) fixed.add(node);
  }
  return fixed;
}

/** The range of a buffer that a binding covers: all `bytes` of its value, or the part it names. */
function rangeOf(binding: Binding, { buffer, offsetBytes }: Home, bytes: number, precision: Precision): BoundRange {
  if (typeof binding === "string") return { buffer, offsetBytes, bytes };
  const vector = vectorBytes(precision);
  const first = "firstVector" in binding ? binding.firstVector : 0;
  return { buffer, offsetBytes: offsetBytes + first * vector, bytes: binding.vectors * vector };
}

/** `<name>_stride` and `<name>_offset` for each binding that the op lets be a slice; zero for operands that the node does not have. */
function slicesOf(node: Node, places: Places): Record<string, number> {
  const params: Record<string, number> = {};
  for (const name of node.op.sliced ?? []) {
    const value = name === "y" ? node : node.inputs.find((_, index) => inputName(node.op, index) === name);
    const { stride, offset } = value ? places.placeOf(value) : { stride: 0, offset: 0 };
    params[`${name}_stride`] = stride;
    params[`${name}_offset`] = offset;
  }
  return params;
}

function withinLimits(value: Node, range: BoundRange, { maxBindingBytes, maxBufferBytes }: AdapterProfile): BoundRange {
  const limit = Math.min(maxBindingBytes, maxBufferBytes);
  if (range.bytes <= limit) return range;
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  throw new DeviceError(
    `${labelOf(value)} takes ${mebibytes(range.bytes)}, the adapter binds at most ${mebibytes(limit)}; use a smaller batch or picture`,
    { reason: "out-of-memory" },
  );
}
