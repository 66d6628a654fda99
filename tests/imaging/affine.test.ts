/** Straight transforms go where they say, become one, and leave exact what can be exact. */
import { describe, expect, test } from "vitest";
import { type Affine, compose, flip, flipVertically, identity, rotation, scaling, shear, shift, warp } from "../../src/imaging/affine.ts";
import type { Image } from "../../src/loaders/image.ts";
import { picture, ramp } from "./pictures.ts";

/** A black picture of 9 × 7 with one white pixel. */
const dot = (x: number, y: number, width = 9, height = 7): Image =>
  picture(
    width,
    height,
    1,
    8,
    Array.from({ length: width * height }, (_, i) => (i === y * width + x ? 255 : 0)),
  );

/** Where the white of a picture is, on average. */
function middleOf({ width, data }: Image): [number, number] {
  let [sum, x, y] = [0, 0, 0];
  for (const [i, value] of data.entries()) {
    sum += value;
    x += value * (i % width);
    y += value * Math.floor(i / width);
  }
  return [x / sum, y / sum];
}

const size = { width: 9, height: 7 };

describe("a white dot", () => {
  test.each<[string, Affine, [number, number], [number, number]]>([
    ["rotated by 90° goes clockwise about the middle", rotation(90, size), [5, 3], [4, 4]],
    ["rotated by −90° goes the other way", rotation(-90, size), [5, 3], [4, 2]],
    ["sheared by 45° goes right above the middle", shear(45, size), [4, 1], [6, 1]],
    ["sheared by 45° goes left below it", shear(45, size), [4, 4], [3, 4]],
    ["scaled by 2 goes away from the middle", scaling(2, 2, size), [5, 4], [6, 5]],
    ["scaled by 2 across only keeps its row", scaling(2, 1, size), [5, 4], [6, 4]],
    ["shifted goes right and down", shift(2, 1), [4, 3], [6, 4]],
    ["flipped changes sides", flip(size), [1, 2], [7, 2]],
    ["flipped vertically goes down", flipVertically(size), [1, 2], [1, 4]],
  ])("%s", (_, transform, [x, y], expected) => {
    const [column, row] = middleOf(warp(dot(x, y), transform));
    // Half a grey level of 255 in the weights of the pixels around.
    expect(column).toBeCloseTo(expected[0], 1);
    expect(row).toBeCloseTo(expected[1], 1);
  });
});

test("the first of two comes first", () => {
  const [x, y] = middleOf(warp(dot(4, 3), compose(shift(2, 0), rotation(90, size))));
  expect([x, y].map(Math.round)).toEqual([4, 5]);
  const twice = compose(compose(rotation(7, size), shift(1.5, -2)), compose(shift(-1.5, 2), rotation(-7, size)));
  for (const key of ["a", "b", "c", "d", "e", "f"] as const) expect(twice[key]).toBeCloseTo(identity[key], 12);
});

describe.each([8, 16] as const)("%i bits", (bitDepth) => {
  const source = ramp(9, 7, 3, bitDepth);

  test("identity, two flips and a shift by whole pixels are exact, channel by channel", () => {
    expect(warp(source, identity)).toEqual(source);
    expect(warp(warp(source, flip(source)), flip(source))).toEqual(source);
    const shifted = warp(source, shift(2, 1), { fill: 7 });
    for (let y = 0; y < 7; y++) {
      for (let x = 0; x < 9; x++) {
        for (let c = 0; c < 3; c++) {
          const expected = x >= 2 && y >= 1 ? source.data[((y - 1) * 9 + x - 2) * 3 + c] : 7;
          expect(shifted.data[(y * 9 + x) * 3 + c]).toBe(expected);
        }
      }
    }
  });

  test("half a pixel is the mean of two, rounded up", () => {
    const halved = warp(source, shift(0.5, 0));
    const expected = Math.floor((source.data[0] + source.data[3] + 1) / 2);
    expect([halved.data[3], halved.data[0]]).toEqual([expected, 0]);
  });
});

test("a mask keeps its values, and the nearest pixel decides", () => {
  const mask = picture(4, 1, 1, 8, [0, 255, 255, 0]);
  expect([...warp(mask, shift(0.4, 0), { filter: "nearest" }).data]).toEqual([0, 255, 255, 0]);
  expect([...warp(mask, shift(0.6, 0), { filter: "nearest" }).data]).toEqual([0, 0, 255, 255]);
  const turned = warp(dot(5, 3), rotation(13, size), { filter: "nearest" });
  expect(new Set(turned.data)).toEqual(new Set([0, 255]));
});
