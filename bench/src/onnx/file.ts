/** An ONNX file from its parts. Field numbers are those of onnx.proto3. */
import type { Shape, Tensor } from "../../../src/tensor.ts";
import { bytes, type Encoded, float, int, joined, message, nested, text } from "./protobuf.ts";

export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string | readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface OnnxGraph {
  /** A size of −1 is left open. */
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly outputs: Readonly<Record<string, Shape>>;
  readonly nodes: readonly OnnxNode[];
  readonly floats: ReadonlyMap<string, Tensor>;
  readonly integers: ReadonlyMap<string, readonly number[]>;
}

const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;
const INT64 = 7;

/** The bytes of a model. */
export const onnxFile = (graph: OnnxGraph): Uint8Array =>
  joined(message(int(1, IR_VERSION), text(2, "roentgen-bench"), nested(7, graphOf(graph)), nested(8, message(text(1, ""), int(2, OPSET)))));

const graphOf = ({ inputs, outputs, nodes, floats, integers }: OnnxGraph): Encoded =>
  message(
    ...nodes.map((node) => nested(1, nodeOf(node))),
    text(2, "graph"),
    ...[...floats].map(([name, tensor]) => nested(5, floatTensor(name, tensor))),
    ...[...integers].map(([name, values]) => nested(5, integerTensor(name, values))),
    ...Object.entries(inputs).map(([name, shape]) => nested(11, valueInfo(name, shape))),
    ...Object.entries(outputs).map(([name, shape]) => nested(12, valueInfo(name, shape))),
  );

const nodeOf = ({ op, inputs, output, attributes = {} }: OnnxNode): Encoded =>
  message(
    ...inputs.map((name) => text(1, name)),
    ...[output].flat().map((name) => text(2, name)),
    text(3, [output].flat()[0]),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => nested(5, message(text(1, name), ...attributeOf(value)))),
  );

/** The value and its type: FLOAT 1, INT 2, STRING 3, INTS 7. */
function attributeOf(value: Attribute): Encoded[] {
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

const valueInfo = (name: string, shape: Shape): Encoded => message(text(1, name), nested(2, nested(1, tensorType(shape))));

const tensorType = (shape: Shape): Encoded =>
  message(int(1, FLOAT), nested(2, message(...shape.map((size) => nested(1, size < 0 ? text(2, "any") : int(1, size))))));
