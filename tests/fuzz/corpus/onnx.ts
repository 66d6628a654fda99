/** ONNX files, read and built to a network. */
import { readFileSync } from "node:fs";
import { readOnnx } from "../../../src/loaders/onnx/model.ts";
import { onnxNetwork } from "../../../src/models/onnx/network.ts";
import type { Family } from "../family.ts";

const folder = new URL("../../fixtures/onnx/", import.meta.url);
const cases = [
  "test_averagepool_2d_dilations",
  "test_layer_normalization_3d_axis1_epsilon_expanded",
  "test_convtranspose_3d",
  "test_prelu_broadcast",
];

export const family: Family = {
  seeds: () => cases.map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(`${name}/model.onnx`, folder))) })),
  read(bytes, name) {
    const { inputs, build } = onnxNetwork(readOnnx(bytes, name), name);
    build(
      new Map(inputs.map((input) => [input.name, { shape: (input.shape ?? []).map((size) => (typeof size === "number" ? size : 1)) }])),
    );
  },
};
