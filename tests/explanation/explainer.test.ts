/** Explanations of a model: what every method gives, at which size, and one error for what cannot be explained. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { type Explainable, type ExplainOptions, explainer } from "../../src/explanation/explainer.ts";
import { magnitude, rescaled, shareOf, toLevels } from "../../src/explanation/heat-map.ts";
import { type MethodName, methodNames, methods } from "../../src/explanation/methods.ts";
import { loadModel } from "../../src/explanation/model.ts";
import { noisyCopies } from "../../src/explanation/smooth-gradient.ts";
import { DeviceError } from "../../src/gpu/device-error.ts";
import { relu } from "../../src/kernels/activation.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { linear } from "../../src/kernels/linear.ts";
import { maxPool2d } from "../../src/kernels/max-pool2d.ts";
import { type Node, named, parameter } from "../../src/kernels/op.ts";
import { reduce } from "../../src/kernels/reduce.ts";
import { flatten } from "../../src/kernels/reshape.ts";
import type { Image } from "../../src/loaders/image.ts";
import { tensor } from "../../src/tensor.ts";
import { weight } from "../compute.ts";
import { device } from "../device.ts";
import { changed, fileOf, tinyClassifier, tinyRegression, tinySegmenter } from "../tiny-model.ts";
import { type ExplainableOptions, explainable, noisePicture } from "./explainable.ts";

const classes = ["normal", "pneumonia", "covid"];

/** Two convolutions and an average. */
const small = (x: Node): Node => {
  const first = named(relu(conv2d(x, weight("conv1.weight", [6, x.shape[1], 3, 3]), weight("conv1.bias", [6]), { padding: 1 })), "stem");
  const pooled = maxPool2d(first, { kernel: 4, stride: 4 });
  const second = named(relu(conv2d(pooled, weight("conv2.weight", [10, 6, 3, 3]), weight("conv2.bias", [10]), { padding: 1 })), "last");
  return linear(named(globalAvgPool(second), "pooled"), weight("fc.weight", [3, 10]), weight("fc.bias", [3]));
};
const network = (options: Partial<ExplainableOptions> = {}): Promise<Explainable> =>
  explainable(small, { classes, size: [40, 32], ...options });
const picture = noisePicture(64, 80, 11);

describe.each(methodNames)("%s", (method) => {
  const takesLayer = methods[method].takes.some((option) => option === "layer");
  const quick: Partial<Record<MethodName, ExplainOptions>> = { "smooth-gradient": { samples: 5 }, occlusion: { window: 8, stride: 8 } };
  const given: ExplainOptions = { method, ...(takesLayer && { layer: "last" }), ...quick[method] };

  test("gives a map of the highest class at the picture's own size, the same bits twice", async () => {
    using explains = explainer(await network());
    const found = await explains.explain(picture, given);
    const scores = await explains.explainAll(picture, classes, given);
    const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
    expect([found.label, found.score]).toEqual([best.label, best.score]);
    expect(found.map).toEqual(best.map);
    expect(scores.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5);
    expect([found.map.width, found.map.height]).toEqual([32, 40]);
    const cells = method === "cam" || (takesLayer && method !== "guided-grad-cam") ? [8, 10] : [32, 40];
    expect([found.cells.width, found.cells.height]).toEqual(cells);
    expect(found.layer).toBe(takesLayer ? "last" : undefined);
    expect(found.levels.image).toMatchObject({ width: 64, height: 80, channels: 1, bitDepth: 16 });
    expect(found.levels.limit).toBe(magnitude(found.map));
    expect(found.shownLimit).toBeLessThanOrEqual(found.levels.limit);
    if (!found.levels.isSigned) expect(Math.min(...found.cells.values)).toBeGreaterThanOrEqual(0);
  });
});

