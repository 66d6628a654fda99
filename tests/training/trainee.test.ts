/** What is trained starts from random values or from a file, whose last layer is drawn anew where it was for other classes. */
import { describe, expect, test } from "vitest";
import { WeightsError } from "../../src/loaders/names.ts";
import { isFrozenBy } from "../../src/training/freeze.ts";
import { balancedWeights, lossFor } from "../../src/training/objective.ts";
import { newTrainee, type Trainee } from "../../src/training/trainee.ts";
import { fileOf, tinyClassifier, tinySegmenter } from "../tiny-model.ts";

const classes = ["normal", "pneumonia", "covid"];
const model = tinyClassifier(classes);
const init = fileOf(model);
const startOf = ({ weights }: Trainee, name: string) => weights.values.find(({ attrs }) => attrs.name === name)?.attrs.tensor;

describe("a start from a file", () => {
  test("takes every value and the preprocessing, and another size", async () => {
    const trainee = await newTrainee({ arch: "squeezenet1_1", classes, size: 64, init });
    expect(startOf(trainee, "classifier.1.weight")).toEqual(model.tensors.get("classifier.1.weight"));
    const { width, mean, scale } = trainee.description.input;
    expect([width, mean, scale]).toEqual([64, [0, 0, 0], 1 / 255]);
  });

  test.each([
    ["another number of classes", ["normal", "other"]],
    ["as many other classes", ["normal", "other", "covid"]],
  ])("draws the last layer anew for %s", async (_, others) => {
    const trainee = await newTrainee({ arch: "squeezenet1_1", classes: others, size: 64, init });
    expect(startOf(trainee, "classifier.1.weight")?.shape[0]).toBe(others.length);
    expect(startOf(trainee, "classifier.1.weight")?.data).not.toEqual(model.tensors.get("classifier.1.weight")?.data);
    expect(startOf(trainee, "features.0.weight")).toEqual(model.tensors.get("features.0.weight"));
  });

  test("is refused where the file is of another network, or no such file is there", async () => {
    await expect(newTrainee({ arch: "resnet18", classes, init })).rejects.toThrow(WeightsError);
    await expect(newTrainee({ arch: "unet", classes: ["lung"], init: fileOf(tinySegmenter()) })).rejects.toThrow(WeightsError);
    await expect(newTrainee({ arch: "resnet18", classes, init: "gone.safetensors" })).rejects.toThrow("gone.safetensors: no such file");
  });
});

test("networks of ImageNet get its numbers, all others plain ones", async () => {
  const [resnet, unet] = await Promise.all([
    newTrainee({ arch: "resnet18", classes }),
    newTrainee({ arch: "unet_small", classes: ["lung"] }),
  ]);
  expect(resnet.description.input).toMatchObject({ width: 224, colour: "grey", resize: "stretch", mean: [0.485, 0.456, 0.406] });
  expect(unet.description.input).toMatchObject({ width: 256, channels: 1, mean: [0], std: [1] });
});

test("colour is kept where it is asked for, and a network of one channel cannot", async () => {
  const { description } = await newTrainee({ arch: "squeezenet1_1", classes, colour: "rgb" });
  expect([description.input.colour, JSON.parse(description.metadata.input).colour]).toEqual(["rgb", "rgb"]);
  const goneOn = await newTrainee({ arch: "squeezenet1_1", classes, colour: "grey", init: fileOf(tinyClassifier(classes)) });
  expect(goneOn.description.input.colour).toBe("grey");
  await expect(newTrainee({ arch: "unet_small", classes: ["lung"], colour: "rgb" })).rejects.toThrow(
    "unet_small: sees 1 channel, colour takes three",
  );
});

test("the trunk is all but the last layer; a pattern matches names from their start", () => {
  const names = ["conv1.weight", "layer1.0.conv1.weight", "fc.weight"];
  const frozen = (freeze: string) => names.map(isFrozenBy(freeze, "resnet18"));
  expect(frozen("none")).toEqual([false, false, false]);
  expect(frozen("trunk")).toEqual([true, true, false]);
  expect(frozen("conv1|layer[12]")).toEqual([true, true, false]);
  expect(frozen("fc")).toEqual([false, false, true]);
});

test("balanced weights give every class the same part", () => {
  const weights = balancedWeights([10, 30, 60]);
  expect(weights.map((weight, c) => weight * [10, 30, 60][c])).toEqual([100 / 3, 100 / 3, 100 / 3]);
});

test("a network that gives probabilities has no loss of logits", () => {
  expect(() => lossFor("lung_unet", "bce")).toThrow("lung_unet: gives probabilities, take the loss dice or jaccard, got bce");
  expect(() => lossFor("resnet18", "mse")).toThrow("resnet18: is for classification, its losses are cross-entropy, focal, circle, got mse");
});
