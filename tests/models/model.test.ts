/** A model file and pictures in, scores and maps out, the same however they come; what does not fit or fails is an error, never a score. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { type Device, requestDevice } from "../../src/gpu/device.ts";
import { DeviceError } from "../../src/gpu/device-error.ts";
import type { Image } from "../../src/loaders/image.ts";
import { WeightsError } from "../../src/loaders/names.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { readSafetensors } from "../../src/loaders/safetensors.ts";
import { toFloat32 } from "../../src/loaders/stored-tensor.ts";
import { type LoadOptions, loadModel, type Model } from "../../src/models/model.ts";
import type { Picture } from "../../src/models/picture.ts";
import type { Prediction } from "../../src/models/result.ts";
import type { Tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";
import { changed, fileOf, type TinyModel, tinyClassifier, tinyRegression, tinySegmenter } from "../tiny-model.ts";

const CLASSES = ["normal", "pneumonia", "covid"];

/** A grey film with a pattern of its own for each seed. */
function film(seed: number, width = 80, height = 64): Image {
  const value = (i: number) => (seed * i + 3 * (i % width) + Math.floor(i / width)) % 256;
  return { width, height, channels: 1, bitDepth: 8, data: Uint8Array.from({ length: width * height }, (_, i) => value(i)) };
}

/** A model on the device that the tests share. */
const load = async (model: TinyModel, options: LoadOptions = {}): Promise<Model> =>
  loadModel(fileOf(model), { device: await device(), ...options });

const scoresOf = (predictions: readonly Prediction[]): Record<string, number> =>
  Object.fromEntries(predictions.map(({ label, score }) => [label, score]));

