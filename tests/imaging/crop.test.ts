/** Crops hold the pixels of their box and no others. */
import { describe, expect, test } from "vitest";
import { centerBox, crop } from "../../src/imaging/crop.ts";
import { picture, ramp } from "./pictures.ts";

describe("crop", () => {
  test("takes the box's rows and columns, all channels", () => {
    const source = picture(3, 2, 2, 8, [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]);
    expect(crop(source, { x: 1, y: 1, width: 2, height: 1 })).toEqual(picture(2, 1, 2, 8, [12, 13, 14, 15]));
  });

  test("of the whole picture is a copy, 16 bits included", () => {
    const source = ramp(5, 4, 3, 16);
    const whole = crop(source, { x: 0, y: 0, width: 5, height: 4 });
    expect(whole).toEqual(source);
    expect(whole.data).not.toBe(source.data);
  });

  test.each([
    { x: -1, y: 0, width: 2, height: 2 },
    { x: 0, y: 3, width: 2, height: 2 },
    { x: 4, y: 0, width: 2, height: 2 },
    { x: 0, y: 0, width: 0, height: 2 },
    { x: 0.5, y: 0, width: 2, height: 2 },
    { x: 0, y: Number.NaN, width: 2, height: 2 },
  ])("a box of $width × $height at ($x, $y) of 5 × 4 is refused", (box) => {
    expect(() => crop(ramp(5, 4), box)).toThrow(/^crop: the box must lie in the picture, got .* of 5 × 4$/);
  });
});

describe("centerBox", () => {
  // torchvision: round((size − crop) / 2) with Python's round, which takes the even neighbour of a half.
  test.each([
    { size: 8, cropped: 4, first: 2 },
    { size: 9, cropped: 4, first: 2 },
    { size: 7, cropped: 4, first: 2 },
    { size: 11, cropped: 4, first: 4 },
    { size: 5, cropped: 4, first: 0 },
    { size: 4, cropped: 4, first: 0 },
  ])("$cropped of $size begin at $first", ({ size, cropped, first }) => {
    const source = picture(
      size,
      size,
      1,
      8,
      Array.from({ length: size * size }, (_, i) => 16 * Math.floor(i / size) + (i % size)),
    );
    const { width, height, data } = crop(source, centerBox(source, cropped, cropped));
    expect([width, height, data[0]]).toEqual([cropped, cropped, 17 * first]);
  });

  test("a picture that is smaller is refused", () => {
    expect(() => crop(ramp(5, 4), centerBox(ramp(5, 4), 5, 5))).toThrow(RangeError);
  });
});
