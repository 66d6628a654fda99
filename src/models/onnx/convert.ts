/** An ONNX graph as nodes of ours: walked in the order of its values, with what is known computed on the way. */
import { InputError } from "../../bytes.ts";
import { isInput, isParameter, named, ShapeError } from "../../kernels/op.ts";
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode } from "../../loaders/onnx/model.ts";
import type { OnnxTensor } from "../../loaders/onnx/tensor.ts";
import { callOf } from "./operator.ts";
import { constantOf } from "./operators/constants.ts";
import { operators } from "./operators/index.ts";
import { inOrder } from "./order.ts";
import { Refusal, refuse, type Unsupported, UnsupportedError } from "./unsupported.ts";
import { type Lift, lifting, type Value } from "./value.ts";

/**
 * The operator sets whose meaning the rows know. What changed within them is in the rows; before 7 much was said by attributes, and a row
 * refuses those that it does not know.
 */
const OPSETS: readonly [first: number, last: number] = [1, 27];

/** Functions within functions, and branches within branches. */
const MAX_DEPTH = 32;

/**
 * The outputs of a model for inputs whose sizes are all known.
 * @throws UnsupportedError with every node that cannot be computed.
 * @throws InputError for a graph that contradicts itself: values that nothing computes, cycles, inputs that are missing.
 */
export function convert(model: OnnxModel, inputs: ReadonlyMap<string, Value>, file: string): Map<string, Value> {
  const problems = new Map<OnnxNode, Unsupported>();
  const opset = model.opsets.get("") ?? 0;
  if (opset < OPSETS[0] || opset > OPSETS[1]) {
    const problem =
      opset === 0 ? "only operators of other domains are used" : `versions ${OPSETS[0]} to ${OPSETS[1]} are known, this is ${opset}`;
    throw new UnsupportedError(file, [{ node: model.graph.name, operator: "operator set", problem }]);
  }
  const context: Context = { model, file, opset, lift: lifting(), problems, depth: 0 };
  const values = graphValues(model.graph, context, (name) => inputs.get(name));
  if (problems.size > 0) throw new UnsupportedError(file, [...problems.values()]);
  const outputs = new Map<string, Value>();
  for (const [index, { name }] of model.graph.outputs.entries()) {
    const value = values[index];
    if (value === undefined || value === "unknown") throw new InputError(file, `has no value for its output ${JSON.stringify(name)}`);
    outputs.set(name, value);
  }
  return outputs;
}

interface Context {
  readonly model: OnnxModel;
  readonly file: string;
  readonly opset: number;
  readonly lift: Lift;
  readonly problems: Map<OnnxNode, Unsupported>;
  readonly depth: number;
}

/** A value, or that it follows from something that cannot be computed. */
type Found = Value | "unknown";

/** What a name means outside of a graph; undefined where nothing does. */
type Outer = (name: string) => Found | undefined;

/** The outputs of a graph, in order. */
function graphValues({ nodes, initializers, outputs }: OnnxGraph, context: Context, outer: Outer): (Found | undefined)[] {
  const names = outputs.map(({ name }) => name);
  return nodeValues(nodes, initializers, names, context, outer);
}

function nodeValues(
  nodes: readonly OnnxNode[],
  initializers: ReadonlyMap<string, OnnxTensor>,
  wanted: readonly string[],
  context: Context,
  outer: Outer,
): (Found | undefined)[] {
  const { file, problems } = context;
  const values = new Map<string, Found>();
  const lookUp = (name: string): Found | undefined => {
    const known = values.get(name) ?? outer(name);
    if (known !== undefined) return known;
    const stored = initializers.get(name);
    if (!stored) return undefined;
    const value = constantOf(stored);
    values.set(name, value);
    return value;
  };
  for (const node of inOrder(nodes, wanted, file)) {
    const results = attempt(node, context, lookUp);
    if (!Array.isArray(results)) problems.set(node, results);
    for (const [index, name] of node.outputs.entries()) {
      if (name !== "") values.set(name, Array.isArray(results) ? (results[index] ?? "unknown") : "unknown");
    }
  }
  return wanted.map(lookUp);
}