function expectClose(actual: readonly Prediction[], expected: readonly Prediction[], tolerance: number): void {
  const wanted = scoresOf(expected);
  expect(Object.keys(scoresOf(actual)).sort()).toEqual(Object.keys(wanted).sort());
  for (const { label, score } of actual) expect(Math.abs(score - wanted[label]), label).toBeLessThanOrEqual(tolerance);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function errorOf(attempt: Promise<unknown>): Promise<unknown> {
  try {
    await attempt;
  } catch (error) {
    return error;
  }
  return expect.fail("there was no error");
}

describe("a classifier", () => {
  let folder: string;
  let model: Model;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "roentgen-model-"));
    model = await load(tinyClassifier());
  });
  afterAll(async () => {
    model.destroy();
    await rm(folder, { recursive: true });
  });

  test("gives a probability for each class, highest first", async () => {
    const predictions = await model.predict(film(1));
    expect(Object.keys(scoresOf(predictions)).sort()).toEqual([...CLASSES].sort());
    const scores = predictions.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores.reduce((sum, score) => sum + score)).toBeCloseTo(1, 6);
  });

  test("tells positive from negative by the thresholds of its file, ends included, and nothing without one", async () => {
    expect(await model.predict(film(1))).not.toContainEqual(expect.objectContaining({ positive: expect.anything() }));
    const thresholds = { normal: 0, covid: 1 };
    const { metadata, tensors } = tinyClassifier(["normal", "pneumonia", "covid", "toString"]);
    using decided = await load({ metadata: { ...metadata, thresholds: JSON.stringify(thresholds) }, tensors });
    const positive = (await decided.predict(film(1))).map((prediction) => [prediction.label, prediction.positive]);
    expect(Object.fromEntries(positive)).toEqual({ normal: true, covid: false, pneumonia: undefined, toString: undefined });
  });

  test("gives the same scores for a path, a file URL, a Blob, bytes, a buffer and decoded pixels", async () => {
    const png = encodePng(film(2));
    const path = join(folder, "film ü.png");
    await writeFile(path, png);
    const inWhole = new Uint8Array(png.length + 5);
    inWhole.set(png, 5);
    const sources: Picture[] = [path, pathToFileURL(path), new Blob([png]), png, png.buffer, inWhole.subarray(5), film(2)];
    const expected = await model.predict(film(2));
    for (const source of sources) expect(await model.predict(source)).toEqual(expected);
  });

  test("gives a batch of three what it gives one at a time, in the order of the pictures", async () => {
    const films = [film(3), film(5), film(7)];
    const batch = await model.predict(films);
    expect(batch).toHaveLength(3);
    const singles: (readonly Prediction[])[] = [];
    for (const picture of films) singles.push(await model.predict(picture));
    for (const [i, predictions] of batch.entries()) expectClose(predictions, singles[i], 1e-6);
    expect(scoresOf(batch[0])).not.toEqual(scoresOf(batch[1]));
    expect(await model.predict([])).toEqual([]);
    expect(await model.predict([films[1]])).toEqual([singles[1]]);
  });

  test("gives a 16-bit film what it gives the same film in 8 bits", async () => {
    const wide = film(2, 48, 48);
    const deep: Image = { ...wide, bitDepth: 16, data: Uint16Array.from(wide.data, (value) => 257 * value) };
    expectClose(await model.predict(deep), await model.predict(wide), 1e-6);
  });

  test("goes on past a picture that cannot be read, and keeps the order", async () => {
    const pictures: Picture[] = [film(3), new Blob(["not a picture"]), film(5), film(7), join(folder, "missing.png"), film(9)];
    const outcomes = await collect(model.predictAll(pictures, { batch: 2 }));
    expect(outcomes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    const problems = outcomes.map((outcome) => ("error" in outcome ? outcome.error.message : undefined));
    expect(problems).toEqual([
      undefined,
      'bytes: is no known picture, begins with the text "not a picture"; only PNG, JPEG, DICOM, TIFF, WebP, BMP can be read',
      undefined,
      undefined,
      `${join(folder, "missing.png")}: no such file`,
      undefined,
    ]);
    for (const i of [0, 2, 3, 5]) {
      const outcome = outcomes[i];
      if ("error" in outcome) throw outcome.error;
      expectClose(outcome.result.predictions, await model.predict(pictures[i]), 1e-6);
      const { decode, preprocess, run } = outcome.result.milliseconds;
      expect([decode >= 0, preprocess > 0, run > 0]).toEqual([true, true, true]);
    }
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses batches of %d", async (batch) => {
    await expect(collect(model.predictAll([film(1)], { batch }))).rejects.toThrow(
      new RangeError(`predictAll: batch must be a positive integer, got ${batch}`),
    );
  });

  test("answers calls that overlap, of more sizes than it keeps programs for", async () => {
    const sizes = [1, 2, 3, 4, 5, 2, 1];
    const answers = await Promise.all(sizes.map((size) => model.predict(Array.from({ length: size }, (_, i) => film(i + 1)))));
    expect(answers.map(({ length }) => length)).toEqual(sizes);
    for (const answer of answers) for (const [i, predictions] of answer.entries()) expectClose(predictions, answers[4][i], 1e-6);
  });

  test.each<[string, Picture, string]>([
    [
      "a picture too small to be a film",
      film(1, 31, 40),
      "picture: is too small for a film, at least 32 pixels a side are needed, got 31 × 40",
    ],
    ["one too elongated", film(1, 200, 40), "picture: is too elongated for a film, one side may be 4 times the other, got 200 × 40"],
    ["pixels that are fewer than their size says", { ...film(1), height: 70 }, "picture: has 5120 values, 80 × 70 × 1 takes 5600"],
    ["an empty file", new Uint8Array(), "bytes: is empty"],
    ["a folder", tmpdir(), `${tmpdir()}: is a folder, not a file`],
  ])("refuses %s", async (_, picture, message) => {
    const error = await errorOf(model.predict(picture));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toHaveProperty("message", message);
  });

  test("does not segment", async () => {
    await expect(model.segment(film(1))).rejects.toThrow(new InputError("squeezenet1_1", "is a classification model, it does not segment"));
  });
});

