/** Names that other libraries write become torchvision's. */
import { expect, test } from "vitest";
import { isIgnorable, normaliseNames, WeightsError } from "../../src/loaders/names.ts";

const normalised = (...names: string[]): string[] => [...normaliseNames(names).values()];

test("names of torchvision stay as they are", () => {
  expect(normalised("conv1.weight", "layer1.0.bn1.running_mean")).toEqual(["conv1.weight", "layer1.0.bn1.running_mean"]);
});

test.each(["module.", "model.", "encoder.", "backbone.", "densenet121.", "_features.", "module.model.", "module.densenet121."])(
  "the prefix %s of all names is stripped",
  (prefix) => {
    expect(normalised(`${prefix}conv1.weight`, `${prefix}fc.bias`, "op_threshs")).toEqual(["conv1.weight", "fc.bias"]);
  },
);

test("a prefix of some names only is part of them", () => {
  expect(normalised("encoder.conv1.weight", "decoder.blocks.0.conv1.0.weight")).toEqual([
    "encoder.conv1.weight",
    "decoder.blocks.0.conv1.0.weight",
  ]);
  expect(normalised("module.encoder.conv1.weight", "module.segmentation_head.0.bias")).toEqual([
    "encoder.conv1.weight",
    "segmentation_head.0.bias",
  ]);
});

test("DenseNet's split names are joined", () => {
  expect(
    normalised(
      "features.norm0.weight",
      "features.denseblock1.denselayer1.norm.1.weight",
      "features.denseblock1.denselayer1.conv.2.weight",
      "features.denseblock2.denselayer12.norm2.bias",
      "features.transition1.conv.weight",
    ),
  ).toEqual([
    "features.norm0.weight",
    "features.denseblock1.denselayer1.norm1.weight",
    "features.denseblock1.denselayer1.conv2.weight",
    "features.denseblock2.denselayer12.norm2.bias",
    "features.transition1.conv.weight",
  ]);
});

test("CheXNet's classifier loses its index, VGG's keeps it", () => {
  expect(normalised("module.densenet121.features.denseblock1.denselayer1.norm.1.weight", "module.densenet121.classifier.0.bias")[1]).toBe(
    "classifier.bias",
  );
  expect(normalised("features.0.weight", "classifier.0.bias")[1]).toBe("classifier.0.bias");
});

test("step counters and thresholds are left out", () => {
  expect([...normaliseNames(["module.bn1.weight", "module.bn1.num_batches_tracked", "op_threshs"])]).toEqual([
    ["module.bn1.weight", "bn1.weight"],
  ]);
  expect(isIgnorable("layer1.0.bn1.num_batches_tracked")).toBe(true);
  expect(isIgnorable("layer1.0.bn1.running_var")).toBe(false);
});

test("an error names eight of a long list and keeps them all", () => {
  const missing = Array.from({ length: 11 }, (_, i) => `w${i}`);
  const error = new WeightsError("a.pth", { missing, unexpected: [], misshaped: [] });
  expect(error.message).toBe("a.pth: the values do not fit the network, 11 missing (w0, w1, w2, w3, w4, w5, w6, w7 and 3 more)");
  expect(error.missing).toEqual(missing);
});

test("timm's VGG has its classifier's layers by other names", () => {
  expect(normalised("features.0.weight", "pre_logits.fc1.weight", "pre_logits.fc2.bias", "head.fc.weight")).toEqual([
    "features.0.weight",
    "classifier.0.weight",
    "classifier.3.bias",
    "classifier.6.weight",
  ]);
});

test("timm's MobileNetV2 counts blocks within stages", () => {
  const names = [
    "conv_stem.weight",
    "bn1.weight",
    "blocks.0.0.conv_dw.weight",
    "blocks.0.0.bn1.running_mean",
    "blocks.0.0.conv_pw.weight",
    "blocks.0.0.bn2.bias",
    "blocks.1.0.conv_pw.weight",
    "blocks.1.1.conv_pwl.weight",
    "blocks.2.0.conv_dw.weight",
    "blocks.2.0.bn3.weight",
    "blocks.2.0.conv_pwl.weight",
    "conv_head.weight",
    "bn2.bias",
    "classifier.weight",
  ];
  // blocks.1.0 ends like the block without an expansion unless its last layer is there.
  expect(normalised(...names, "blocks.1.0.conv_pwl.weight")).toEqual([
    "features.0.0.weight",
    "features.0.1.weight",
    "features.1.conv.0.0.weight",
    "features.1.conv.0.1.running_mean",
    "features.1.conv.1.weight",
    "features.1.conv.2.bias",
    "features.2.conv.0.0.weight",
    "features.3.conv.2.weight",
    "features.4.conv.1.0.weight",
    "features.4.conv.3.weight",
    "features.4.conv.2.weight",
    "features.5.0.weight",
    "features.5.1.bias",
    "classifier.1.weight",
    "features.2.conv.2.weight",
  ]);
});

test("cnn_finetune's ResNet numbers its children", () => {
  expect(
    normalised("_features.0.weight", "_features.1.bias", "_features.4.0.conv1.weight", "_features.7.1.bn2.bias", "_classifier.bias"),
  ).toEqual(["conv1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer4.1.bn2.bias", "fc.bias"]);
});

test("Keidar's trunk gets its prefix, the head keeps its names", () => {
  expect(normalised("module.conv1.weight", "module.layer4.0.conv1.weight", "module.fc1.weight", "module.fc4.weight")).toEqual([
    "trunk.conv1.weight",
    "trunk.layer4.0.conv1.weight",
    "fc1.weight",
    "fc4.weight",
  ]);
});
