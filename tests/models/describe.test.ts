/** What weights are follows from their file, then from the caller, then from what is published. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import type { WeightsFile } from "../../src/loaders/weights-file.ts";
import { describeWeights } from "../../src/models/describe.ts";

/** A file whose last layer has three outputs. */
const file = (metadata: Readonly<Record<string, string>> = {}, isModel = false): WeightsFile => ({
  format: "Keras",
  tensors: new Map([["classifier.1.weight", { dtype: "F32", shape: [3, 1280], bytes: new Uint8Array(0) }]]),
  metadata,
  isModel,
  names: [],
  notes: [],
});

describe("weights that tell their network", () => {
  const keras = file({ arch: "mobilenet_v2", epsilon: "0.001", samePadding: "true" });

  test("get what is published for it beside what they tell", () => {
    const { description, metadata } = describeWeights(keras, "x.h5", {});
    expect(description).toMatchObject({ arch: "mobilenet_v2", classes: ["class 0", "class 1", "class 2"] });
    expect(description.options).toEqual({ classes: 3, epsilon: 1e-3, samePadding: true });
    expect(description.input).toMatchObject({ height: 224, resize: "shorter side", mean: [0.485, 0.456, 0.406] });
    // The published preprocessing is part of what is written, but not of what the file said.
    expect(metadata.input).toBeDefined();
    expect(description.metadata.input).toBeUndefined();
  });

  test("take the caller's labels, as many as they have outputs", () => {
    expect(describeWeights(keras, "x.h5", { labels: ["a", "b", "c"] }).description.classes).toEqual(["a", "b", "c"]);
    expect(() => describeWeights(keras, "x.h5", { labels: ["a"] })).toThrow(new InputError("x.h5", "has 3 classes, got 1 labels"));
  });

  test("are not of another network", () => {
    expect(() => describeWeights(keras, "x.h5", { arch: "resnet18" })).toThrow("x.h5: says that its network is mobilenet_v2, not resnet18");
  });

  test("keep their own classes and preprocessing", () => {
    const input = JSON.stringify({ size: 96, channels: 3, scale: "1/255" });
    const { description } = describeWeights(file({ arch: "mobilenet_v2", classes: '["x","y","z"]', input }), "x", {});
    expect(description).toMatchObject({ classes: ["x", "y", "z"], input: { height: 96, resize: "stretch" } });
  });
});

test("weights that tell nothing need the network's name", () => {
  expect(() => describeWeights(file(), "x.pth", {})).toThrow("x.pth: has no metadata that names its network");
  expect(describeWeights(file(), "x.pth", { arch: "mobilenet_v2" }).description.classes).toHaveLength(3);
});

test("a model of ours has nothing filled in", () => {
  expect(() => describeWeights(file({ arch: "mobilenet_v2", classes: '["a","b","c"]' }, true), "x", {})).toThrow(
    "x: metadata has no input",
  );
});
