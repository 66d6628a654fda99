/**
 * In every family of networks Grad-CAM tells classes apart, and does not survive without the weights. The networks have generated weights:
 * what is checked is the path from the logit to the map, which a published CAM got wrong so that all classes had one map.
 */
import { describe, expect, test } from "vitest";
import { classDifference, randomisation } from "../../src/explanation/checks.ts";
import { explainer } from "../../src/explanation/explainer.ts";
import { isFlat } from "../../src/explanation/heat-map.ts";
import { explainable, noisePicture } from "./explainable.ts";
import { familyNetwork, isThorough } from "./family.ts";

const classes = ["normal", "pneumonia", "covid"];

/** Maps of 7 or 8 cells a side at 64 pixels: in the last maps there are too few for a correlation. */
const families = [
  { arch: "resnet18", layer: "layer2" },
  { arch: "vgg11", layer: "features.14" },
  { arch: "squeezenet1_1", layer: "features.7" },
  { arch: "densenet121", layer: "features.denseblock2" },
  { arch: "mobilenet_v2", layer: "features.6" },
];

describe.each(families)("$arch", ({ arch, layer }) => {
  test(`maps of its classes at ${layer} differ, and collapse when its weights are made fresh`, async () => {
    const model = await explainable(familyNetwork(arch, classes.length), { arch, classes, size: [64, 64], channels: 3 });
    const picture = noisePicture(64, 64, 7);
    using explains = explainer(model);
    const maps = await explains.explainAll(picture, classes, { layer });
    const seen = maps.find(({ cells }) => !isFlat(cells));
    expect(seen, "a map that shows something").toBeDefined();
    if (!seen) return;
    const { others, isPassed } = classDifference(seen, maps);
    expect(others.map(({ label }) => label).sort()).toEqual(classes.filter((label) => label !== seen.label).sort());
    expect(isPassed, JSON.stringify(others)).toBe(true);
    const collapse = await randomisation(model, picture, seen, { layer, cascade: isThorough });
    expect(collapse.isPassed, JSON.stringify(collapse.parts)).toBe(true);
  });
});
