/** Random numbers depend on seed and index only, and are as random as a picture needs. */
import { expect, test } from "vitest";
import { random } from "../src/random.ts";

const count = 100_000;
const draws = (draw: (index: number) => number) => Array.from({ length: count }, (_, i) => draw(i));
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

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
