/** Random numbers depend on seed and index only, and are as random as a picture needs. */
import { describe, expect, test } from "vitest";
import { fractalNoise, randomNormal } from "../../src/imaging/noise.ts";
import { random } from "../../src/random.ts";

const count = 100_000;
const draws = (draw: (index: number) => number) => Array.from({ length: count }, (_, i) => draw(i));
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("random", () => {
  test("gives these bits, in every engine", () => {
    expect([random(0, 0), random(0, 1), random(1, 0), random(-5, 123456)].map((value) => value * 2 ** 32)).toEqual([
      1320828340, 898202846, 3383743250, 3965660981,
    ]);
  });

  // The mean of n uniforms strays by 1/√(12n), their mean square by √(4/45 n): five times that is one chance in a million.
  test.each([0, 1, 2, -7, 2 ** 31 - 1])("is uniform for seed %i", (seed) => {
    const values = draws((i) => random(seed, i));
    expect(Math.abs(meanOf(values) - 1 / 2)).toBeLessThan(5 / Math.sqrt(12 * count));
    expect(Math.abs(meanOf(values.map((value) => value * value)) - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / count));
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  test("neighbours in index and in seed are uncorrelated", () => {
    const centred = (seed: number, i: number) => random(seed, i) - 1 / 2;
    // A product of two independent centred uniforms has deviation 1/12.
    for (const other of [(i: number) => centred(3, i + 1), (i: number) => centred(4, i), (i: number) => centred(3, i + 512)]) {
      expect(Math.abs(meanOf(draws((i) => centred(3, i) * other(i))))).toBeLessThan(5 / 12 / Math.sqrt(count));
    }
  });
});

test("randomNormal has mean 0 and deviation 1", () => {
  const values = draws((i) => randomNormal(9, i));
  expect(Math.abs(meanOf(values))).toBeLessThan(5 / Math.sqrt(count));
  expect(Math.abs(meanOf(values.map((value) => value * value)) - 1)).toBeLessThan(5 * Math.sqrt(1.7 / count)); // kurtosis 2.7 for four uniforms
});

describe("noise in the plane", () => {
  test("one octave is continuous across its cells and takes half of a random value at their corners", () => {
    for (const [x, y] of [
      [3, 0.3],
      [-2, 5.5],
      [0.7, 4],
    ]) {
      // A cubic step between values 1 apart has slope 1.5 at most, along each axis.
      expect(Math.abs(fractalNoise(1, x - 1e-6, y - 1e-6, 1) - fractalNoise(1, x + 1e-6, y + 1e-6, 1))).toBeLessThan(2 * 1.5 * 2e-6);
    }
    expect(fractalNoise(1, 5, 0, 1)).toBe(random(1, 5) - 0.5);
  });

  test("octaves together stay within −1 and 1 and fills most of the range", () => {
    const values = draws((i) => fractalNoise(5, (i % 300) / 7, i / 2100, 5));
    const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    expect(least).toBeGreaterThanOrEqual(-1);
    expect(most).toBeLessThanOrEqual(1);
    expect(most - least).toBeGreaterThan(1);
  });
});
