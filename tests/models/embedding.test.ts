/** Embeddings are the values of the layer asked for, averaged over a map's pixels, from any model; and a model is known by its values. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { nodeNamed, topologicalOrder } from "../../src/graph/order.ts";
import { compile } from "../../src/graph/program.ts";
import { toTensor } from "../../src/imaging/normalise.ts";
import { input } from "../../src/kernels/op.ts";
import type { Image } from "../../src/loaders/image.ts";
import { loadModel, type Model } from "../../src/models/model.ts";
import { onnxBytes } from "../../src/models/onnx/export.ts";
import { prepare } from "../../src/models/preprocess.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { weightsFrom } from "../../src/models/weights.ts";
import type { Tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";
import { changed, fileOf, type TinyModel, tinyClassifier, tinyRegression, tinySegmenter } from "../tiny-model.ts";

const load = async (model: TinyModel): Promise<Model> => loadModel(fileOf(model), { device: await device() });

function film(seed: number, width = 64, height = 80): Image {
  return { width, height, channels: 1, bitDepth: 8, data: Uint8Array.from({ length: width * height }, (_, i) => (seed * i * i) % 251) };
}

/** What the network's stage `name` holds for one film, by a graph without embeddings. */
async function stageOf({ tensors }: TinyModel, model: Model, name: string, picture: Image): Promise<Tensor> {
  const { arch, input: wanted, options } = model.description;
  const output = networkNamed(arch).build(weightsFrom(tensors), input("x", [1, wanted.channels, wanted.height, wanted.width]), options);
  using program = await compile(await device(), { stage: nodeNamed([output], name) });
  return (await program.run({ x: toTensor([(await prepare(picture, wanted)).image], wanted) })).stage;
}

/** The mean of each channel of a map of one picture. */
function averageOf({ shape: [, channels, height, width], data }: Tensor): number[] {
  const area = height * width;
  return Array.from({ length: channels }, (_, c) => data.subarray(c * area, (c + 1) * area).reduce((sum, value) => sum + value, 0) / area);
}

