/** Normal numbers are normal enough, and noise in the plane is smooth and stays in its range. */
import { describe, expect, test } from "vitest";
import { fractalNoise, randomNormal } from "../../src/imaging/noise.ts";
import { random } from "../../src/random.ts";

const count = 100_000;
const draws = (draw: (index: number) => number) => Array.from({ length: count }, (_, i) => draw(i));
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

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
