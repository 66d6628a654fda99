/** Keras's layouts become PyTorch's, number by number, and what we cannot represent is refused by name. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { adoptLayers } from "../../src/loaders/keras/adopt.ts";
import { type KerasConfig, layersOf, type NamedValue, readConfig } from "../../src/loaders/keras/layers.ts";
import { type StoredTensor, toFloat32 } from "../../src/loaders/stored-tensor.ts";
import { sizeOf } from "../../src/tensor.ts";

const fail = (problem: string): InputError => new InputError("x.h5", problem);

/** A tensor that counts its elements. */
const counted = (shape: readonly number[]): StoredTensor => ({
  dtype: "F32",
  shape,
  bytes: new Uint8Array(Float32Array.from({ length: sizeOf(shape) }, (_, i) => i).buffer),
});

const value = (path: string, ...shape: readonly number[]): NamedValue => ({ path, tensor: counted(shape) });

/** VGG16's convolutions, two channels wide, then its dense layers over a map of 2 × 2. */
const vgg16 = (heads: readonly NamedValue[]): NamedValue[] => [
  ...[2, 2, 3, 3, 3].flatMap((convs, stage) =>
    Array.from({ length: convs }, (_, i) => [
      value(`block${stage + 1}_conv${i + 1}/kernel:0`, 3, 3, stage + i === 0 ? 3 : 2, 2),
      value(`block${stage + 1}_conv${i + 1}/bias:0`, 2),
    ]).flat(),
  ),
  ...heads,
];
const dense = (name: string, inputs: number, outputs: number): NamedValue[] => [
  value(`${name}/kernel:0`, inputs, outputs),
  value(`${name}/bias:0`, outputs),
];
const heads = [...dense("fc1", 8, 4), ...dense("fc2", 4, 4), ...dense("predictions", 4, 3)];

const adopt = (values: readonly NamedValue[], options: { arch?: string } = {}, config?: KerasConfig) =>
  adoptLayers(layersOf(values, config, fail), config, "Keras", "x.h5", options);

test("a kernel [h, w, in, out] becomes [out, in, h, w]", () => {
  const weight = adopt(vgg16(heads)).tensors.get("features.0.weight");
  expect(weight?.shape).toEqual([2, 3, 3, 3]);
  // Element [o, i, y, x] was [y, x, i, o], of sizes 3, 3, 3, 2.
  const values = weight && toFloat32(weight);
  const index = [1, 2, 0, 1];
  expect(values?.[((index[0] * 3 + index[1]) * 3 + index[2]) * 3 + index[3]]).toBe(
    ((index[2] * 3 + index[3]) * 3 + index[1]) * 2 + index[0],
  );
});

test("the dense layer after Flatten has its inputs reordered from [h, w, c] to [c, h, w], the others are transposed", () => {
  const { tensors } = adopt(vgg16(heads));
  const [first, second] = ["classifier.0.weight", "classifier.3.weight"].map((name) => tensors.get(name));
  // Keras's input 2p + c is channel c of pixel p; PyTorch's is 4c + p. Keras's kernel [input, output] counts 4·input + output.
  const expected = [0, 1, 2, 3].map((output) => [0, 1].map((c) => [0, 1, 2, 3].map((p) => 4 * (2 * p + c) + output)));
  expect(first?.shape).toEqual([4, 8]);
  expect(first && [...toFloat32(first)]).toEqual(expected.flat(2));
  expect(second && [...toFloat32(second)]).toEqual([0, 1, 2, 3].flatMap((output) => [0, 1, 2, 3].map((input) => 4 * input + output)));
});

test("a new head may have any name, and fewer layers", () => {
  const { tensors, metadata } = adopt(vgg16(dense("covid_or_not", 8, 2)));
  expect(metadata.arch).toBe("vgg16");
  expect(tensors.get("classifier.6.weight")?.shape).toEqual([2, 8]);
});

test("every name is accounted for", () => {
  const { names } = adopt(vgg16(heads));
  expect(names).toContainEqual({ from: "block5_conv3/bias:0", to: "features.28.bias" });
  expect(names.every(({ to }) => to !== undefined)).toBe(true);
});