/** Each within 10⁻⁵ of the largest: float32 sums of some thousand products, in another order where fused. */
function expectAlike(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  const largest = Math.max(...Array.from(expected, Math.abs));
  expect(found.length).toBe(expected.length);
  expect(Math.max(...Array.from(found, (value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-5 * largest);
}

describe("a classifier", () => {
  const tiny = tinyClassifier();

  test("gives the averaged features before its classifier, and any other layer", async () => {
    using model = await load(tiny);
    expect(model.embeddingOf()).toEqual({ layer: "features", dimensions: 512 });
    expect(model.embeddingOf("features.4.squeeze")).toEqual({ layer: "features.4.squeeze", dimensions: 16 });
    expectAlike(await model.embed(film(3)), averageOf(await stageOf(tiny, model, "features", film(3))));
    expectAlike(await model.embed(film(3), { layer: "features.5" }), averageOf(await stageOf(tiny, model, "features.5", film(3))));
    expectAlike(await model.embed(film(3), { layer: "classifier" }), (await stageOf(tiny, model, "classifier", film(3))).data);
  });

  test("gives one vector for one picture, a list for several, none for none", async () => {
    using model = await load(tiny);
    const [first, second, ...more] = await model.embed([film(3), film(4)]);
    expect(more).toEqual([]);
    expectAlike(first, await model.embed(film(3)));
    expectAlike(second, await model.embed(film(4)));
    expect(await model.embed([])).toEqual([]);
  });

  test("streams over many, and what cannot be read stops nothing", async () => {
    using model = await load(tiny);
    const outcomes = [];
    for await (const outcome of model.embedAll([film(3), new Uint8Array(7), film(4), film(5)], { batch: 2 })) outcomes.push(outcome);
    expect(outcomes.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(outcomes.map((outcome) => "error" in outcome)).toEqual([false, true, false, false]);
    for (const [place, seed] of [
      [0, 3],
      [2, 4],
      [3, 5],
    ]) {
      const outcome = outcomes[place];
      if ("error" in outcome) throw outcome.error;
      expectAlike(outcome.result.vector, await model.embed(film(seed)));
      expect(outcome.result.milliseconds.run).toBeGreaterThan(0);
    }
  });

  test("is not disturbed by scores asked for between", async () => {
    using model = await load(tiny);
    const [scores, vector] = [await model.predict(film(3)), await model.embed(film(3))];
    expect(await model.predict(film(3))).toEqual(scores);
    expect(await model.embed(film(3))).toEqual(vector);
  });

  test("tells the layers that there are for one that there is not", async () => {
    using model = await load(tiny);
    const attempt = model.embed(film(3), { layer: "feature" });
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(
      /^squeezenet1_1: has no layer feature, did you mean features\? \(there are .*features, .*classifier/,
    );
    const streamed = model.embedAll([film(3)], { layer: "feature" });
    await expect(streamed.next()).rejects.toThrow(InputError);
  });
});

test("a segmentation network gives its deepest map's average", async () => {
  const tiny = tinySegmenter();
  using model = await load(tiny);
  expect(model.embeddingOf()).toEqual({ layer: "down4", dimensions: 32 });
  expectAlike(await model.embed(film(3)), averageOf(await stageOf(tiny, model, "down4", film(3))));
});

test("a regression network gives what its first layer reads", async () => {
  const tiny = tinyRegression();
  using model = await load(tiny);
  expect(model.embeddingOf()).toEqual({ layer: "avgpool", dimensions: 512 });
  expectAlike(await model.embed(film(3)), (await stageOf(tiny, model, "avgpool", film(3))).data);
});

test("an ONNX file gives what its last layer with a weight reads", async () => {
  const tiny = tinyClassifier();
  using model = await load(tiny);
  const { description } = model;
  const { channels, height, width } = description.input;
  const pictures = input("pictures", [1, channels, height, width]);
  const logits = networkNamed(description.arch).build(weightsFrom(tiny.tensors), pictures, description.options);
  const file = onnxBytes({ logits }, { metadata: tiny.metadata });
  using fromOnnx = await loadModel(file, { device: await device() });
  expect(fromOnnx.embeddingOf()).toEqual({ layer: "classifier input", dimensions: 512 });
  expectAlike(await fromOnnx.embed(film(3)), await model.embed(film(3)));
  // Its layers go by what the file calls its values (here v and a number), and by their weights.
  const value = `v${topologicalOrder([logits]).findIndex(({ name }) => name === "features.5")}`;
  for (const [layer, own] of [
    [value, "features.5"],
    ["features.4.squeeze", "features.4.squeeze"],
  ])
    expectAlike(await fromOnnx.embed(film(3), { layer }), await model.embed(film(3), { layer: own }));
});

describe("a model's hash", () => {
  const tiny = tinyClassifier();

  test("is of its values and preprocessing, not of its file or its classes' names", async () => {
    using model = await load(tiny);
    const hash = await model.hash();
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    using labelled = await load({ ...tiny, metadata: { ...tiny.metadata, classes: '["a", "b", "c"]', note: "mine" } });
    expect(await labelled.hash()).toBe(hash);
    using half = await loadModel(fileOf(tiny, "F16"), { device: await device() });
    expect(await half.hash()).not.toBe(hash);
  });

  test.each<[string, TinyModel]>([
    ["a value", changed(tiny, "features.0.bias", (value, i) => (i === 5 ? value + 1e-6 : value))],
    ["the preprocessing", { ...tiny, metadata: { ...tiny.metadata, input: JSON.stringify({ size: 48, channels: 3, scale: "1/127.5" }) } }],
  ])("changes with %s", async (_, other) => {
    using model = await load(tiny);
    using changedModel = await load(other);
    expect(await changedModel.hash()).not.toBe(await model.hash());
  });
});
