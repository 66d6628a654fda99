/** ModelProto, GraphProto, NodeProto and what they hold, as plain records. Field numbers are those of onnx.proto3. */
import { InputError } from "../../bytes.ts";
import { type ElementType, elementTypeOf } from "./element-type.ts";
import { type OnnxTensor, readTensor } from "./tensor.ts";
import { addFloats, addIntegers, bytesOf, failAt, fieldsOf, floatOf, integerOf, type Place, rootOf, textOf, within } from "./wire.ts";

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  /** The version of each operator set by its domain; "" is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  /** Operators that the model defines itself, by `domain:name`. */
  readonly functions: ReadonlyMap<string, OnnxFunction>;
  /** Strings that describe the model to people and programs. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** In older files they include the initializers. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  /** Names of values; "" for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export type OnnxAttribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: OnnxTensor }
  | { readonly kind: "graph"; readonly value: OnnxGraph }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  /** The attribute of the function around the node, by its name. */
  | { readonly kind: "reference"; readonly value: string }
  | { readonly kind: "other"; readonly value: string };

/** An input or output: its name and, where the file says, its type. */
export interface OnnxValue {
  readonly name: string;
  /** Undefined for sequences, maps, optional values and sparse tensors. */
  readonly type?: ElementType;
  /** Sizes, or names of those that are left open ("" for one without a name); undefined where not even their number is said. */
  readonly shape?: readonly (number | string)[];
}

export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  readonly opsets: ReadonlyMap<string, number>;
  /** Attributes with the values they have where the caller gives none. */
  readonly defaults: ReadonlyMap<string, OnnxAttribute>;
}

/**
 * Reads a model; data in files of their own is left to `withExternalData`.
 * @throws InputError for anything that is not a whole ONNX model.
 */
export function readOnnx(bytes: Uint8Array, file: string): OnnxModel {
  if (bytes.length === 0) throw new InputError(file, "is empty");
  const place = rootOf(file);
  const opsets = new Map<string, number>();
  const functions = new Map<string, OnnxFunction>();
  const metadata: Record<string, string> = Object.create(null); // no prototype: a key named "constructor" is only a key
  let [irVersion, producer] = [0, ""];
  let graph: OnnxGraph | undefined;
  for (const field of fieldsOf(bytes, place)) {
    if (field.number === 1) irVersion = integerOf(field, place);
    else if (field.number === 2) producer = textOf(field, place);
    else if (field.number === 7) graph = readGraph(bytesOf(field, place), within(place, "graph"));
    else if (field.number === 8) opsets.set(...readOpset(bytesOf(field, place), place));
    else if (field.number === 14) {
      const [key, value] = readPair(bytesOf(field, place), within(place, "metadata"));
      metadata[key] = value;
    } else if (field.number === 25) {
      const read = readFunction(bytesOf(field, place), within(place, "function"));
      functions.set(`${read.domain}:${read.name}`, read);
    }
  }
  if (!graph) throw failAt(place, "there is no graph in it (is it cut off?)");
  if (opsets.size === 0) throw failAt(place, "it says of no operator set which version it uses");
  return { irVersion, producer, opsets, graph, functions, metadata };
}

function readGraph(message: Uint8Array, place: Place): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  let name = "";
  for (const field of fieldsOf(message, place)) {
    if (field.number === 1) nodes.push(readNode(bytesOf(field, place), within(place, `node ${nodes.length}`)));
    else if (field.number === 2) name = textOf(field, place);
    else if (field.number === 5) {
      const tensor = readTensor(bytesOf(field, place), place);
      if (initializers.has(tensor.name)) throw failAt(place, `has two initializers called ${JSON.stringify(tensor.name)}`);
      initializers.set(tensor.name, tensor);
    } else if (field.number === 11) inputs.push(readValue(bytesOf(field, place), within(place, "input")));
    else if (field.number === 12) outputs.push(readValue(bytesOf(field, place), within(place, "output")));
    else if (field.number === 15) throw failAt(place, "has sparse initializers, which are not read");
  }
  return { name, nodes, initializers, inputs, outputs };
}

function readNode(message: Uint8Array, place: Place): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let [name, op, domain] = ["", "", ""];
  for (const field of fieldsOf(message, place)) {
    if (field.number === 1) inputs.push(textOf(field, place));
    else if (field.number === 2) outputs.push(textOf(field, place));
    else if (field.number === 3) name = textOf(field, place);
    else if (field.number === 4) op = textOf(field, place);
    else if (field.number === 5) attributes.set(...readAttribute(bytesOf(field, place), within(place, "attribute")));
    else if (field.number === 7) domain = textOf(field, place);
  }
  if (op === "") throw failAt(place, "names no operator");
  return { name, op, domain: domain === "ai.onnx" ? "" : domain, inputs, outputs, attributes };
}

/** AttributeProto.AttributeType; files of the first versions leave it out, and the field that is there says it. */
const kinds: readonly OnnxAttribute["kind"][] = ["other", "float", "int", "string", "tensor", "graph", "floats", "ints", "strings"];