describe("a segmentation network", () => {
  /** Maps of one value: the logit is the last layer's bias. */
  const constant = (classes: readonly string[], logits: readonly number[]): TinyModel =>
    changed(
      changed(tinySegmenter(classes), "outc.conv.weight", () => 0),
      "outc.conv.bias",
      (_, index) => logits[index],
    );

  test("gives each class's probability at each pixel of the original, 65535 for 1", async () => {
    using model = await load(constant(["left lung", "right lung"], [2, -1]));
    const { width, height, maps, milliseconds } = await model.segment(film(1, 90, 61));
    expect([width, height]).toEqual([90, 61]);
    expect(maps.map(({ label }) => label)).toEqual(["left lung", "right lung"]);
    for (const [i, logit] of [2, -1].entries()) {
      const expected = 65535 / (1 + Math.exp(-logit));
      const { map } = maps[i];
      expect(map).toMatchObject({ width: 90, height: 61, channels: 1, bitDepth: 16 });
      expect(map.data).toHaveLength(90 * 61);
      expect(map.data.every((value) => Math.abs(value - expected) < 1)).toBe(true);
    }
    expect(milliseconds.run).toBeGreaterThan(0);
  });

  test("gives the map at its own size where the picture has it, from a file as from pixels", async () => {
    using model = await load(tinySegmenter());
    const picture = film(3, 32, 32);
    const [{ map }] = (await model.segment(picture)).maps;
    expect(new Set(map.data).size).toBeGreaterThan(10);
    expect((await model.segment(encodePng(picture))).maps[0].map).toEqual(map);
    const letterboxed = tinySegmenter();
    const metadata = { ...letterboxed.metadata, input: JSON.stringify({ size: 32, channels: 1, scale: "1/255", resize: "letterbox" }) };
    using other = await load({ ...letterboxed, metadata });
    expect((await other.segment(picture)).maps[0].map).toEqual(map);
  });

  test("does not classify", async () => {
    using model = await load(tinySegmenter());
    const refusal = new InputError("unet", "is a segmentation model, use segment");
    await expect(model.predict(film(1))).rejects.toThrow(refusal);
    await expect(model.predict([])).rejects.toThrow(refusal);
    await expect(collect(model.predictAll([film(1)]))).rejects.toThrow(refusal);
  });
});

