/** Pictures become [batch, channels, height, width] in float32, computed exactly and rounded once. */
import { describe, expect, test } from "vitest";
import { toTensor } from "../../src/imaging/normalise.ts";
import { picture, ramp } from "./pictures.ts";

const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];

describe("toTensor", () => {
  test("lays channels out as planes, pictures one after the other", () => {
    const one = picture(2, 1, 3, 8, [0, 51, 102, 153, 204, 255]);
    const two = picture(2, 1, 3, 8, [255, 255, 255, 0, 0, 0]);
    const { shape, data } = toTensor([one, two], { mean: [0, 0, 0], std: [1, 1, 1] });
    expect(shape).toEqual([2, 3, 1, 2]);
    expect([...data]).toEqual([0, 0.6, 0.2, 0.8, 0.4, 1, 1, 0, 1, 0, 1, 0].map(Math.fround));
  });

  test.each([8, 16] as const)("every value of %i bits is (v / white − mean) / std in float64, rounded to float32", (bitDepth) => {
    const levels = 2 ** bitDepth;
    const side = Math.sqrt(levels);
    const values = Array.from({ length: levels }, (_, v) => [v, v, v]).flat();
    const { data } = toTensor([picture(side, side, 3, bitDepth, values)], { mean, std });
    const expected = mean.flatMap((m, c) => Array.from({ length: levels }, (_, v) => Math.fround((v / (levels - 1) - m) / std[c])));
    expect(expected.filter((value, i) => value !== data[i])).toEqual([]);
  });

  test("a scale of 1 leaves 8-bit values as they are, and brings 16-bit ones to the same range", () => {
    const options = { scale: 1, mean: [0], std: [1] };
    const levels = Array.from({ length: 256 }, (_, v) => v);
    expect([...toTensor([picture(16, 16, 1, 8, levels)], options).data]).toEqual(levels);
    expect([...toTensor([picture(2, 1, 1, 16, [257, 65535])], options).data]).toEqual([1, 255]);
  });

  test("two pictures of different bits can share a batch", () => {
    const { data } = toTensor([picture(1, 1, 1, 8, [255]), picture(1, 1, 1, 16, [65535])], { mean: [0.5], std: [0.5] });
    expect([...data]).toEqual([1, 1]);
  });
});

describe("what toTensor refuses", () => {
  const options = { mean, std };

  test("no pictures", () => expect(() => toTensor([], options)).toThrow("toTensor: no pictures"));

  test("grey pictures with three means", () => {
    expect(() => toTensor([ramp(2, 2)], options)).toThrow("toTensor: pictures have 1 channels, got 3 means and 3 deviations");
  });

  test("fewer deviations than means", () => {
    expect(() => toTensor([ramp(2, 2, 3)], { mean, std: [1] })).toThrow("got 3 means and 1 deviations");
  });

  test("a deviation of 0", () => {
    expect(() => toTensor([ramp(2, 2, 3)], { mean, std: [1, 0, 1] })).toThrow("deviations must be above 0, got [1, 0, 1]");
  });

  test("pictures of two sizes", () => {
    expect(() => toTensor([ramp(2, 2, 3), ramp(2, 3, 3)], options)).toThrow("pictures must be of one size, got 2 × 2 × 3 and 2 × 3 × 3");
  });

  test("pictures of two channel counts", () => {
    expect(() => toTensor([ramp(2, 2, 3), ramp(2, 2, 4)], options)).toThrow("pictures must be of one size");
  });
});

test("a standardised picture has a mean of 0 and a deviation of 1 of its own, whatever is given beside", () => {
  const pictures = [picture(2, 2, 1, 8, [10, 20, 30, 40]), picture(2, 2, 1, 8, [7, 7, 7, 7])];
  const { data } = toTensor(pictures, { mean: [0], std: [1], standardise: true });
  // Of 10, 20, 30 and 40 the mean is 25 and the mean squared distance 125.
  const expected = [-15, -5, 5, 15].map((distance) => Math.fround(distance / Math.sqrt(125)));
  for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 6);
  for (const value of data.subarray(4)) expect(Math.abs(value)).toBeLessThan(1e-12);
});

test("a standardised picture of 16 bits is that of 8 bits", () => {
  const eight = picture(2, 2, 1, 8, [10, 20, 30, 40]);
  const sixteen = picture(
    2,
    2,
    1,
    16,
    [10, 20, 30, 40].map((value) => 257 * value),
  );
  const options = { mean: [0], std: [1], standardise: true };
  const [a, b] = [toTensor([eight], options).data, toTensor([sixteen], options).data];
  for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(value, 6);
});
