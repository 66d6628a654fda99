/** A graph as a list of launches over numbered buffers: what runs once, what runs every time, and what memory it takes. */
import { DeviceError } from "../gpu/device-error.ts";
import { type Precision, storageBytes, vectorBytes } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
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
import { topologicalOrder, usersOf } from "./order.ts";
import { layOut, type Places } from "./places.ts";
import { assignSlots, liveBytes } from "./slots.ts";

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
  /** The parameter that is uploaded into it. */
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
  /** The largest sum of activations and scratch alive during one node. */
  readonly liveBytes: number;
}

/** Bytes of a plan's buffers of one kind. */
export const bytesOf = ({ buffers }: Plan, ...kinds: readonly PlannedBuffer["kind"][]): number =>
  buffers.reduce((sum, { kind, bytes }) => (kinds.includes(kind) ? sum + bytes : sum), 0);

/**
 * Plans lowered outputs for an adapter.
 * @throws ShapeError if two inputs have one name.
 * @throws DeviceError if a value is larger than the adapter binds.
 */
export function plan(outputs: Readonly<Record<string, Node>>, profile: AdapterProfile, precision: Precision): Plan {
  const wanted = Object.values(outputs);
  const order = topologicalOrder(wanted);
  const fixed = fixedNodes(order);
  const places = layOut({ order, users: usersOf(order), outputs: new Set(wanted), fixed }, profile);
  const rootOf = (node: Node): Node => places.placeOf(node).root;
  const launched = order.filter((node) => places.launchesOf(node).length > 0);
  const onceNodes = launched.filter((node) => fixed.has(node));
  const runNodes = launched.filter((node) => !fixed.has(node));

  const buffers: PlannedBuffer[] = [];
  const homes = new Map<Owner, Home>();
  const allocate = (root: Node, kind: PlannedBuffer["kind"]): void => {
    if (homes.has(root)) return;
    homes.set(root, { buffer: buffers.length, offsetBytes: 0 });
    buffers.push({ bytes: storageBytes(root.shape, precision), kind, parameter: isParameter(root) ? root : undefined });
  };
  const share = ({ lives, apart }: Lifetimes, kind: PlannedBuffer["kind"]): void => {
    const owners = [...lives.keys()];
    const rules = { apart: (a: number, b: number) => apart(owners[a], owners[b]), maxBytes: profile.maxBufferBytes };
    const { slotOf, offsetOf, bytes } = assignSlots([...lives.values()], rules);
    for (const [index, owner] of owners.entries())
      homes.set(owner, { buffer: buffers.length + slotOf[index], offsetBytes: offsetOf[index] });
    for (const size of bytes) buffers.push({ bytes: size, kind });
  };

  const kept = [...runNodes.flatMap((node) => node.inputs), ...wanted].filter((node) => fixed.has(node)).map(rootOf);
  for (const root of kept) allocate(root, isParameter(root) ? "parameter" : "fixed");
  const uploads = onceNodes.flatMap((node) => node.inputs.map(rootOf)).filter(isParameter);
  for (const root of uploads) allocate(root, "temporary");
  const isShared = (owner: Owner): boolean => !homes.has(owner);
  share(lifetimes(onceNodes, places, { precision, step: "launch", isShared }), "temporary");
  const ends = { before: order.filter(isInput), after: wanted };
  // Measured before it is shared out: afterwards nothing is left to share.
  const alive = liveBytes([...lifetimes(runNodes, places, { precision, step: "node", isShared, ...ends }).lives.values()]);
  share(lifetimes(runNodes, places, { precision, step: "launch", isShared, ...ends }), "activation");

  const portOf = <Attrs>(node: Node<Attrs>): Port<Attrs> => ({ node, ...homeOf(homes, rootOf(node)) });
  const stepsOf = (node: Node): Step[] => {
    const owners = ownersOf(node, places);
    return places.launchesOf(node).map((launch, index) => ({
      node,
      launch,
      bindings: launch.bind.map((binding, place) => {
        const owner = owners[index][place];
        return withinLimits(boundValue(node, binding), rangeOf(owner, binding, homeOf(homes, owner), precision), profile);
      }),
      slices: slicesOf(node, places),
    }));
  };
  return {
    once: onceNodes.flatMap(stepsOf),
    steps: runNodes.flatMap(stepsOf),
    buffers,
    inputs: inputsByName(order.filter(isInput).map(portOf)),
    outputs: new Map(Object.entries(outputs).map(([name, node]) => [name, portOf(node)])),
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

/** Nodes that depend on parameters alone. */
export function fixedNodes(order: readonly Node[]): Set<Node> {
  const fixed = new Set<Node>();
  for (const node of order) {
    if (isParameter(node) || (node.inputs.length > 0 && node.inputs.every((input) => fixed.has(input)))) fixed.add(node);
  }
  return fixed;
}

/** The range of a buffer that a binding covers: all of its owner, or the part it names. */
function rangeOf(owner: Owner, binding: Binding, { buffer, offsetBytes }: Home, precision: Precision): BoundRange {
  const vector = vectorBytes(precision);
  if (typeof binding === "object") {
    const first = "firstVector" in binding ? binding.firstVector : 0;
    return { buffer, offsetBytes: offsetBytes + first * vector, bytes: binding.vectors * vector };
  }
  return { buffer, offsetBytes, bytes: "shape" in owner ? storageBytes(owner.shape, precision) : owner.vectors * vector };
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
  );
}
