/** A misspelt name leads to the one meant, a foreign one to none. */
import { expect, test } from "vitest";
import { nearestName } from "../../src/models/nearest-name.ts";

const names = ["resnet18", "resnet34", "densenet121", "mobilenet_v2", "unet"];

test.each([
  ["resnet-18", "resnet18"],
  ["ResNet34", "resnet34"],
  ["densnet121", "densenet121"],
  ["mobilenetv2", "mobilenet_v2"],
  ["u-net", "unet"],
  ["transformer", undefined],
  ["", undefined],
])("%s is nearest to %s", (typed, nearest) => {
  expect(nearestName(typed, names)).toBe(nearest);
});
