/** What is trained starts from random values or from a file, whose last layer is drawn anew where it was for other classes. */
import { describe, expect, test } from "vitest";
import { input } from "../../src/kernels/op.ts";
import { WeightsError } from "../../src/loaders/names.ts";
import { writeSafetensors } from "../../src/loaders/safetensors.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";
import { type Shape, sizeOf, tensor } from "../../src/tensor.ts";
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

test("a file of the trunk's network gives the trunk: what is above is drawn anew, its own last layer is left", async () => {
  const declared = declaredWeights();
  networkNamed("resnet18").build(declared, input("x", [1, 3, 64, 64]));
  const half = ({ shape }: { readonly shape: Shape }) => tensor(shape, new Float32Array(sizeOf(shape)).fill(0.5));
  const tensors = new Map(declared.values.map(({ attrs, shape }) => [attrs.name, half({ shape })]));
  const resnet18 = writeSafetensors(tensors, { dtype: "F16" });
  const trainee = await newTrainee({ arch: "keidar_resnet18", classes: ["covid", "negative"], size: 64, init: resnet18 });
  expect(startOf(trainee, "trunk.layer4.1.bn2.weight")).toEqual(tensors.get("layer4.1.bn2.weight"));
  const above = ["fc1", "fc2", "fc3", "fc4"].flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);
  expect([trainee.start?.drawn, [...(trainee.start?.left ?? [])].sort()]).toEqual([above, ["fc.bias", "fc.weight"]]);
  expect(trainee.start?.loaded).toHaveLength(tensors.size - 2);
  const other = newTrainee({ arch: "keidar_resnet34", classes: ["covid", "negative"], size: 64, init: resnet18 });
  await expect(other).rejects.toThrow(WeightsError);
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
