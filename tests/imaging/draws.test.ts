/** Sequences of random numbers belong to their keys, and are as even as their purpose needs. */
import { expect, test } from "vitest";
import { draws, keyed, shuffled } from "../../src/imaging/draws.ts";

test("a key gives its numbers again, another key, or the same numbers in another order, gives others", () => {
  const first = (...key: number[]) => draws(...key).uniform(0, 1);
  expect(first(1, 2, 3)).toBe(first(1, 2, 3));
  expect(new Set([first(1, 2, 3), first(3, 2, 1), first(1, 2), first(1, 2, 3, 0), first(1, 3, 2)]).size).toBe(5);
});

test("the numbers of a key are written down, so that a change of the generator shows", () => {
  const { below } = draws(1234, 0, 7);
  expect([keyed(1234, 0, 7), ...Array.from({ length: 6 }, () => below(1000))]).toEqual([555169915, 241, 628, 157, 358, 522, 81]);
  expect([...shuffled(8, 1234)]).toEqual([1, 4, 6, 7, 2, 5, 0, 3]);
});

test("10,000 neighbouring keys give first numbers that are even and unrelated", () => {
  const values = Array.from({ length: 10_000 }, (_, i) => draws(5, 0, i).uniform(0, 1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const product = values.slice(1).reduce((sum, value, i) => sum + (value - 0.5) * (values[i] - 0.5), 0) / (values.length - 1);
  // Five standard errors: a deviation of √(1/12) for the mean, of 1/12 for the product of neighbours, over √10,000.
  expect(Math.abs(mean - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / 100);
  expect(Math.abs(product)).toBeLessThan(5 / 12 / 100);
});

test("a shuffle is a permutation, and puts each number at each place about as often", () => {
  const counts = Array.from({ length: 5 }, () => new Array(5).fill(0));
  for (let seed = 0; seed < 2000; seed++) {
    const order = shuffled(5, seed);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    for (const [place, value] of order.entries()) counts[place][value]++;
  }
  // Each of the 25 counts is binomial (2000, 1/5): mean 400, deviation 17.9; five deviations are 90.
  for (const count of counts.flat()) expect(Math.abs(count - 400)).toBeLessThan(90);
});

test("chance happens as often as it says, never at 0 and always at 1", () => {
  const { chance } = draws(9);
  const often = (probability: number) => Array.from({ length: 2000 }, () => chance(probability)).filter(Boolean).length;
  expect([often(0), often(1)]).toEqual([0, 2000]);
  // Binomial (2000, 0.4): mean 800, deviation 21.9; five deviations are 110.
  expect(Math.abs(often(0.4) - 800)).toBeLessThan(110);
});
