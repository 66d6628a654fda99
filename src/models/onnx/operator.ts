/** What an operator's row is given: the node with its inputs as values, and its attributes by name and type. */
import { isInput, type Node } from "../../kernels/op.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode } from "../../loaders/onnx/model.ts";
import type { OnnxTensor } from "../../loaders/onnx/tensor.ts";
import type { Shape } from "../../tensor.ts";
import { refuse } from "./unsupported.ts";
import { type HostValue, type Lift, shapeOf, type Value } from "./value.ts";

/** One node of an ONNX graph, ready to become nodes of ours. */
export interface Call {
  readonly operator: string;
  /** The version of the operator set that the model uses. */
  readonly opset: number;
  readonly inputs: readonly (Value | undefined)[];
  /** How many outputs the node names; those past the first are often left out. */
  readonly outputs: number;
  readonly lift: Lift;
  /** An input that must be there. */
  input(index: number): Value;
  /** The node of an input that must be there. */
  node(index: number): ReturnType<Lift>;
  /** The numbers of an input that must be known when the graph is built; undefined where it is left out. */
  known(index: number): HostValue | undefined;
  /** The list of integers of such an input. */
  list(index: number): readonly number[] | undefined;
  int(name: string, fallback: number): number;
  float(name: string, fallback: number): number;
  text(name: string, fallback: string): string;
  ints(name: string): readonly number[] | undefined;
  floats(name: string): readonly number[] | undefined;
  tensor(name: string): OnnxTensor | undefined;
  graph(name: string): OnnxGraph | undefined;
  has(name: string): boolean;
  /** The values of a graph within this node, whose inputs are the values around it. */
  inline(graph: OnnxGraph): readonly Value[];
}

/** How an operator's outputs follow from its inputs; it refuses what it does not compute. */
export type Operator = (call: Call) => Value | readonly (Value | undefined)[];

/** Operators by their names. */
export type Operators = Readonly<Record<string, Operator>>;

interface CallContext {
  readonly opset: number;
  readonly lift: Lift;
  readonly inline: Call["inline"];
}

/** A call, and the names of the attributes that nobody asked for. */
export function callOf(
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  { opset, lift, inline }: CallContext,
): { call: Call; unread: () => string[] } {
  const read = new Set<string>();
  function attribute<Kind extends OnnxAttribute["kind"]>(name: string, kind: Kind): Extract<OnnxAttribute, { kind: Kind }> | undefined {
    read.add(name);
    const found = node.attributes.get(name);
    if (found && !isKind(found, kind)) refuse(`attribute ${name} is ${found.kind}, not ${kind}`);
    return found && isKind(found, kind) ? found : undefined;
  }
  const input = (index: number): Value => inputs[index] ?? refuse(`input ${index} is missing`);
  const known = (index: number): HostValue | undefined => {
    const value = inputs[index];
    if (value?.kind === "device") refuse(`input ${index} must be known when the graph is built, but is computed`, inputNameOf(value.node));
    return value?.kind === "host" ? value : undefined;
  };
  const call: Call = {
    operator: node.op,
    opset,
    inputs,
    outputs: node.outputs.findLastIndex((name) => name !== "") + 1,
    lift,
    input,
    node: (index) => lift(input(index)),
    known,
    list: (index) => {
      const value = known(index);
      return value && Array.from(value.tensor.data);
    },
    int: (name, fallback) => attribute(name, "int")?.value ?? fallback,
    float: (name, fallback) => attribute(name, "float")?.value ?? fallback,
    text: (name, fallback) => attribute(name, "string")?.value ?? fallback,
    ints: (name) => attribute(name, "ints")?.value,
    floats: (name) => attribute(name, "floats")?.value,
    tensor: (name) => attribute(name, "tensor")?.value,
    graph: (name) => attribute(name, "graph")?.value,
    has: (name) => node.attributes.has(name),
    inline,
  };
  return { call, unread: () => [...node.attributes.keys()].filter((name) => !read.has(name)) };
}

/** The model's input that a node is; a number alone is a view of a list of one. */
const inputNameOf = (node: Node): string | undefined => {
  const [first] = node.inputs;
  if (isInput(node)) return node.attrs.name;
  return node.shape.length === 0 && first && isInput(first) ? first.attrs.name : undefined;
};

function isKind<Kind extends OnnxAttribute["kind"]>(
  attribute: OnnxAttribute,
  kind: Kind,
): attribute is Extract<OnnxAttribute, { kind: Kind }> {
  return attribute.kind === kind;
}

/** An axis counted from the front; negative ones count from the end. */
export function axisOf(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  return Number.isInteger(found) && found >= 0 && found < Math.max(rank, 1) ? found : refuse(`there is no axis ${axis} of ${rank}`);
}

/** The first input's shape, which must have at least `least` axes. */
export function shapeAtLeast(call: Call, least: number): Shape {
  const shape = shapeOf(call.input(0));
  return shape.length >= least ? shape : refuse(`input must have at least ${least} axes, has [${shape.join(", ")}]`);
}
