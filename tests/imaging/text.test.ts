/** Text is legible: its pixels are those of the letters, at any size, and nothing outside of the picture is touched. */
import { expect, test } from "vitest";
import { drawText, fittingText, textWidth } from "../../src/imaging/text.ts";
import type { Image } from "../../src/loaders/image.ts";

const blank = (width: number, height: number): Image => ({
  width,
  height,
  channels: 3,
  bitDepth: 8,
  data: new Uint8Array(width * height * 3),
});

/** Rows of the picture, # for ink. */
const seen = ({ width, height, data }: Image): string[] =>
  Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => (data[(y * width + x) * 3] > 0 ? "#" : ".")).join(""));

test("letters have their shapes, a column between them, and what hangs below the line", () => {
  const picture = blank(17, 8);
  drawText(picture, "Rg1", 0, 0);
  expect(seen(picture)).toEqual([
    "####..........#..",
    "#...#........##..",
    "#...#..####...#..",
    "####..#...#...#..",
    "#.#...#...#...#..",
    "#..#...####...#..",
    "#...#.....#..###.",
    ".......###.......",
  ]);
});

test("a scale repeats each pixel, and the ink is the colour given", () => {
  const picture = blank(10, 16);
  drawText(picture, "L", 0, 0, { level: [1, 2, 3], scale: 2 });
  expect(seen(picture)[0]).toBe("##........");
  expect(seen(picture).slice(12)).toEqual(["##########", "##########", "..........", ".........."]);
  expect([...picture.data.subarray(0, 3)]).toEqual([1, 2, 3]);
});

test("a grey picture takes a level", () => {
  const picture: Image = { width: 5, height: 8, channels: 1, bitDepth: 16, data: new Uint16Array(40) };
  drawText(picture, "-", 0, 0, { level: 40000 });
  expect([...picture.data.subarray(10, 20)]).toEqual([0, 0, 0, 0, 0, 40000, 40000, 40000, 40000, 40000]);
});

test("all printable characters differ, and others are question marks", () => {
  const pictures = Array.from({ length: 95 }, (_, i) => {
    const picture = blank(5, 8);
    drawText(picture, String.fromCharCode(32 + i), 0, 0);
    return seen(picture).join();
  });
  expect(new Set(pictures).size).toBe(95);
  const umlaut = blank(5, 8);
  drawText(umlaut, "ü", 0, 0);
  expect(seen(umlaut).join()).toBe(pictures["?".charCodeAt(0) - 32]);
});

test("what lies outside is left out", () => {
  const picture = blank(4, 4);
  drawText(picture, "HH", -3, -5, { level: 9 });
  expect(seen(picture)).toEqual([".#.#", ".#.#", "....", "...."]);
});

test("a text that is too long ends in two dots", () => {
  expect(textWidth("abc")).toBe(18);
  expect(textWidth("abc", 2)).toBe(36);
  expect(fittingText("abc", 17)).toBe("abc");
  expect(fittingText("abcdef", 29)).toBe("abc..");
  expect(fittingText("abcdef", 5)).toBe(".");
  expect(fittingText("abcdef", 0)).toBe("");
});
