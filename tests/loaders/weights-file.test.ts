/** Weights are told by their first bytes, whatever the file's name, and their readers are loaded one by one. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { writeSafetensors } from "../../src/loaders/safetensors.ts";
import { readWeights } from "../../src/loaders/weights-file.ts";
import { zipOf } from "./zip-bytes.ts";

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/weights/${name}`, import.meta.url));
const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(path(name)));
const text = (words: string): Uint8Array => new TextEncoder().encode(words);

describe("the format follows from the bytes", () => {
  test.each([
    ["state-dict.pth", "PyTorch", "fc.weight"],
    ["legacy.pth", "PyTorch", "fc.weight"],
    ["checkpoint.pth", "PyTorch", "fc.weight"],
    ["stored.npz", "NumPy", "conv1.weight"],
    ["deflated.npz", "NumPy", "conv1.weight"],
    ["mobilenet.keras", "Keras", "features.0.0.weight"],
    ["unet.h5", "Keras", "inc.double_conv.0.weight"],
    ["unet.weights.h5", "Keras", "inc.double_conv.0.weight"],
  ])("%s is of %s", async (name, format, value) => {
    const read = await readWeights(bytes(name), name.startsWith("unet") ? { arch: "unet" } : {});
    expect(read.format).toBe(format);
    expect(read.isModel).toBe(false);
    expect([...read.tensors.keys()]).toContain(value);
    const taken = read.names.flatMap(({ to }) => to ?? []);
    expect([...read.tensors.keys()].filter((key) => !taken.includes(key))).toEqual([]);
  });

  test("safetensors with a description are a model, others are not", async () => {
    const tensors = new Map([["module.fc.bias", { shape: [1], data: Float32Array.of(1) }]]);
    const plain = await readWeights(writeSafetensors(tensors, { dtype: "F32", metadata: { format: "pt" } }));
    expect([plain.format, plain.isModel, ...plain.tensors.keys()]).toEqual(["safetensors", false, "fc.bias"]);
    expect((await readWeights(writeSafetensors(tensors, { dtype: "F32", metadata: { arch: "resnet18" } }))).isModel).toBe(true);
  });
});

test.each<[string, Uint8Array, string]>([
  ["nothing", new Uint8Array(0), "bytes: is empty"],
  ["a page", text("<!DOCTYPE html><html>"), 'bytes: is no known file of weights, begins with the text "<!DOCTYPE html><"'],
  ["a pointer of Git's large storage", text("version https://git-lfs"), "bytes: is no known file of weights"],
  [
    "an archive of something else",
    zipOf([{ name: "word/document.xml", data: text("x") }]),
    "is a zip archive of neither PyTorch, Keras nor NumPy, it holds word/document.xml",
  ],
  ["JSON of something else", text('{"name": "roentgen"}'), "is no model.json of TensorFlow.js: it has no weightsManifest"],
  ["JSON that is cut off", text('{"weightsManifest": ['), "is no model.json of TensorFlow.js: it is not JSON"],
])("%s is refused", async (_, file, problem) => {
  await expect(readWeights(file)).rejects.toThrow(problem);
  await expect(readWeights(file)).rejects.toBeInstanceOf(InputError);
});

test("two names that become one are refused", async () => {
  const one = { shape: [1], data: Float32Array.of(1) };
  const names = ["features.denseblock1.denselayer1.norm.1.weight", "features.denseblock1.denselayer1.norm1.weight"];
  const file = writeSafetensors(new Map(names.map((name) => [name, one])), { dtype: "F32" });
  await expect(readWeights(file)).rejects.toThrow("has two values that are called features.denseblock1.denselayer1.norm1.weight");
});

test("timm's VGG keeps linear layers as convolutions: they are unfolded", async () => {
  const shapes: readonly (readonly [string, readonly number[]])[] = [
    ["features.0.weight", [2, 3, 3, 3]],
    ["pre_logits.fc1.weight", [4, 2, 7, 7]],
    ["pre_logits.fc2.weight", [4, 4, 1, 1]],
  ];
  const tensors = new Map(shapes.map(([name, shape]) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]));
  const read = await readWeights(writeSafetensors(tensors, { dtype: "F32" }));
  expect(read.tensors.get("classifier.0.weight")?.shape).toEqual([4, 98]);
  expect(read.tensors.get("classifier.3.weight")?.shape).toEqual([4, 4]);
});

test("no reader is loaded before its format turns up", () => {
  const source = readFileSync(new URL("../../src/loaders/weights-file.ts", import.meta.url), "utf8");
  const imports = [...source.matchAll(/^import (?!type ).* from "(.*)";$/gm)].map(([, specifier]) => specifier);
  expect(imports.sort()).toEqual(["../bytes.ts", "./image.ts", "./names.ts"]);
});
