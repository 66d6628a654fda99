/** A letterboxed picture keeps its aspect, and what lies in the frame finds its way back. */
import { describe, expect, test } from "vitest";
import { letterbox, undoLetterbox } from "../../src/imaging/letterbox.ts";
import { resize } from "../../src/imaging/resize.ts";
import { picture, ramp } from "./pictures.ts";

describe("letterbox", () => {
  test.each([
    { from: [200, 100], to: [64, 64], box: [0, 16, 64, 32] },
    { from: [100, 200], to: [64, 64], box: [16, 0, 32, 64] },
    { from: [100, 100], to: [64, 64], box: [0, 0, 64, 64] },
    { from: [3, 2], to: [64, 64], box: [0, 11, 64, 42] }, // 42.67 rounded down, 22 left: 11 and 11
    { from: [7, 4], to: [64, 64], box: [0, 14, 64, 36] }, // 36.57 rounded down
    { from: [10, 7], to: [20, 17], box: [0, 1, 20, 14] }, // 3 left: 1 above, 2 below
    { from: [7, 10], to: [17, 20], box: [1, 0, 14, 20] }, // 1 left, 2 right
    { from: [4000, 1], to: [64, 64], box: [0, 31, 64, 1] }, // never thinner than a pixel
  ])("$from in $to lies at $box", ({ from, to, box }) => {
    const { image, placement } = letterbox(ramp(from[0], from[1]), to[0], to[1]);
    expect([image.width, image.height]).toEqual(to);
    expect([placement.x, placement.y, placement.width, placement.height]).toEqual(box);
    expect([placement.sourceWidth, placement.sourceHeight]).toEqual(from);
  });

  test("a side that fits exactly is not lost to rounding", () => {
    // 1/49 · 49 is below 1 in float64, so a factor applied to a side of 49 would give 48.
    for (let side = 1; side <= 100; side++) {
      const { placement } = letterbox(ramp(side, side), 64, 64, { filter: "nearest" });
      expect([placement.width, placement.height], `${side}`).toEqual([64, 64]);
    }
  });

  test("the frame holds the resized picture, and the fill everywhere else, in every channel", () => {
    const source = ramp(4, 2, 3, 16);
    const { image } = letterbox(source, 6, 6, { fill: 777, filter: "nearest" });
    const inner = [...resize(source, 6, 3, { filter: "nearest" }).data];
    const bar = (rows: number) => new Array(rows * 18).fill(777);
    expect([...image.data]).toEqual([...bar(1), ...inner, ...bar(2)]);
  });

  test("is black around the picture where nothing is said", () => {
    const { image } = letterbox(picture(2, 1, 1, 8, [200, 200]), 2, 2);
    expect([...image.data]).toEqual([200, 200, 0, 0]);
  });
});

describe("undoLetterbox", () => {
  test("gives back the picture's size, without the bars", () => {
    const source = picture(12, 6, 1, 8, new Array(72).fill(9));
    const { image, placement } = letterbox(source, 31, 40, { fill: 255 });
    expect(undoLetterbox(image, placement)).toEqual(source);
  });

  test("enlarged by a whole factor and undone with nearest, every pixel is back", () => {
    const source = ramp(5, 3, 3);
    const { image, placement } = letterbox(source, 20, 20, { filter: "nearest" });
    expect(undoLetterbox(image, placement, { filter: "nearest" })).toEqual(source);
  });
});
