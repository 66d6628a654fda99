/** Networks written as ONNX and read again give what they gave, for any batch, under the same names. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../src/graph/program.ts";
import { adaptiveAvgPool2d } from "../../../src/kernels/adaptive-avg-pool2d.ts";
import { input, type Node, parameter } from "../../../src/kernels/op.ts";
import { readOnnx } from "../../../src/loaders/onnx/model.ts";
import { onnxBytes } from "../../../src/models/onnx/export.ts";
import { onnxNetwork } from "../../../src/models/onnx/network.ts";
import { type NetworkOptions, networkNamed, networks } from "../../../src/models/registry.ts";
import { declaredWeights, initialisedWeights } from "../../../src/models/weights.ts";
import type { Tensor } from "../../../src/tensor.ts";
import { device } from "../../device.ts";
import { generated } from "../../generator.ts";

const networkOf = (bytes: Uint8Array) => onnxNetwork(readOnnx(bytes, "m.onnx"), "m.onnx");

async function run(y: Node, pictures: Tensor): Promise<Tensor> {
  using program = await compile(await device(), { y });
  return (await program.run({ pictures })).y;
}

/** Small pictures and narrow networks of different ops. */
test.for<[string, number, NetworkOptions]>([
  ["squeezenet1_1", 48, { classes: 5 }],
  ["mobilenet_v2", 32, { classes: 3, widthMultiplier: 0.25 }],
  ["unet", 32, { width: 4, bilinear: true }],
  ["unet", 32, { width: 4 }],
  ["liang_cnnrf", 16, {}],
])("%s of %d pixels with %o", async ([arch, size, options]) => {
  const { build, channels } = networkNamed(arch);
  const weights = initialisedWeights(1);
  const graphFor = (batch: number): Node => build(weights, input("pictures", [batch, channels, size, size]), options);
  const network = networkOf(onnxBytes({ logits: graphFor(1) }, { metadata: { arch } }));
  expect(network.model.metadata).toEqual({ arch });
  expect(network.inputs).toEqual([{ name: "pictures", type: "float32", shape: ["batch", channels, size, size] }]);
  const names = weights.values.map(({ attrs }) => attrs.name);
  expect(names.filter((name) => !network.model.graph.initializers.has(name))).toEqual([]);
  const value = network.build(new Map([["pictures", { shape: [2, channels, size, size] }]])).get("logits");
  if (value?.kind !== "device") throw new Error("the output is no node");
  const pictures = generated("pictures", [2, channels, size, size]);
  const [ours, back] = [await run(graphFor(2), pictures), await run(value.node, pictures)];
  expect(back.shape).toEqual(ours.shape);
  const largest = ours.data.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  const error = ours.data.reduce((most, number, i) => Math.max(most, Math.abs(number - back.data[i])), 0);
  // The same kernels in the same order; where a pool or a bias takes another way, a few roundings.
  expect(error).toBeLessThanOrEqual(1e-5 * largest);
});

describe("every network of the registry", () => {
  test.for(Object.keys(networks))("%s has a form in ONNX", (arch) => {
    const { build, channels, size } = networks[arch];
    const declared = declaredWeights();
    const output = build(declared, input("pictures", [1, channels, size, size]));
    // Values of one number, so that a network of 500 MB is not made for its structure.
    const bytes = onnxBytes({ output: withSmallValues(output) });
    expect(readOnnx(bytes, arch).graph.outputs).toMatchObject([{ name: "output" }]);
  });
});

/** The graph with its parameters' values left empty: the writer copies them and looks at nothing else. */
function withSmallValues(output: Node): Node {
  const made = new Map<Node, Node>();
  const copy = (node: Node): Node => {
    const known = made.get(node);
    if (known) return known;
    const isParameter = node.op.name === "parameter";
    const result = isParameter
      ? parameter(node.attrs.name, node.shape, { shape: [0], data: new Float32Array() })
      : { ...node, inputs: node.inputs.map(copy) };
    made.set(node, result);
    return result;
  };
  return copy(output);
}

test("an op without a form in ONNX is refused by name", () => {
  const x = input("x", [1, 4, 7, 7]);
  expect(() => onnxBytes({ y: adaptiveAvgPool2d(x, [3, 3]) })).toThrow("adaptiveAvgPool2d: of 7 × 7 to 3 × 3 has no form in ONNX");
});

test("parameters without values are refused by name", () => {
  expect(() => onnxBytes({ y: parameter("w", [2]) })).toThrow("w: has a shape but no values");
});
