/** A film and its lungs as one picture: what a model's file says of it, who finds the lungs, and the way back for maps. */
import { describe, expect, test } from "vitest";
import { phantom } from "../../src/imaging/phantom.ts";
import type { Image } from "../../src/loaders/image.ts";
import { writeSafetensors } from "../../src/loaders/safetensors.ts";
import { readDescription } from "../../src/models/description.ts";
import { filmAndLungs, keidarChannel, lungFinder, prepareWithLungs } from "../../src/models/film-and-lungs.ts";
import { loadModel } from "../../src/models/model.ts";
import { newTrainee } from "../../src/training/trainee.ts";
import { device } from "../device.ts";
import { fileOf, tinyClassifier, tinySegmenter } from "../tiny-model.ts";

const input = { size: 48, channels: 3, colour: "rgb", resize: "letterbox", interpolation: "area", scale: "1/255", lungs: keidarChannel };
const metadataOf = (changes: object) => ({
  arch: "squeezenet1_1",
  classes: '["covid","negative"]',
  input: JSON.stringify({ ...input, ...changes }),
});

describe("a model's file", () => {
  test("says how the picture is made, and by whom the lungs were found", () => {
    const finder = { name: "lungs-unet16", hash: "abc" };
    const { input: read } = readDescription(metadataOf({ lungs: { ...keidarChannel, finder } }), "file");
    expect(read).toMatchObject({
      colour: "rgb",
      resize: "letterbox",
      filter: "area",
      antialias: false,
      lungs: { ...keidarChannel, finder },
    });
    expect(readDescription(metadataOf({ lungs: undefined }), "file").input.lungs).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ["no object", { lungs: true }, "lungs must be an object"],
    ["something unknown", { lungs: { ...keidarChannel, margin: 3 } }, "lungs has unknown margin"],
    [
      "an order without the film",
      { lungs: { ...keidarChannel, order: ["zero", "mask", "zero"] } },
      'order must be of image, mask and zero, got ["zero","mask","zero"]',
    ],
    ["a threshold beyond 1", { lungs: { ...keidarChannel, threshold: 2 } }, "threshold must be a number from 0 to 1, got 2"],
    ["half a tile", { lungs: { ...keidarChannel, tiles: 7.5 } }, "tiles must be a whole number, got 7.5"],
    ["a finder without a hash", { lungs: { ...keidarChannel, finder: { name: "x" } } }, "finder must have a name and a hash"],
    ["stretched films", { resize: "stretch" }, 'lungs are of three channels "rgb", with resize "letterbox" and interpolation "area"'],
  ])("is refused with %s", (_, changes, problem) => {
    expect(() => readDescription(metadataOf(changes), "file")).toThrow(problem);
  });
});

test("a network to be trained on it takes no other size rule or colours", async () => {
  const given = { arch: "squeezenet1_1", classes: ["covid", "negative"], size: 48, lungs: keidarChannel } as const;
  const { description } = await newTrainee(given);
  expect(description.input).toMatchObject({
    width: 48,
    colour: "rgb",
    resize: "letterbox",
    mean: [0, 0, 0],
    std: [1, 1, 1],
    lungs: keidarChannel,
  });
  await expect(newTrainee({ ...given, resize: "stretch" })).rejects.toThrow("squeezenet1_1: sees film and lungs, which are letterboxed");
  await expect(newTrainee({ ...given, arch: "unet_small", classes: ["lung"] })).rejects.toThrow(
    "unet_small: sees 1 channel, film and lungs take three",
  );
});

const film = phantom({ size: 64, seed: 3 }).image;
const half = async ({ width, height }: Image): Promise<Image> => ({
  width,
  height,
  channels: 1,
  bitDepth: 16,
  data: Uint16Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 60000 : 100)),
});

test("lies letterboxed in the frame, its mask where the lungs are; a map comes back at the film's size", async () => {
  const tall: Image = { ...film, width: 64, height: 32, data: film.data.slice(0, 64 * 32) };
  const { picture, mask, region } = await filmAndLungs(tall, half, { width: 48, height: 48 }, keidarChannel);
  expect([picture.width, picture.height, picture.channels, mask.data[0], mask.data[47]]).toEqual([48, 48, 3, 255, 0]);
  expect(region.data.filter((value) => value === 255)).toHaveLength(24 * 48);
  // Bars above and below are black in the film's channel.
  expect([picture.data[2], picture.data[3 * 48 * 24 + 2] > 0]).toEqual([0, true]);
  const { restore } = await prepareWithLungs(tall, readDescription(metadataOf({}), "file").input, keidarChannel, half);
  const map: Image = { width: 48, height: 48, channels: 1, bitDepth: 16, data: new Uint16Array(48 * 48).fill(7) };
  expect(restore(map)).toMatchObject({ width: 64, height: 32 });
});

describe("who finds the lungs", () => {
  test("is a model that draws lungs", async () => {
    using segmenter = await loadModel(fileOf(tinySegmenter()), { device: await device() });
    const { width, height, bitDepth } = await lungFinder(segmenter)(film);
    expect([width, height, bitDepth]).toEqual([64, 64, 16]);
    using classifier = await loadModel(fileOf(tinyClassifier()), { device: await device() });
    expect(() => lungFinder(classifier)).toThrow(
      "squeezenet1_1: draws no lungs, it is a classification model for normal, pneumonia, covid",
    );
  });

  test("may be another than in training, which each answer tells", async () => {
    const classifier = tinyClassifier(["covid", "negative"]);
    const metadata = {
      ...classifier.metadata,
      input: JSON.stringify({ ...input, lungs: { ...keidarChannel, finder: { name: "x", hash: "y" } } }),
    };
    const file = writeSafetensors(classifier.tensors, { dtype: "F32", metadata });
    using segmenter = await loadModel(fileOf(tinySegmenter()), { device: await device() });
    using model = await loadModel(file, { device: await device(), lungs: segmenter });
    for await (const outcome of model.predictAll([film]))
      expect("result" in outcome && outcome.result.notes).toEqual(["its lungs are found by unet, in training by x"]);
    await expect(loadModel(fileOf(classifier), { device: await device(), lungs: segmenter })).rejects.toThrow(
      "sees films alone, it has no use for a model of lungs",
    );
  });
});
