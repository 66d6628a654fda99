/** ONNX files are read as they are, and what is damaged or hostile is refused with an InputError before anything is allocated for it. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/bytes.ts";
import { bytes, type Encoded, int, joined, message, nested, text } from "../../../src/loaders/onnx/encode.ts";
import { readOnnx } from "../../../src/loaders/onnx/model.ts";
import { decodeTensor } from "../../../src/loaders/onnx/tensor.ts";
import { graphOf, modelOf, nodeOf, smallModel, tensorOf } from "./model-bytes.ts";
import { generatedBytes } from "./mutations.ts";

const read = (file: Uint8Array) => readOnnx(file, "m.onnx");

test("a small model has its nodes, initializers, inputs, outputs and operator set", () => {
  const { opsets, graph } = read(smallModel());
  expect(opsets.get("")).toBe(17);
  expect(graph.nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([
    ["Add", ["x", "w"], ["sum"]],
    ["Relu", ["sum"], ["y"]],
  ]);
  expect(graph.inputs).toEqual([{ name: "x", type: "float32", shape: [1, 2] }]);
  const weight = graph.initializers.get("w");
  expect(weight && decodeTensor(weight)).toEqual({ type: "float32", shape: [2], data: Float32Array.of(1, -1) });
});

test("metadata is read as strings, whatever their names", () => {
  const { metadata } = readOnnx(modelOf(graphOf({}), 17, nested(14, message(text(1, "constructor"), text(2, "a")))), "m.onnx");
  expect(metadata.constructor).toBe("a");
});

describe("a model cut off", () => {
  const whole = smallModel();
  test("anywhere is an InputError or a smaller model, and nothing else", () => {
    for (let length = 0; length < whole.length; length++) {
      try {
        read(whole.subarray(0, length));
      } catch (error) {
        expect(error, `after ${length} bytes`).toBeInstanceOf(InputError);
      }
    }
  });

  test("says that it may be cut off", () => {
    expect(() => read(whole.subarray(0, 40))).toThrow(/^m\.onnx: is not an ONNX model: .*cut off/);
  });
});

test("2000 seeded mutations of a model end in a model or an InputError", () => {
  const whole = smallModel();
  for (let seed = 0; seed < 2000; seed++) {
    try {
      const { graph } = read(generatedBytes(whole, seed));
      for (const tensor of graph.initializers.values()) decodeTensor(tensor);
    } catch (error) {
      expect(error, `seed ${seed}`).toBeInstanceOf(InputError);
    }
  }
});

const tensor = (...fields: readonly Encoded[]): Uint8Array => modelOf(graphOf({ tensors: [message(...fields, text(8, "w"))] }));
const raw = (length: number): Encoded => bytes(9, new Uint8Array(length));

test.for<[string, Uint8Array, RegExp]>([
  ["an empty file", new Uint8Array(), /is empty/],
  ["text", new TextEncoder().encode("<html>not found</html>"), /is not an ONNX model/],
  ["no graph", joined(message(int(1, 8), nested(8, message(int(2, 17))))), /there is no graph/],
  ["no operator set", joined(message(int(1, 8), nested(7, graphOf({})))), /no operator set/],
  ["a length past the end", Uint8Array.of(0x3a, 0xff, 0xff, 0x03, 0x0a), /65535 bytes where 1 are left/],
  ["a length of 2⁶³", Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), /bytes where 0 are left/],
  ["an unknown wire type", Uint8Array.of(0x0f, 0x00), /unknown wire type 7/],
  ["groups, which nobody writes", Uint8Array.of(0x0b, 0x0c), /unknown wire type 3/],
  ["field number 0", Uint8Array.of(0x00, 0x00), /field of number 0/],
  ["a number of more than 10 bytes", new Uint8Array(12).fill(0xff).with(0, 0x08), /more than 10 bytes/],
  ["text that is no UTF-8", modelOf(graphOf({ nodes: [message(bytes(4, Uint8Array.of(0xff, 0xfe)))] })), /UTF-8/],
  ["a node without an operator", modelOf(graphOf({ nodes: [message(text(1, "x"))] })), /names no operator/],
  [
    "two initializers of one name",
    modelOf(graphOf({ tensors: [tensorOf("w", [], 1, new Uint8Array(4)), tensorOf("w", [], 1, new Uint8Array(4))] })),
    /two initializers/,
  ],
  ["an unknown element type", tensor(int(2, 99), raw(4)), /unknown element type, got 99/],
  ["sizes of 2⁴⁰", tensor(int(1, 2 ** 40), int(1, 2 ** 40), int(2, 1), raw(4)), /too many elements/],
  ["a size of 2⁴⁰ with little data", tensor(int(1, 2 ** 40), int(2, 1), raw(4)), /takes 4398046511104 bytes/],
  ["a negative size", tensor(int(1, -4), int(2, 1), raw(4)), /no valid shape/],
  ["too few bytes", tensor(int(1, 3), int(2, 1), raw(8)), /takes 12 bytes as float32 \[3\], has 8/],
  ["too many bytes", tensor(int(1, 3), int(2, 1), raw(16)), /takes 12 bytes as float32 \[3\], has 16/],
  ["too few numbers", tensor(int(1, 3), int(2, 7), bytes(7, Uint8Array.of(1, 2))), /takes 3 numbers as int64 \[3\], has 2/],
])("%s is refused", ([, file, message]) => {
  expect(() => read(file)).toThrow(InputError);
  expect(() => read(file)).toThrow(message);
});

test("graphs nested without end are refused, not a stack overflow", () => {
  let graph = graphOf({});
  for (let depth = 0; depth < 100; depth++)
    graph = graphOf({ nodes: [nodeOf("If", ["c"], ["y"], message(text(1, "then_branch"), nested(6, graph), int(20, 5)))] });
  expect(() => read(modelOf(graph))).toThrow(/nested more than 64 messages deep/);
});
