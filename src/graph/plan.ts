/** A graph as a list of launches over numbered buffers: what runs once, what runs every time, and what memory it takes. */
import { DeviceError } from "../gpu/device-error.ts";
import { type Precision, storageBytes, vectorBytes } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { type Binding, type InputAttrs, inputName, isInput, isParameter, type Launch, type Node, ShapeError } from "../kernels/op.ts";
import { topologicalOrder, usersOf } from "./order.ts";
import { layOut, type Places } from "./places.ts";
import { assignSlots, type Lifetime, liveBytes } from "./slots.ts";

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

/** A value that goes in or out, and its buffer. */
export interface Port<Attrs = unknown> {
  readonly node: Node<Attrs>;
  readonly buffer: number;
}

export interface Plan {
  /** Runs once, when the program is compiled: all that depends on parameters alone. */
  readonly once: readonly Step[];
  /** Runs every time. */
  readonly steps: readonly Step[];
  readonly buffers: readonly PlannedBuffer[];
  readonly inputs: ReadonlyMap<string, Port>;
  readonly outputs: ReadonlyMap<string, Port>;
  /** The largest sum of activations alive at one step: no plan needs less. */
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
  const bufferOf = new Map<Owner, number>();
  const allocate = (root: Node, kind: PlannedBuffer["kind"]): void => {
    if (bufferOf.has(root)) return;
    bufferOf.set(root, buffers.length);
    buffers.push({ bytes: storageBytes(root.shape, precision), kind, parameter: isParameter(root) ? root : undefined });
  };
  const share = (lives: ReadonlyMap<Owner, Lifetime>, kind: PlannedBuffer["kind"]): void => {
    const { slotOf, bytes } = assignSlots([...lives.values()]);
    for (const [index, owner] of [...lives.keys()].entries()) bufferOf.set(owner, buffers.length + slotOf[index]);
    for (const size of bytes) buffers.push({ bytes: size, kind });
  };

  const kept = [...runNodes.flatMap((node) => node.inputs), ...wanted].filter((node) => fixed.has(node)).map(rootOf);
  for (const root of kept) allocate(root, isParameter(root) ? "parameter" : "fixed");
  const uploads = onceNodes.flatMap((node) => node.inputs.map(rootOf)).filter(isParameter);
  for (const root of uploads) allocate(root, "temporary");
  const isShared = (root: Node): boolean => !bufferOf.has(root);
  share(lifetimes(onceNodes, places, precision, isShared, { before: [], after: [] }), "temporary");
  const lives = lifetimes(runNodes, places, precision, isShared, { before: order.filter(isInput), after: wanted });
  share(lives, "activation");

  const portOf = <Attrs>(node: Node<Attrs>): Port<Attrs> => ({ node, buffer: numberOf(bufferOf, rootOf(node)) });
  const stepsOf = (node: Node): Step[] =>
    places.launchesOf(node).map((launch) => ({
      node,
      launch,
      bindings: launch.bind.map((binding) => rangeOf(node, binding, places, bufferOf, precision, profile)),
      slices: slicesOf(node, places),
    }));
  return {
    once: onceNodes.flatMap(stepsOf),
    steps: runNodes.flatMap(stepsOf),
    buffers,
    inputs: inputsByName(order.filter(isInput).map(portOf)),
    outputs: new Map(Object.entries(outputs).map(([name, node]) => [name, portOf(node)])),
    liveBytes: liveBytes([...lives.values()]),
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

/** What a buffer holds: a value, or a node's scratch, which goes by its binding. */
type Owner = Node | Binding;

function numberOf(bufferOf: ReadonlyMap<Owner, number>, owner: Owner): number {
  const buffer = bufferOf.get(owner);
  if (buffer === undefined) throw new Error("plan: a value was given no buffer");
  return buffer;
}

/** Nodes that depend on parameters alone. */
export function fixedNodes(order: readonly Node[]): Set<Node> {
  const fixed = new Set<Node>();
  for (const node of order) {
    if (isParameter(node) || (node.inputs.length > 0 && node.inputs.every((input) => fixed.has(input)))) fixed.add(node);
  }
  return fixed;
}

/** When each root among the nodes' values, and each scratch, is first written and last read. One node is one step of time. */
function lifetimes(
  nodes: readonly Node[],
  places: Places,
  precision: Precision,
  isShared: (root: Node) => boolean,
  ends: { readonly before: readonly Node[]; readonly after: readonly Node[] },
): Map<Owner, Lifetime> {
  const lives = new Map<Owner, Lifetime>();
  const touch = (value: Node, step: number): void => {
    const { root } = places.placeOf(value);
    if (!isShared(root)) return;
    const { first, last } = lives.get(root) ?? { first: step, last: step };
    lives.set(root, { bytes: storageBytes(root.shape, precision), first: Math.min(first, step), last: Math.max(last, step) });
  };
  for (const value of ends.before) touch(value, -1);
  nodes.forEach((node, step) => {
    for (const value of [...node.inputs, node]) touch(value, step);
    for (const scratch of scratchOf(node, places).values())
      lives.set(scratch, { bytes: scratch.vectors * vectorBytes(precision), first: step, last: step });
  });
  for (const value of ends.after) touch(value, nodes.length);
  return lives;
}

/** The scratch of a node by name; launches that name the same scratch share it. */
function scratchOf(node: Node, places: Places): Map<string, Extract<Binding, { readonly scratch: string }>> {
  const scratch = new Map<string, Extract<Binding, { readonly scratch: string }>>();
  for (const binding of places.launchesOf(node).flatMap(({ bind }) => bind)) {
    if (typeof binding === "object" && "scratch" in binding && !scratch.has(binding.scratch)) scratch.set(binding.scratch, binding);
  }
  return scratch;
}

/** The range of a buffer that a binding covers. */
function rangeOf(
  node: Node,
  binding: Binding,
  places: Places,
  bufferOf: ReadonlyMap<Owner, number>,
  precision: Precision,
  profile: AdapterProfile,
): BoundRange {
  const vector = vectorBytes(precision);
  if (typeof binding === "object" && "scratch" in binding) {
    const owner = scratchOf(node, places).get(binding.scratch) ?? binding;
    return withinLimits(node, { buffer: numberOf(bufferOf, owner), offsetBytes: 0, bytes: binding.vectors * vector }, profile);
  }
  const name = typeof binding === "string" ? binding : binding.value;
  const value = name === "y" ? node : node.inputs.find((_, index) => inputName(node.op, index) === name);
  if (!value) throw new Error(`${node.op.name}: binds ${name}, which it does not have`);
  const { root } = places.placeOf(value);
  const buffer = numberOf(bufferOf, root);
  const range =
    typeof binding === "string"
      ? { buffer, offsetBytes: 0, bytes: storageBytes(root.shape, precision) }
      : { buffer, offsetBytes: binding.firstVector * vector, bytes: binding.vectors * vector };
  return withinLimits(value, range, profile);
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
  const name = isParameter(value) || isInput(value) ? value.attrs.name : (value.name ?? value.op.name);
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  throw new DeviceError(
    `${name} [${value.shape.join(", ")}] takes ${mebibytes(range.bytes)}, the adapter binds at most ${mebibytes(limit)}; use a smaller batch or picture`,
  );
}