describe("weights that are not the network's", () => {
  const model = tinyClassifier();

  /** The error of loading, which no device is needed for. */
  const refusalOf = (tensors: ReadonlyMap<string, Tensor>, metadata: TinyModel["metadata"] = model.metadata): Promise<unknown> =>
    errorOf(loadModel(new File([fileOf({ metadata, tensors: new Map(tensors) })], "cxr.safetensors")));

  test("are one error with every missing, unexpected and mis-shaped name", async () => {
    const tensors = new Map(model.tensors);
    tensors.delete("features.0.weight");
    tensors.delete("features.3.squeeze.bias");
    tensors.set("features.0.bias", { shape: [32], data: new Float32Array(32) });
    tensors.set("head.weight", { shape: [1], data: new Float32Array(1) });
    const error = await refusalOf(tensors);
    expect(error).toBeInstanceOf(WeightsError);
    expect(error).toMatchObject({
      missing: ["features.0.weight", "features.3.squeeze.bias"],
      unexpected: ["head.weight"],
      misshaped: [{ name: "features.0.bias", expected: [64], got: [32] }],
    });
    expect(error).toHaveProperty(
      "message",
      "cxr.safetensors: the values do not fit the network, 2 missing (features.0.weight, features.3.squeeze.bias); " +
        "1 unexpected (head.weight); 1 mis-shaped (features.0.bias expects [64], got [32])",
    );
  });

  test("of another number of classes are mis-shaped", async () => {
    const error = await refusalOf(model.tensors, { ...model.metadata, classes: '["normal", "covid"]' });
    expect(error).toMatchObject({
      name: "WeightsError",
      misshaped: [
        { name: "classifier.1.weight", expected: [2, 512, 1, 1], got: [3, 512, 1, 1] },
        { name: "classifier.1.bias", expected: [2], got: [3] },
      ],
    });
  });

  test("that hold NaN or infinity are refused by name", async () => {
    for (const [value, text] of [
      [Number.NaN, "NaN"],
      [Number.NEGATIVE_INFINITY, "-Infinity"],
    ] as const) {
      const { tensors } = changed(model, "features.3.expand1x1.bias", (old, index) => (index === 7 ? value : old));
      const error = await refusalOf(tensors);
      expect(error).toBeInstanceOf(InputError);
      expect(error).toHaveProperty("message", `features.3.expand1x1.bias: every value must be finite, got ${text} at [7]`);
    }
  });

  test("of a network with other names are told by the description, where that contradicts itself, before anything else", async () => {
    const error = await refusalOf(new Map(), { ...model.metadata, task: "segmentation" });
    expect(error).toHaveProperty(
      "message",
      "cxr.safetensors: metadata calls its task segmentation, but squeezenet1_1 is for classification",
    );
  });

  test("of a network that gives one map cannot be said to have two classes", async () => {
    const metadata = { arch: "lung_unet", classes: '["left", "right"]', input: '{"size": 32, "channels": 1}' };
    const error = await refusalOf(new Map(), metadata);
    expect(error).toHaveProperty("message", "cxr.safetensors: names 2 classes, but lung_unet has 1 output");
  });

  test("that are wrapped, as DataParallel saves them, and with step counters, are the network's", async () => {
    const tensors = new Map([...model.tensors].map(([name, value]) => [`module.${name}`, value]));
    tensors.set("module.features.0.num_batches_tracked", { shape: [], data: new Float32Array(1) });
    using wrapped = await load({ ...model, tensors });
    using plain = await load(model);
    expect(await wrapped.predict(film(1))).toEqual(await plain.predict(film(1)));
  });
});

describe("a file that does not say what it is", () => {
  const { tensors } = tinyClassifier();
  const bare = new File([fileOf({ metadata: {}, tensors })], "weights.safetensors");

  test("needs to be told its network", async () => {
    const error = await errorOf(loadModel(bare));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toHaveProperty(
      "message",
      "weights.safetensors: has no metadata that names its network; say which it is (arch) and what its classes are (labels)",
    );
    await expect(loadModel(bare, { arch: "squeezenet" })).rejects.toThrow("squeezenet: no such network, did you mean squeezenet1_0?");
  });

  test("is prepared for as its network is published, and counts its classes itself", async () => {
    using model = await loadModel(bare, { arch: "squeezenet1_1", device: await device() });
    expect(model.description).toMatchObject({
      classes: ["class 0", "class 1", "class 2"],
      input: { height: 224, width: 224, shorterSide: 256, mean: [0.485, 0.456, 0.406] },
      metadata: {},
    });
  });

  test("takes its classes from the labels", async () => {
    using model = await loadModel(bare, { arch: "squeezenet1_1", labels: CLASSES, device: await device() });
    expect(Object.keys(scoresOf(await model.predict(film(1)))).sort()).toEqual([...CLASSES].sort());
  });

  test("refuses labels that are too few or too many", async () => {
    await expect(loadModel(bare, { arch: "squeezenet1_1", labels: ["normal", "covid"] })).rejects.toThrow(
      new InputError("weights.safetensors", "has 3 classes, got 2 labels"),
    );
  });

  test.each([
    ["unet", "outc.conv.weight", [2, 64, 1, 1]],
    ["unet_resnet18", "segmentation_head.0.weight", [2, 16, 3, 3]],
    ["mobilenet_v2", "classifier.1.weight", [2, 1280]],
    ["lung_unet", "out.weight", [2, 64, 3, 3]],
  ])("has as many classes as the last layer of %s has outputs", async (arch, name, shape) => {
    const last = new Map<string, Tensor>([[name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b)) }]]);
    const file = new File([fileOf({ metadata: { format: "pt" }, tensors: last })], "last.safetensors");
    await expect(loadModel(file, { arch, labels: ["a", "b", "c"] })).rejects.toThrow("last.safetensors: has 2 classes, got 3 labels");
  });

  test("keeps what it does say, but the caller's labels come first", async () => {
    const input = { size: 48, channels: 3, scale: "1/255" };
    const metadata = { input: JSON.stringify(input), classes: '["a", "b", "c"]', note: "mine" };
    const partly = fileOf({ metadata, tensors });
    const options = { arch: "squeezenet1_1", device: await device() };
    using model = await loadModel(partly, options);
    expect(model.description).toMatchObject({ classes: ["a", "b", "c"], input: { height: 48, mean: [0, 0, 0] }, metadata });
    using labelled = await loadModel(partly, { ...options, labels: CLASSES });
    expect(labelled.description).toMatchObject({ classes: CLASSES, input: { height: 48 } });
  });
});