test("a network that averages its maps flattens none, whatever the order of its layers", () => {
  const { tensors } = adopt([
    ...dense("predictions", 4, 2),
    ...["Conv1", "expanded_conv_depthwise", "block_16_project"].map((name) =>
      value(`${name}/kernel:0`, 1, 1, 2, name.includes("depth") ? 1 : 2),
    ),
    value("Conv_1/kernel:0", 1, 1, 2, 4),
  ]);
  const weight = tensors.get("classifier.1.weight");
  expect(weight && [...toFloat32(weight)]).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
});

describe("what cannot be represented is refused", () => {
  test("more dense layers than the network has", () => {
    expect(() => adopt(vgg16([...heads, ...dense("extra", 3, 3)]))).toThrow(
      "has 4 dense layers after vgg16 (fc1, fc2, predictions, extra), 3 can be read",
    );
  });
  test("another network than named", () => {
    expect(() => adopt(vgg16(heads), { arch: "vgg19" })).toThrow("holds Keras's vgg16, not vgg19");
  });
  test("layers of no network", () => {
    expect(() => adopt([value("conv2d/kernel:0", 3, 3, 1, 2)])).toThrow("has layers that tell no network of Keras's");
    expect(() => adopt([value("conv2d/kernel:0", 3, 3, 1, 2)], { arch: "resnet18" })).toThrow("has layers that tell no network");
  });
  test("a U-Net with a layer too many", () => {
    const many = Array.from({ length: 23 }, (_, i) => value(`conv2d_${i}/kernel:0`, 3, 3, 1, 1));
    expect(() => adopt(many, { arch: "lung_unet" })).toThrow("has more than 22 conv layers, lung_unet has not");
  });
  test("layers of a kind without a rule", () => {
    const config = readConfig(JSON.stringify({ config: { layers: [{ class_name: "Normalization", config: { name: "norm" } }] } }), fail);
    expect(() => adopt([value("norm/mean:0", 3)], {}, config)).toThrow(
      'has a layer "norm" of type Normalization, whose weights are not read',
    );
  });
  test("batch norms of different epsilons", () => {
    const layers = [1e-3, 1e-5].map((epsilon, i) => ({ class_name: "BatchNormalization", config: { name: `bn${i}`, epsilon } }));
    const config = readConfig(JSON.stringify({ config: { layers } }), fail);
    expect(() => adopt([value("bn0/gamma:0", 1)], { arch: "unet" }, config)).toThrow(
      "has batch norms of different epsilons (0.001, 0.00001)",
    );
  });
});

describe("the configuration", () => {
  const functional = (layers: readonly object[]): KerasConfig =>
    readConfig(JSON.stringify({ class_name: "Functional", config: { name: "m", layers } }), fail);

  test("is laid flat where models hold models", () => {
    const inner = { class_name: "Functional", config: { name: "inner", layers: [{ class_name: "Conv2D", config: { name: "a" } }] } };
    expect(functional([inner, { class_name: "Dense", config: { name: "b" } }]).layers.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("tells size, scale and the rule of the last layer", () => {
    const { metadata } = adopt(
      [value("conv2d/kernel:0", 3, 3, 1, 2)],
      { arch: "lung_unet" },
      functional([
        { class_name: "InputLayer", config: { name: "in", batch_shape: [null, 64, 48, 1] } },
        { class_name: "Rescaling", config: { name: "r", scale: 0.5, offset: -0.25 } },
        { class_name: "Conv2D", config: { name: "conv2d" } },
      ]),
    );
    expect(JSON.parse(metadata.input)).toEqual({ size: [64, 48], channels: 1, resize: "stretch", scale: 0.5, mean: [0.25], std: [1] });
  });

  test("nested without end is refused", () => {
    let layer: object = { class_name: "Dense", config: { name: "d" } };
    for (let i = 0; i < 1000; i++) layer = { class_name: "Sequential", config: { layers: [layer] } };
    expect(() => readConfig(JSON.stringify(layer), fail)).toThrow(InputError);
    expect(() => readConfig("{", fail)).toThrow("has a configuration that is not JSON");
  });
});

test("files of early Keras 3 count layers by their class", () => {
  const config = readConfig(
    JSON.stringify({
      config: { layers: ["first", "second"].map((name) => ({ class_name: "Conv2D", config: { name } })) },
    }),
    fail,
  );
  const layers = layersOf([value("conv2d_1/0", 1, 1, 1, 2), value("conv2d/0", 1, 1, 1, 1)], config, fail);
  expect(layers.map(({ name, weights }) => [name, ...weights.keys()])).toEqual([
    ["first", "kernel"],
    ["second", "kernel"],
  ]);
});
