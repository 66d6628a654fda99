/** Graphs that contradict themselves or hold what is not computed are refused when they are built, with the nodes at fault. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/bytes.ts";
import { type Encoded, int, message, nested, text } from "../../../src/loaders/onnx/encode.ts";
import { readOnnx } from "../../../src/loaders/onnx/model.ts";
import { onnxNetwork } from "../../../src/models/onnx/network.ts";
import { UnsupportedError } from "../../../src/models/onnx/unsupported.ts";
import type { Value } from "../../../src/models/onnx/value.ts";
import { graphOf, modelOf, nodeOf, tensorOf, valueInfo } from "../../loaders/onnx/model-bytes.ts";

const int64 = (name: string, values: readonly number[]): Encoded =>
  tensorOf(name, [values.length], 7, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));

/** The outputs of nodes over x [2, 3], whose last output is "y". */
function build(nodes: readonly Encoded[], tensors: readonly Encoded[] = [], opset = 17): Map<string, Value> {
  const graph = graphOf({ nodes, tensors, inputs: [valueInfo("x", [2, 3])], outputs: [valueInfo("y", [2, 3])] });
  return onnxNetwork(readOnnx(modelOf(graph, opset), "m.onnx"), "m.onnx").build(new Map([["x", { shape: [2, 3] }]]));
}

test("nodes may stand in any order, and those that nothing needs are left out", () => {
  const outputs = build([nodeOf("Relu", ["a"], ["y"]), nodeOf("Abs", ["x"], ["a"]), nodeOf("NoSuchOperator", ["x"], ["unused"])]);
  expect(outputs.get("y")).toMatchObject({ kind: "device", node: { shape: [2, 3] } });
});

describe("a graph is refused", () => {
  test.for<[string, readonly Encoded[], RegExp]>([
    [
      "that computes a value from itself",
      [nodeOf("Add", ["x", "b"], ["a"]), nodeOf("Relu", ["a"], ["b"]), nodeOf("Relu", ["b"], ["y"])],
      /from itself/,
    ],
    ["that reads what nothing computes", [nodeOf("Add", ["x", "missing"], ["y"])], /reads "missing", which nothing computes/],
    ["that computes a value twice", [nodeOf("Relu", ["x"], ["y"]), nodeOf("Abs", ["x"], ["y"])], /computes "y" twice/],
    ["that does not compute its output", [nodeOf("Relu", ["x"], ["z"])], /no value for its output "y"/],
  ])("%s", ([, nodes, message]) => {
    expect(() => build(nodes)).toThrow(InputError);
    expect(() => build(nodes)).toThrow(message);
  });

  test("whose input is missing", () => {
    const graph = graphOf({ nodes: [nodeOf("Relu", ["x"], ["y"])], inputs: [valueInfo("x", [2])], outputs: [valueInfo("y", [2])] });
    expect(() => onnxNetwork(readOnnx(modelOf(graph), "m.onnx"), "m.onnx").build(new Map())).toThrow(/input "x" is missing/);
  });
});

describe("what is not computed is named with its node", () => {
  const unsupported = (...call: Parameters<typeof build>) => {
    try {
      build(...call);
    } catch (error) {
      if (error instanceof UnsupportedError) return error.nodes.map(({ operator, node, problem }) => `${operator} ${node}: ${problem}`);
      throw error;
    }
    return [];
  };
  const attribute = (name: string, ...fields: readonly Encoded[]): Encoded => message(text(1, name), ...fields);

  test("operators, each of them", () => {
    const nodes = [nodeOf("NoSuchOperator", ["x"], ["a"]), nodeOf("Mystery", ["x"], ["b"]), nodeOf("Add", ["a", "b"], ["y"])];
    expect(unsupported(nodes)).toEqual(["NoSuchOperator a: this operator is not done", "Mystery b: this operator is not done"]);
  });
  test("attributes that nobody knows", () => {
    expect(unsupported([nodeOf("Relu", ["x"], ["y"], attribute("leak", int(3, 1), int(20, 2)))])).toEqual([
      "Relu y: attribute leak is not known",
    ]);
  });
  test("operator sets of the future", () => {
    expect(unsupported([nodeOf("Relu", ["x"], ["y"])], [], 99)).toEqual(["operator set graph: versions 1 to 27 are known, this is 99"]);
  });
  test("loops", () => {
    const body = attribute("body", nested(6, graphOf({})), int(20, 5));
    expect(unsupported([nodeOf("Loop", ["n", "", "x"], ["y"], body)], [int64("n", [3])])).toEqual(["Loop y: this operator is not done"]);
  });
  test("a reshape to another number of elements", () => {
    expect(unsupported([nodeOf("Reshape", ["x", "shape"], ["y"])], [int64("shape", [4, 2])])).toEqual([
      "Reshape y: [2, 3] cannot become [4, 2]",
    ]);
  });
  test("whole numbers that float32 does not hold", () => {
    const nodes = [nodeOf("ArgMax", ["x"], ["i"]), nodeOf("Mul", ["i", "big"], ["y"])];
    expect(unsupported(nodes, [int64("big", [2 ** 30])])).toEqual([
      "Mul y: computed int64 values may get beyond what float32 or int64 holds",
    ]);
  });
});

test("the arithmetic of shapes is done when the graph is built", () => {
  const nodes = [
    nodeOf("Shape", ["x"], ["shape"]),
    nodeOf("Gather", ["shape", "last"], ["width"]),
    nodeOf("Mul", ["width", "two"], ["twice"]),
    nodeOf("Concat", ["one", "twice", "rest"], ["target"], message(text(1, "axis"), int(3, 0), int(20, 2))),
    nodeOf("Reshape", ["x", "target"], ["y"]),
  ];
  const outputs = build(nodes, [int64("last", [1]), int64("two", [2]), int64("one", [1]), int64("rest", [-1])]);
  expect(outputs.get("y")).toMatchObject({ kind: "device", node: { shape: [1, 6, 1] } });
});

test("a branch whose condition is known is part of the graph, and the other is not", () => {
  const branch = (name: string, op: string) =>
    message(
      text(1, name),
      nested(6, graphOf({ nodes: [nodeOf(op, ["x"], [`${name}.y`])], outputs: [valueInfo(`${name}.y`, [2, 3])] })),
      int(20, 5),
    );
  const condition = tensorOf("c", [], 9, Uint8Array.of(1));
  const outputs = build([nodeOf("If", ["c"], ["y"], branch("then_branch", "Abs"), branch("else_branch", "NoSuchOperator"))], [condition]);
  expect(outputs.get("y")).toMatchObject({ kind: "device", node: { op: { name: "unary" } } });
});

test("a reshape whose open size would be a fraction is refused", () => {
  expect(() => build([nodeOf("Reshape", ["x", "shape"], ["y"])], [int64("shape", [-1, 4])])).toThrow(/\[2, 3\] cannot become \[1\.5, 4\]/);
});