describe("a file that says what it is", () => {
  const model = tinyClassifier();

  test("is not taken for another network", async () => {
    await expect(load(model, { arch: "squeezenet1_0" })).rejects.toThrow(
      "bytes: says that its network is squeezenet1_1, not squeezenet1_0",
    );
  });

  test("can be given other labels, as many", async () => {
    using labelled = await load(model, { labels: ["gesund", "Pneumonie", "Covid"] });
    using plain = await load(model);
    const [expected, actual] = [scoresOf(await plain.predict(film(1))), scoresOf(await labelled.predict(film(1)))];
    expect(actual).toEqual({ gesund: expected.normal, Pneumonie: expected.pneumonia, Covid: expected.covid });
    await expect(load(model, { labels: ["normal", "covid"] })).rejects.toThrow(WeightsError);
  });

  test("of half precision gives exactly what its values give in full", async () => {
    const half = fileOf(model, "F16");
    const values = new Map<string, Tensor>();
    for (const [name, stored] of readSafetensors(half, "half").tensors) values.set(name, { shape: stored.shape, data: toFloat32(stored) });
    using fromHalf = await loadModel(half, { device: await device() });
    using fromFull = await load({ ...model, tensors: values });
    const scores = await fromHalf.predict(film(1));
    expect(scores).toEqual(await fromFull.predict(film(1)));
    // Each weight is off by at most 2⁻¹¹ of itself. Errors of 26 layers add up like a random walk: 2⁻¹¹ · √26 of a logit of about 10,
    // of which a probability takes a quarter.
    using unrounded = await load(model);
    expectClose(scores, await unrounded.predict(film(1)), 0.25 * 10 * 2 ** -11 * Math.sqrt(26));
  });
});

