/** An ONNX file from its parts. Field numbers are those of onnx.proto3. */
import type { Tensor } from "../../tensor.ts";
import { bytes, type Encoded, float, int, joined, message, nested, text } from "./encode.ts";

/** The value of an attribute: whole numbers, text, lists of whole numbers, or a number with a fraction. */
export type WritableAttribute = number | string | readonly number[] | { readonly float: number };

export interface WritableNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Names of the outputs after the first, of operators that have several. */
  readonly moreOutputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, WritableAttribute>>;
}

/** Sizes of a value; one that is left open goes by a name. */
export type OpenShape = readonly (number | string)[];

export interface WritableGraph {
  readonly inputs: Readonly<Record<string, OpenShape>>;
  readonly outputs: Readonly<Record<string, OpenShape>>;
  /** In an order in which they can be computed. */
  readonly nodes: readonly WritableNode[];
  readonly floats: ReadonlyMap<string, Tensor>;
  readonly integers: ReadonlyMap<string, readonly number[]>;
  /** Strings that describe the model. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The operator set that is written: the first in which a map is resized to a size with the batch left open. */
const OPSET = 18;
const IR_VERSION = 8;
const FLOAT = 1;
const INT64 = 7;

/** The bytes of a model; weights are copied once. */
export const writeOnnx = (graph: WritableGraph): Uint8Array<ArrayBuffer> =>
  joined(
    message(
      int(1, IR_VERSION),
      text(2, "roentgen"),
      nested(7, graphOf(graph)),
      nested(8, message(text(1, ""), int(2, OPSET))),
      ...Object.entries(graph.metadata ?? {}).map(([key, value]) => nested(14, message(text(1, key), text(2, value)))),
    ),
  );

const graphOf = ({ inputs, outputs, nodes, floats, integers }: WritableGraph): Encoded =>
  message(
    ...nodes.map((node) => nested(1, nodeOf(node))),
    text(2, "graph"),
    ...[...floats].map(([name, tensor]) => nested(5, floatTensor(name, tensor))),
    ...[...integers].map(([name, values]) => nested(5, integerTensor(name, values))),
    ...Object.entries(inputs).map(([name, shape]) => nested(11, valueInfo(name, shape))),
    ...Object.entries(outputs).map(([name, shape]) => nested(12, valueInfo(name, shape))),
  );

const nodeOf = ({ op, inputs, output, moreOutputs = [], attributes = {} }: WritableNode): Encoded =>
  message(
    ...inputs.map((name) => text(1, name)),
    ...[output, ...moreOutputs].map((name) => text(2, name)),
    text(3, output),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => nested(5, message(text(1, name), ...attributeOf(value)))),
  );

/** The value and its type: FLOAT 1, INT 2, STRING 3, INTS 7. */
function attributeOf(value: WritableAttribute): Encoded[] {
  if (typeof value === "number") return [int(3, value), int(20, 2)];
  if (typeof value === "string") return [text(4, value), int(20, 3)];
  if ("float" in value) return [float(2, value.float), int(20, 1)];
  return [...value.map((item) => int(8, item)), int(20, 7)];
}

const floatTensor = (name: string, { shape, data }: Tensor): Encoded =>
  message(...shape.map((size) => int(1, size)), int(2, FLOAT), text(8, name), bytes(9, bytesOf(data)));

const integerTensor = (name: string, values: readonly number[]): Encoded =>
  message(int(1, values.length), int(2, INT64), text(8, name), bytes(9, bytesOf(BigInt64Array.from(values, BigInt))));

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const valueInfo = (name: string, shape: OpenShape): Encoded => message(text(1, name), nested(2, nested(1, tensorType(shape))));

const tensorType = (shape: OpenShape): Encoded =>
  message(int(1, FLOAT), nested(2, message(...shape.map((size) => nested(1, typeof size === "string" ? text(2, size) : int(1, size))))));
