/** ONNX files made field by field, so that tests can break any part of them. */
import { bytes, type Encoded, int, joined, message, nested, text } from "../../../src/loaders/onnx/encode.ts";

/** A tensor's fields: 1 dims, 2 data_type, 8 name, 9 raw_data. */
export const tensorOf = (name: string, shape: readonly number[], type: number, raw: Uint8Array): Encoded =>
  message(...shape.map((size) => int(1, size)), int(2, type), text(8, name), bytes(9, raw));

/** An input or output of float32; a size may be the name of an open one. */
export const valueInfo = (name: string, shape: readonly (number | string)[]): Encoded =>
  message(
    text(1, name),
    nested(
      2,
      nested(
        1,
        message(int(1, 1), nested(2, message(...shape.map((size) => nested(1, typeof size === "string" ? text(2, size) : int(1, size)))))),
      ),
    ),
  );

export const nodeOf = (op: string, inputs: readonly string[], outputs: readonly string[], ...attributes: readonly Encoded[]): Encoded =>
  message(
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...attributes.map((attribute) => nested(5, attribute)),
  );

interface GraphParts {
  readonly nodes?: readonly Encoded[];
  readonly tensors?: readonly Encoded[];
  readonly inputs?: readonly Encoded[];
  readonly outputs?: readonly Encoded[];
}

export const graphOf = ({ nodes = [], tensors = [], inputs = [], outputs = [] }: GraphParts): Encoded =>
  message(
    ...nodes.map((node) => nested(1, node)),
    text(2, "graph"),
    ...tensors.map((tensor) => nested(5, tensor)),
    ...inputs.map((value) => nested(11, value)),
    ...outputs.map((value) => nested(12, value)),
  );

/** A model of one graph; more fields may follow. */
export const modelOf = (graph: Encoded, opset = 17, ...more: readonly Encoded[]): Uint8Array<ArrayBuffer> =>
  joined(message(int(1, 8), nested(7, graph), nested(8, message(text(1, ""), int(2, opset))), ...more));

/** y = relu(x + w) for x [1, 2]. */
export const smallModel = (): Uint8Array<ArrayBuffer> =>
  modelOf(
    graphOf({
      nodes: [nodeOf("Add", ["x", "w"], ["sum"]), nodeOf("Relu", ["sum"], ["y"])],
      tensors: [tensorOf("w", [2], 1, new Uint8Array(Float32Array.of(1, -1).buffer))],
      inputs: [valueInfo("x", [1, 2])],
      outputs: [valueInfo("y", [1, 2])],
    }),
  );