describe("by methods that take many runs", () => {
  test("the smooth gradient of a linear network is its gradient, whatever the noise", async () => {
    const model = await explainable((x) => linear(flatten(x), weight("w.weight", [3, 40 * 32])), { classes, size: [40, 32] });
    using explains = explainer(model);
    const plain = await explains.explain(picture, { method: "gradient", label: "covid" });
    const smooth = await explains.explain(picture, { method: "smooth-gradient", label: "covid", samples: 3 });
    const worst = Math.max(...smooth.map.values.map((value, i) => Math.abs(value - plain.map.values[i])));
    expect(worst).toBeLessThan(1e-6 * magnitude(plain.map));
  });

  test("the smooth gradient follows from the seed", async () => {
    using explains = explainer(await network());
    const of = async (seed: number) =>
      (await explains.explain(picture, { method: "smooth-gradient", samples: 4, label: "covid", seed })).map;
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
  });

  test("noise has the deviation asked for, and copies do not depend on their batch", () => {
    const ramp = tensor(
      [1, 1, 50, 40],
      Float32Array.from({ length: 2000 }, (_, i) => i / 1000 - 1),
    );
    const { data } = noisyCopies(ramp, 0, 4, 0.2, 3);
    const noise = data.map((value, i) => value - ramp.data[i % 2000]);
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
    // 0.2 · (0.999 + 1) = 0.4 ± 0.4 / √(2 · 8000) · 4
    expect(Math.abs(deviation - 0.4)).toBeLessThan(0.013);
    expect(noisyCopies(ramp, 2, 1, 0.2, 3).data).toEqual(data.subarray(4000, 6000));
  });
});

test("Guided Grad-CAM is guided backpropagation where Grad-CAM is", async () => {
  using explains = explainer(await network());
  const of = (method: MethodName, layer?: string) => explains.explain(picture, { method, label: "covid", layer });
  const [both, coarse, fine] = [await of("guided-grad-cam", "last"), await of("grad-cam", "last"), await of("guided-backprop")];
  const expected = coarse.map.values.map((value, i) => value * fine.map.values[i]);
  const worst = Math.max(...both.map.values.map((value, i) => Math.abs(value - expected[i])));
  expect(worst).toBeLessThanOrEqual(1e-6 * magnitude(both.map));
});

test("CAM's mean is the logit without its bias, so that it differs from Grad-CAM by the ReLU and the number of pixels alone", async () => {
  using explains = explainer(await network());
  const [cam, gradCam] = [
    await explains.explain(picture, { method: "cam", label: "covid" }),
    await explains.explain(picture, { method: "grad-cam", layer: "last", label: "covid" }),
  ];
  const expected = cam.cells.values.map((value) => Math.max(0, value) / 80);
  const worst = Math.max(...gradCam.cells.values.map((value, i) => Math.abs(value - expected[i])));
  expect(worst).toBeLessThan(1e-6 * magnitude(cam.cells));
});

test("any map of the network can be weighed, by the name of its module or of its parameters", async () => {
  using explains = explainer(await network());
  const cellsAt = async (layer?: string) => {
    const { cells, layer: name } = await explains.explain(picture, { layer, label: "covid" });
    return [name, cells.width, cells.height];
  };
  expect(await cellsAt("stem")).toEqual(["stem", 32, 40]);
  expect(await cellsAt("conv2")).toEqual(["conv2", 8, 10]);
  // A graph from elsewhere has no usual layer: the last one with pixels.
  expect(await cellsAt()).toEqual(["last", 8, 10]);
});

test("a sensitivity is the change from black to white: a grey level that stands in three channels moves them all", async () => {
  const rows = weight("w.weight", [3, 3 * 32 * 32]);
  const build = (x: Node): Node => linear(flatten(x), rows);
  const metadata = (colour: string) => ({
    input: JSON.stringify({ size: 32, channels: 3, colour, scale: "1/255", mean: [0.5, 0.4, 0.3], std: [0.5, 0.25, 0.2] }),
  });
  const film = noisePicture(32, 32, 4);
  const w = rows.attrs.tensor.data;
  const part = (p: number, c: number): number => w[3 * 1024 + c * 1024 + p] / [0.5, 0.25, 0.2][c];
  for (const [colour, expected] of [
    ["grey repeated", (p: number) => Math.abs(part(p, 0) + part(p, 1) + part(p, 2))],
    ["rgb", (p: number) => Math.max(Math.abs(part(p, 0)), Math.abs(part(p, 1)), Math.abs(part(p, 2)))],
  ] as const) {
    using explains = explainer(await explainable(build, { classes, size: [32, 32], channels: 3, metadata: metadata(colour) }));
    const { map } = await explains.explain(film, { method: "gradient", label: "pneumonia" });
    const worst = Math.max(...map.values.map((value, p) => Math.abs(value - expected(p))));
    expect(worst).toBeLessThan(1e-5);
  }
});

