/** Layers are found by torchvision's names in every network, and an unknown name is told those there are. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { relu } from "../../src/kernels/activation.ts";
import { input, type Node, named } from "../../src/kernels/op.ts";
import { namedLayer, namedLayers } from "../../src/models/named-layer.ts";
import { networkNamed, networks } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";

const built = (arch: string): Node => {
  const { build, channels } = networkNamed(arch);
  return build(declaredWeights(), input("x", [1, channels, 64, 64]));
};

// Of a picture of 64 × 64, by the strides and widths of the modules that have these names in torchvision.
test.each<[string, string, number[]]>([
  ["resnet18", "conv1", [1, 64, 32, 32]],
  ["resnet18", "layer2.0", [1, 128, 8, 8]],
  ["resnet18", "layer2.0.downsample.0", [1, 128, 8, 8]],
  ["resnet18", "layer4.1.conv2", [1, 512, 2, 2]],
  ["resnet50", "layer3.5.conv3", [1, 1024, 4, 4]],
  ["vgg16", "features.2", [1, 64, 64, 64]],
  ["vgg16", "features.4", [1, 64, 32, 32]],
  ["vgg16", "features.30", [1, 512, 2, 2]],
  ["vgg11_bn", "features.26", [1, 512, 4, 4]],
  ["squeezenet1_0", "features.11", [1, 512, 3, 3]],
  ["squeezenet1_1", "features.8", [1, 256, 3, 3]],
  ["squeezenet1_1", "features.12", [1, 512, 3, 3]],
  ["squeezenet1_1", "features.12.expand3x3", [1, 256, 3, 3]],
  ["densenet121", "features.pool0", [1, 64, 16, 16]],
  ["densenet121", "features.denseblock2", [1, 512, 8, 8]],
  ["densenet121", "features.transition2", [1, 256, 4, 4]],
  ["densenet121", "features.denseblock4.denselayer16.conv2", [1, 32, 2, 2]],
  ["densenet121", "features.norm5", [1, 1024, 2, 2]],
  ["mobilenet_v2", "features.0", [1, 32, 32, 32]],
  ["mobilenet_v2", "features.17", [1, 320, 2, 2]],
  ["mobilenet_v2", "features.18", [1, 1280, 2, 2]],
  ["mobilenet_v2", "features.2.conv.1.0", [1, 96, 16, 16]],
  ["mobilenet_v2", "classifier.1", [1, 1000]],
])("%s has %s", (arch, name, shape) => {
  expect(namedLayer(built(arch), name, arch).shape).toEqual(shape);
});

describe.each(Object.keys(networks))("%s", (arch) => {
  test("has the layers of its embedding and its Grad-CAM, and a layer for every weight", () => {
    const weights = declaredWeights();
    const { build, channels, embedding, gradCam } = networkNamed(arch);
    const layers = namedLayers(build(weights, input("x", [1, channels, 64, 64])));
    const asked = weights.values.flatMap(({ attrs }) => (attrs.name.endsWith(".weight") ? [attrs.name.slice(0, -".weight".length)] : []));
    expect([embedding, gradCam, ...asked].filter((name) => !layers.has(name))).toEqual([]);
  });
});

test("the last block of a stage is the stage", () => {
  const output = built("resnet34");
  expect(namedLayer(output, "layer3.5", "resnet34")).toBe(namedLayer(output, "layer3", "resnet34"));
  const mobile = built("mobilenet_v2");
  expect(namedLayer(mobile, "features.18", "mobilenet_v2")).toBe(namedLayer(mobile, "features", "mobilenet_v2"));
});

describe("a layer that does not exist", () => {
  test("is told the nearest name and those there are", () => {
    const attempt = () => namedLayer(built("resnet18"), "layer4.1.conv3", "resnet18");
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(
      "resnet18: has no layer layer4.1.conv3, did you mean layer4.1.conv1? " +
        "(there are conv1, bn1, relu, maxpool, layer1, layer2, layer3, layer4, avgpool, fc, and 46 within them, such as layer1.0.conv1)",
    );
  });

  test("is told that no layer has a name", () => {
    expect(() => namedLayer(relu(input("x", [1, 4])), "fc", "mine")).toThrow("mine: has no layer fc, none of its layers has a name");
    expect(() => namedLayer(named(relu(input("x", [1, 4])), "top"), "fc", "mine")).toThrow("mine: has no layer fc (there are top)");
  });
});