describe("a failed GPU", () => {
  /** The error of scoring a film with a model spoilt in such a way that no check of the file sees it. */
  async function failureOf(spoilt: TinyModel): Promise<unknown> {
    using model = await load(spoilt);
    const error = await errorOf(model.predict([film(1, 32, 32), film(2, 32, 32)]));
    expect(error).toBeInstanceOf(DeviceError);
    return error;
  }

  test("that gives NaN gives no score", async () => {
    // Sums beyond float32 are infinite, and softmax of infinities is NaN.
    const spoilt = changed(tinyClassifier(), "classifier.1.bias", () => 3e38);
    const overflowing = changed(spoilt, "classifier.1.weight", () => 3e38);
    expect(await failureOf(overflowing)).toHaveProperty("message", "device: squeezenet1_1 gave an output that is not a number");
  });

  test("whose NaN begins in the first layer gives no map: no activation or pooling makes a number of it", async () => {
    let spoilt = tinySegmenter();
    // Infinite sums of both signs meet in the second convolution.
    for (const name of ["inc.double_conv.0.weight", "inc.double_conv.3.weight"])
      spoilt = changed(spoilt, name, (_, i) => (i % 2 === 0 ? 3e38 : -3e38));
    using model = await load(spoilt);
    const error = await errorOf(model.segment(film(1)));
    expect(error).toEqual(new DeviceError("unet gave an output that is not a number", { reason: "wrong-numbers" }));
  });

  test("that gives nothing but zeros gives no score", async () => {
    let spoilt = tinyRegression();
    for (const name of ["fc5.weight", "fc5.bias", "shortcut.weight"]) spoilt = changed(spoilt, name, () => 0);
    expect(await failureOf(spoilt)).toHaveProperty("message", "device: liang_cnnrf gave nothing but zeros");
  });
});

describe("a batch that the GPU has no room for", () => {
  /** Lets no values of more than `most` bytes be held from now on, as a GPU that is nearly full does; tells the largest so far. */
  function fill({ gpu }: Device, most: number): () => number {
    let largest = 0;
    const create = gpu.createBuffer.bind(gpu);
    gpu.createBuffer = (descriptor) => {
      if (!descriptor.mappedAtCreation) {
        if (descriptor.size > most) throw new RangeError("there is no room");
        largest = Math.max(largest, descriptor.size);
      }
      return create(descriptor);
    };
    return () => {
      gpu.createBuffer = create;
      return largest;
    };
  }
  const films = [1, 2, 3, 4, 5].map((seed) => film(seed));

  test("is run in parts that fit, and gives the same scores", async () => {
    const opened = await requestDevice();
    using model = await load(tinyClassifier(), { device: opened });
    const empty = fill(opened, Number.POSITIVE_INFINITY);
    const expected = [
      ...(await model.predict(films.slice(0, 2))),
      ...(await model.predict(films.slice(2, 4))),
      await model.predict(films[4]),
    ];
    const restore = fill(opened, empty());
    using full = await load(tinyClassifier(), { device: opened });
    const found = await full.predict(films);
    expect(found).toHaveLength(5);
    // Sums may be split otherwise for another size of batch.
    found.forEach((predictions, i) => {
      expectClose(predictions, expected[i], 1e-5);
    });
    restore();
    opened.destroy();
  });

  test("is an error that says so where one picture is too many", async () => {
    const opened = await requestDevice();
    using model = await load(tinyClassifier(), { device: opened });
    fill(opened, 16);
    const message = "device: cannot hold the program, there is no room";
    await expect(model.predict(films)).rejects.toMatchObject({ name: "DeviceError", reason: "out-of-memory", message });
    opened.destroy();
  });
});

describe("a destroyed model", () => {
  test("gives its own device back", async () => {
    const model = await loadModel(fileOf(tinySegmenter()));
    model.destroy();
    model.destroy();
    expect(await model.device.gpu.lost).toHaveProperty("reason", "destroyed");
    await expect(model.segment(film(1))).rejects.toThrow(new DeviceError("the model was destroyed", { reason: "destroyed" }));
  });

  test("leaves a device that it shares to others", async () => {
    const spent = await load(tinySegmenter());
    {
      using model = spent;
      await model.segment(film(1));
    }
    await expect(spent.segment(film(1))).rejects.toThrow(new DeviceError("the model was destroyed", { reason: "destroyed" }));
    using model = await load(tinySegmenter());
    expect((await model.segment(film(1))).maps).toHaveLength(1);
  });

  test("fails the calls that wait, with a DeviceError", async () => {
    const model = await load(tinySegmenter());
    const waiting = [1, 2, 3].map((seed) => errorOf(model.segment(film(seed))));
    model.destroy();
    for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(DeviceError);
  });
});