function readAttribute(message: Uint8Array, place: Place): [string, OnnxAttribute] {
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  let [name, reference, number, text, code] = ["", "", 0, "", 0];
  let tensor: OnnxTensor | undefined;
  let graph: OnnxGraph | undefined;
  let found: OnnxAttribute["kind"] = "other";
  for (const field of fieldsOf(message, place)) {
    if (field.number === 1) name = textOf(field, place);
    else if (field.number === 2) [number, found] = [floatOf(field, place), "float"];
    else if (field.number === 3) [number, found] = [integerOf(field, place), "int"];
    else if (field.number === 4) [text, found] = [textOf(field, place), "string"];
    else if (field.number === 5) [tensor, found] = [readTensor(bytesOf(field, place), place), "tensor"];
    else if (field.number === 6) [graph, found] = [readGraph(bytesOf(field, place), within(place, "graph")), "graph"];
    else if (field.number === 7) [, found] = [addFloats(floats, field, 4, place), "floats"];
    else if (field.number === 8) [, found] = [addIntegers(ints, field, place), "ints"];
    else if (field.number === 9) [, found] = [strings.push(textOf(field, place)), "strings"];
    else if (field.number === 20) code = integerOf(field, place);
    else if (field.number === 21) reference = textOf(field, place);
  }
  const kind = code === 0 ? found : (kinds[code] ?? "other");
  if (reference) return [name, { kind: "reference", value: reference }];
  if (kind === "tensor" && tensor) return [name, { kind, value: tensor }];
  if (kind === "graph" && graph) return [name, { kind, value: graph }];
  if (kind === "float" || kind === "int") return [name, { kind, value: number }];
  if (kind === "string") return [name, { kind, value: text }];
  if (kind === "floats") return [name, { kind, value: floats }];
  if (kind === "ints") return [name, { kind, value: ints }];
  if (kind === "strings") return [name, { kind, value: strings }];
  return [name, { kind: "other", value: `of type ${code}` }];
}

/** ValueInfoProto: a name and a TypeProto. */
export function readValue(message: Uint8Array, place: Place): OnnxValue {
  let value: OnnxValue = { name: "" };
  for (const field of fieldsOf(message, place)) {
    if (field.number === 1) value = { ...value, name: textOf(field, place) };
    else if (field.number === 2) value = { ...value, ...readType(bytesOf(field, place), within(place, "type")) };
  }
  return value;
}

/** Of a TypeProto that is a tensor: field 1. */
function readType(message: Uint8Array, place: Place): Pick<OnnxValue, "type" | "shape"> {
  let [code, shape]: [number, (number | string)[] | undefined] = [0, undefined];
  for (const field of fieldsOf(message, place)) {
    if (field.number !== 1) continue;
    for (const part of fieldsOf(bytesOf(field, place), place)) {
      if (part.number === 1) code = integerOf(part, place);
      else if (part.number === 2) shape = readSizes(bytesOf(part, place), within(place, "shape"));
    }
  }
  return { type: elementTypeOf(code), shape };
}

function readSizes(message: Uint8Array, place: Place): (number | string)[] {
  const sizes: (number | string)[] = [];
  for (const field of fieldsOf(message, place)) {
    if (field.number !== 1) continue;
    let size: number | string = "";
    for (const part of fieldsOf(bytesOf(field, place), place)) {
      if (part.number === 1) size = integerOf(part, place);
      else if (part.number === 2) size = textOf(part, place);
    }
    // Some exporters write −1 for a size that is left open.
    if (typeof size === "number" && !Number.isSafeInteger(size)) throw failAt(place, `has a size that is none, got ${size}`);
    sizes.push(typeof size === "number" && size < 0 ? "" : size);
  }
  return sizes;
}

function readFunction(message: Uint8Array, place: Place): OnnxFunction {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: OnnxNode[] = [];
  const opsets = new Map<string, number>();
  const defaults = new Map<string, OnnxAttribute>();
  let [name, domain] = ["", ""];
  for (const field of fieldsOf(message, place)) {
    if (field.number === 1) name = textOf(field, place);
    else if (field.number === 4) inputs.push(textOf(field, place));
    else if (field.number === 5) outputs.push(textOf(field, place));
    else if (field.number === 7) nodes.push(readNode(bytesOf(field, place), within(place, `node ${nodes.length}`)));
    else if (field.number === 9) opsets.set(...readOpset(bytesOf(field, place), place));
    else if (field.number === 10) domain = textOf(field, place);
    else if (field.number === 11) defaults.set(...readAttribute(bytesOf(field, place), within(place, "attribute")));
  }
  return { name, domain, inputs, outputs, nodes, opsets, defaults };
}

function readOpset(message: Uint8Array, outer: Place): [domain: string, version: number] {
  const place = within(outer, "opset_import");
  let [domain, version] = ["", 0];
  for (const field of fieldsOf(message, place)) {
    if (field.number === 1) domain = textOf(field, place);
    else if (field.number === 2) version = integerOf(field, place);
  }
  return [domain === "ai.onnx" ? "" : domain, version];
}

function readPair(message: Uint8Array, place: Place): [key: string, value: string] {
  let [key, value] = ["", ""];
  for (const field of fieldsOf(message, place)) {
    if (field.number === 1) key = textOf(field, place);
    else if (field.number === 2) value = textOf(field, place);
  }
  return [key, value];
}