/** The outputs of a node, none known where an input is not, or why it cannot be computed. */
function attempt(node: OnnxNode, context: Context, lookUp: Outer): (Found | undefined)[] | Unsupported {
  try {
    const inputs: (Value | undefined)[] = [];
    for (const name of node.inputs) {
      const value = name === "" ? undefined : lookUp(name);
      if (value === undefined && name !== "")
        throw new InputError(context.file, `node ${nameOf(node)} reads ${JSON.stringify(name)}, which nothing computes`);
      if (value === "unknown") return [];
      inputs.push(value);
    }
    const results = computed(node, inputs, context, lookUp);
    return results.length === 1 ? [asLayer(results[0], node.outputs[0], inputs)] : results;
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof ShapeError)) throw error;
    const operator = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
    return { node: nameOf(node), operator, problem: error.message, input: error instanceof Refusal ? error.input : undefined };
  }
}

/**
 * A value under the name that the file gives it, by which a layer can be asked for. What passes an input on must stay the same node, or it
 * would be computed twice.
 */
function asLayer(value: Found | undefined, name: string, inputs: readonly (Value | undefined)[]): Found | undefined {
  if (value === undefined || value === "unknown" || value.kind === "host" || !name) return value;
  const { node } = value;
  const isOlder = inputs.some((input) => input?.kind === "device" && input.node === node);
  return isOlder || node.name !== undefined || isParameter(node) || isInput(node) ? value : { ...value, node: named(node, name) };
}

function computed(node: OnnxNode, inputs: readonly (Value | undefined)[], context: Context, lookUp: Outer): (Found | undefined)[] {
  if (context.depth > MAX_DEPTH) throw new InputError(context.file, `node ${nameOf(node)} is nested more than ${MAX_DEPTH} graphs deep`);
  const within = { ...context, depth: context.depth + 1 };
  const defined = context.model.functions.get(`${node.domain}:${node.op}`) ?? context.model.functions.get(`ai.onnx:${node.op}`);
  const row = node.domain === "" && Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
  if (!row) return defined ? functionValues(defined, node, inputs, within) : refuse("this operator is not done");
  const inline = (graph: OnnxGraph): Value[] =>
    graphValues(graph, within, lookUp).map((value) =>
      value === undefined || value === "unknown" ? refuse("its branch cannot be computed") : value,
    );
  const { call, unread } = callOf(node, inputs, { opset: context.opset, lift: context.lift, inline });
  const results = row(call);
  const rest = unread();
  if (rest.length > 0) refuse(`attribute ${rest.join(", ")} is not known`);
  return isList(results) ? [...results] : [results];
}

const isList = (results: Value | readonly (Value | undefined)[]): results is readonly (Value | undefined)[] => Array.isArray(results);

/** The outputs of a function that the model defines, with the node's attributes in place of its own. */
function functionValues(
  { inputs: names, outputs, nodes, opsets, defaults }: OnnxFunction,
  { attributes }: OnnxNode,
  inputs: readonly (Value | undefined)[],
  context: Context,
): (Found | undefined)[] {
  const bound = new Map([...defaults, ...attributes]);
  const values = new Map(names.map((name, index) => [name, inputs[index]]));
  const filled = nodes.map((node) => ({ ...node, attributes: withReferences(node.attributes, bound) }));
  const opset = opsets.get("") ?? context.opset;
  return nodeValues(filled, new Map(), outputs, { ...context, opset }, (name) => values.get(name));
}

/** References to attributes of the function replaced; those that were not given are left out. */
function withReferences(
  attributes: ReadonlyMap<string, OnnxAttribute>,
  bound: ReadonlyMap<string, OnnxAttribute>,
): Map<string, OnnxAttribute> {
  const filled = new Map<string, OnnxAttribute>();
  for (const [name, attribute] of attributes) {
    const value = attribute.kind === "reference" ? bound.get(attribute.value) : attribute;
    if (value) filled.set(name, value);
  }
  return filled;
}

/** A node's name, or what it computes where it has none. */
const nameOf = ({ name, outputs }: OnnxNode): string => name || (outputs.find(Boolean) ?? "without outputs");