describe("a map goes back onto the film", () => {
  test("a centre crop leaves nothing outside, and signed maps have their zero there", async () => {
    const input = JSON.stringify({ size: 32, channels: 1, resize: "shorter side", crop: "centre", scale: "1/255" });
    using explains = explainer(await network({ size: [32, 32], metadata: { input } }));
    const film = noisePicture(96, 48, 2);
    const positive = await explains.explain(film, { method: "gradient", label: "covid" });
    const signed = await explains.explain(film, { method: "cam", label: "covid" });
    expect([positive.levels.image.width, positive.levels.image.height]).toEqual([96, 48]);
    expect([positive.levels.image.data[0], signed.levels.image.data[0]]).toEqual([0, 32768]);
    expect(positive.levels.image.data[24 * 96 + 48]).toBeGreaterThan(0);
  });

  test("levels keep 0 exactly, cut off what is beyond the limit, and can be put on another scale", () => {
    const map = { width: 5, height: 1, values: Float32Array.of(-3, -1, 0, 1, 2) };
    const signed = toLevels(map, 2, true);
    expect(Array.from(signed.image.data)).toEqual([1, 32768 - 16383, 32768, 32768 + 16384, 65535]);
    expect(Array.from(toLevels(map, 2, false).image.data)).toEqual([0, 0, 0, 32768, 65535]);
    expect(Array.from(rescaled(signed, 4).image.data).map((level) => Math.round(100 * shareOf(level, true)))).toEqual([
      -50, -25, 0, 25, 50,
    ]);
    expect(Array.from(rescaled(signed, 1).image.data).map((level) => Math.round(100 * shareOf(level, true)))).toEqual([
      -100, -100, 0, 100, 100,
    ]);
    expect(Array.from(toLevels(map, 0, true).image.data)).toEqual(Array(5).fill(32768));
  });

  test("a magnitude may leave out the few values that stick out", () => {
    const map = { width: 2, height: 2, values: Float32Array.of(-9, 1, 4, 4) };
    expect([magnitude(map), magnitude(map, 0.75)]).toEqual([9, 4]);
  });
});

describe("what cannot be explained", () => {
  const refused = async (options: ExplainOptions, image: Image = picture, build = small): Promise<unknown> => {
    using explains = explainer(await explainable(build, { classes, size: [40, 32] }));
    return await explains.explain(image, options).then(
      () => undefined,
      (error: unknown) => {
        expect(error).toBeInstanceOf(InputError);
        return error instanceof Error && error.message;
      },
    );
  };

  test.each<[string, ExplainOptions, string]>([
    [
      "a layer that there is not, with those there are",
      { layer: "lst" },
      "net: has no layer lst, did you mean last? (there are conv1, stem, conv2, last, pooled, fc)",
    ],
    ["a layer without pixels", { layer: "pooled" }, "net: has no pixels left in pooled, which is [1, 10]; the last map is last"],
    ["a class that the model lacks", { label: "covd" }, "net: has no class covd, did you mean covid? (there are normal, pneumonia, covid)"],
    [
      "a window larger than the picture",
      { method: "occlusion", window: 33 },
      "window: must be 1 to 32 pixels, since the network sees 32 × 40, got 33",
    ],
    ["a fill that is no grey level", { method: "occlusion", fill: 256 }, "fill: must be mean, blur or a grey level from 0 to 255, got 256"],
    ["no samples", { method: "smooth-gradient", samples: 0 }, "samples: must be a positive integer, got 0"],
    ["no noise", { method: "smooth-gradient", noise: 0 }, "noise: must be above 0 and at most 10 times the picture's range, got 0"],
    ["an option that the method would pass over", { method: "gradient", layer: "last" }, "gradient: has no layer; it takes no options"],
    ["a window of Grad-CAM", { window: 8 }, "grad-cam: has no window; it takes layer"],
  ])("%s", async (_, options, message) => {
    expect(await refused(options)).toBe(message);
  });

  test("a method that there is not", async () => {
    expect(await refused(JSON.parse('{ "method": "gradcam" }'))).toBe("gradcam: no such method, did you mean grad-cam?");
  });

  test.each([0, 255])("a picture of %i everywhere", async (value) => {
    const flat = { ...picture, data: picture.data.map(() => value) };
    expect(await refused({}, flat)).toBe(`picture: every pixel is ${value}: a constant picture has no explanation`);
  });

  test("a network without an average has no class activation maps", async () => {
    const message = await refused({ method: "cam" }, picture, (x) => linear(flatten(x), weight("w.weight", [3, 40 * 32])));
    expect(message).toMatch(/^net: has no class activation maps, .*; grad-cam does without$/);
  });

  test("an op without a gradient is named, and occlusion does without", async () => {
    const build = (x: Node): Node => linear(reduce("max", named(relu(x), "map"), [2, 3], false), weight("w.weight", [3, 1]));
    expect(await refused({ method: "gradient" }, picture, build)).toMatch(
      /^net: cannot be explained by gradients \(reduce has no gradient, and a target lies behind .*\); occlusion needs none$/,
    );
    expect(await refused({ method: "occlusion", window: 16, stride: 16 }, picture, build)).toBeUndefined();
  });
});

