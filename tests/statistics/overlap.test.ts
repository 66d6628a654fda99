/** Dice and intersection over union are what their definitions give, and one follows from the other. */
import { expect, test } from "vitest";
import { overlap } from "../../src/statistics/overlap.ts";
import { xorshift } from "../xorshift.ts";

/** Zeros and ones. */
function randomBits(count: number, seed: number): Uint8Array {
  const draw = xorshift(seed + 1);
  return Uint8Array.from({ length: count }, () => draw(2));
}

test("of the same region, of regions apart, and of half of one", () => {
  expect(overlap([255, 0, 1], [1, 0, 255])).toEqual({ dice: 1, iou: 1 });
  expect(overlap([1, 0, 0], [0, 0, 1])).toEqual({ dice: 0, iou: 0 });
  expect(overlap([1, 1, 0, 0], [1, 0, 0, 0])).toEqual({ dice: 2 / 3, iou: 1 / 2 });
});

test("of two empty masks there is nothing to disagree on, of one there is", () => {
  expect(overlap([0, 0], [0, 0])).toEqual({ dice: 1, iou: 1 });
  expect(overlap([0, 0], [0, 1])).toEqual({ dice: 0, iou: 0 });
});

test.each([1, 2, 3])("dice = 2 iou / (1 + iou), whichever mask comes first, random masks of seed %i", (seed) => {
  const [a, b] = [randomBits(500, 2 * seed), randomBits(500, 2 * seed + 1)];
  const { dice, iou } = overlap(a, b);
  expect(dice).toBeCloseTo((2 * iou) / (1 + iou), 15);
  expect(overlap(b, a)).toEqual({ dice, iou });
});

test("masks of two sizes are refused", () => {
  expect(() => overlap([1], [1, 0])).toThrow(new RangeError("overlap: masks must be of one size, got 1 and 2"));
});
