/** Filters at their edges: what changes nothing, one pixel, 16 bits, channels, blank pictures. */
import { describe, expect, test } from "vitest";
import { brightness } from "../../src/imaging/brightness.ts";
import { clahe } from "../../src/imaging/clahe.ts";
import { contrast } from "../../src/imaging/contrast.ts";
import { equalize } from "../../src/imaging/equalize.ts";
import { gamma } from "../../src/imaging/gamma.ts";
import { gaussianBlur } from "../../src/imaging/gaussian-blur.ts";
import { reflect } from "../../src/imaging/reflect.ts";
import { sharpen } from "../../src/imaging/sharpen.ts";
import type { Image } from "../../src/loaders/image.ts";
import { picture, ramp } from "./pictures.ts";

const values = (image: Image) => [...image.data];

test("brightness, contrast and gamma change each value by itself, clipped and rounded", () => {
  const source = picture(5, 1, 1, 8, [0, 10, 128, 200, 255]);
  expect(values(brightness(source, 1.4))).toEqual([0, 14, 179, 255, 255]);
  expect(values(contrast(source, 2))).toEqual([0, 0, 129, 255, 255]);
  expect(values(contrast(source, 0))).toEqual([128, 128, 128, 128, 128]);
  expect(values(gamma(source, 2))).toEqual([0, 0, 64, 157, 255]);
  const deep = picture(3, 1, 1, 16, [0, 1000, 65535]);
  expect(values(brightness(deep, 1.5))).toEqual([0, 1500, 65535]);
  expect(values(gamma(deep, 0.5))).toEqual([0, Math.round(65535 * Math.sqrt(1000 / 65535)), 65535]);
});

describe.each([8, 16] as const)("%i bits", (bitDepth) => {
  const source = ramp(13, 9, 3, bitDepth);
  const filters: readonly (readonly [string, (image: Image) => Image])[] = [
    ["brightness", (image) => brightness(image, 1.2)],
    ["contrast", (image) => contrast(image, 1.2)],
    ["gamma", (image) => gamma(image, 0.7)],
    ["gaussianBlur", (image) => gaussianBlur(image, 1.3)],
    ["sharpen", (image) => sharpen(image, 0.4)],
    ["clahe", (image) => clahe(image, { clipLimit: 3, tilesX: 3, tilesY: 2 })],
    ["equalize", (image) => equalize(image)],
  ];

  test.each(filters)("%s treats each channel as if it were alone, and leaves its input", (_, filter) => {
    const before = structuredClone(source);
    const { data, ...rest } = filter(source);
    expect(source).toEqual(before);
    expect(rest).toEqual({ width: 13, height: 9, channels: 3, bitDepth });
    for (let c = 0; c < 3; c++) {
      const alone = filter({ ...source, channels: 1, data: source.data.filter((_, i) => i % 3 === c) });
      expect(data.filter((_, i) => i % 3 === c)).toEqual(alone.data);
    }
  });

  test("1 or 0 changes nothing, and a picture of one pixel can be filtered", () => {
    for (const same of [brightness(source, 1), contrast(source, 1), gamma(source, 1), gaussianBlur(source, 0), sharpen(source, 0)]) {
      expect(same).toEqual(source);
    }
    const pixel = picture(1, 1, 1, bitDepth, [77]);
    for (const same of [gaussianBlur(pixel, 2), sharpen(pixel, 1), equalize(pixel)]) expect(same).toEqual(pixel);
    expect(clahe(pixel, { tilesX: 1, tilesY: 1 }).data).toHaveLength(1);
  });

  test("a blank picture stays blank", () => {
    const blank = picture(12, 10, 1, bitDepth, new Array(120).fill(9));
    for (const same of [gaussianBlur(blank, 1.7), sharpen(blank, 0.8), equalize(blank)]) expect(same).toEqual(blank);
    expect(new Set(clahe(blank, { tilesX: 3, tilesY: 2 }).data).size).toBe(1);
  });
});

test("a blurred dot is the kernel: even, falling, and the whole of it", () => {
  const dot = picture(
    31,
    31,
    1,
    16,
    Array.from({ length: 961 }, (_, i) => (i === 480 ? 60000 : 0)),
  );
  const { data } = gaussianBlur(dot, 2);
  const row = [...data.subarray(15 * 31, 16 * 31)];
  expect(row).toEqual([...row].reverse());
  for (let i = 1; i <= 15; i++) expect(row[i]).toBeGreaterThanOrEqual(row[i - 1]);
  // The value at a distance of 2, one deviation, is e^(−1/2) of the middle's; rounding changes each by half a level.
  expect(row[13] / row[15]).toBeCloseTo(Math.exp(-0.5), 3);
  const total = [...data].reduce((sum, value) => sum + value, 0);
  expect(Math.abs(total - 60000)).toBeLessThan(0.5 * 13 * 13);
});

test("a blur reaches three deviations to each side, rounded to an odd size as OpenCV rounds it", () => {
  const source = ramp(40, 30, 1, 16);
  for (const [sigma, size] of [
    [1, 7],
    [1.1, 9],
    [1.5, 11],
    [1.9, 13],
  ]) {
    expect(gaussianBlur(source, sigma)).toEqual(gaussianBlur(source, sigma, size));
    expect(gaussianBlur(source, sigma)).not.toEqual(gaussianBlur(source, sigma, size - 2));
  }
});

test("sharpening adds eight times the difference from the neighbours' mean", () => {
  const source = picture(3, 3, 1, 8, [100, 100, 100, 100, 110, 100, 100, 100, 100]);
  expect(values(sharpen(source, 0.5))[4]).toBe(110 + 0.5 * 8 * 10);
  expect(values(sharpen(source, 5))[4]).toBe(255);
});

test("equalisation spreads four levels over the whole range", () => {
  expect(values(equalize(picture(4, 1, 1, 8, [10, 11, 12, 13])))).toEqual([0, 85, 170, 255]);
  expect(values(equalize(picture(4, 1, 1, 16, [10, 11, 12, 13])))).toEqual([0, 21845, 43690, 65535]);
});

test("borders are reflected without repeating the outermost pixel", () => {
  expect([-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7].map((position) => reflect(position, 4))).toEqual([3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1]);
  expect(reflect(5, 1)).toBe(0);
});