test("a map that says nothing says so", async () => {
  // No picture gets past the bias.
  const bias = parameter("low.bias", [4], tensor([4], Float32Array.of(-9, -9, -9, -9)));
  const build = (x: Node): Node => {
    const map = named(relu(conv2d(x, weight("c.weight", [4, 1, 1, 1]), bias)), "map");
    return linear(globalAvgPool(map), weight("w.weight", [3, 4]));
  };
  using explains = explainer(await explainable(build, { classes, size: [40, 32] }));
  const { levels, notes } = await explains.explain(picture, { layer: "map", label: "covid" });
  expect(levels.image.data.every((level) => level === 0)).toBe(true);
  expect(notes).toEqual(["the map of Grad-CAM is 0 everywhere: nothing in map speaks for covid more in one place than in another"]);
});

describe("a model file", () => {
  test("explains itself, and no longer once it is destroyed", async () => {
    const gpu = await device();
    const model = await loadModel(fileOf(tinyClassifier(classes)), { device: gpu });
    const { method, label, layer, map, score } = await model.explain(noisePicture(64, 48, 1), { label: "covid" });
    expect([method, label, layer, map.width, map.height]).toEqual(["grad-cam", "covid", "features", 48, 48]);
    const predictions = await model.predict(noisePicture(64, 48, 1));
    expect(score).toBeCloseTo(predictions.find((each) => each.label === "covid")?.score ?? Number.NaN, 6);
    model.destroy();
    await expect(model.explain(noisePicture(64, 48, 1))).rejects.toThrow(DeviceError);
  });

  test("that predicts values explains them, but they have no decision", async () => {
    using model = await loadModel(fileOf(tinyRegression()), { device: await device() });
    const { label, layer } = await model.explain(noisePicture(64, 64, 1), { label: "crp" });
    expect([label, layer]).toEqual(["crp", "conv5_x"]);
    await expect(model.explain(noisePicture(64, 64, 1), { method: "occlusion", form: "flip" })).rejects.toThrow(
      "liang_cnnrf: predicts values, which have no decision that could flip; use the form drop or signed",
    );
  });

  test("that segments has no score to explain", async () => {
    using model = await loadModel(fileOf(tinySegmenter()), { device: await device() });
    await expect(model.explain(noisePicture(64, 64, 1))).rejects.toThrow("unet: is a segmentation model: its masks show what it sees");
  });

  test("whose weights overflow is the GPU's failure and no map", async () => {
    const broken = changed(tinyClassifier(classes), "features.0.weight", () => 1e38);
    using model = await loadModel(fileOf(broken), { device: await device() });
    // On some adapters max(NaN, 0) is 0, so that the scores survive and the gradients do not.
    await expect(model.explain(noisePicture(64, 64, 1))).rejects.toThrow(/squeezenet1_1 gave (an output|a map) that is not a number/);
  });
});
