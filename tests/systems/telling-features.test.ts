/** Features come in the order of how well they tell a class, whichever way they do. */
import { expect, test } from "vitest";
import { tellingFeatures } from "../../src/systems/telling-features.ts";
import { tensor } from "../../src/tensor.ts";

test("a feature that is always lower tells as much as one that is always higher", () => {
  // Rows are films: the first two are of the class. Feature 1 is lower in them, feature 2 higher but in one pair of four, feature 0 tells nothing.
  const features = tensor([4, 3], Float32Array.of(1, 0, 5, 2, 1, 2, 1, 3, 3, 2, 4, 1));
  const found = tellingFeatures(features, [true, true, false, false], [0.1, 0.2, 0.3]);
  expect(found.map(({ feature, area }) => [feature, area])).toEqual([
    [1, 0],
    [2, 0.75],
    [0, 0.5],
  ]);
  expect(found[0]).toMatchObject({ meanOfClass: 0.5, meanOfOthers: 3.5, weight: 0.2 });
  expect(() => tellingFeatures(features, [true, true, true, true], [0, 0, 0])).toThrow(
    "features: films of the class and others are needed, got 4 and 0 of 4",
  );
});
