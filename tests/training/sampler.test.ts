/** Epochs are orders that follow from the seed and the epoch, and show the classes as their sampler says. */
import { describe, expect, test } from "vitest";
import { epochOrder, type Sampler } from "../../src/training/sampler.ts";

/** 60 of class 0, 30 of class 1, 10 of class 2, mixed. */
const labels = Array.from({ length: 100 }, (_, i) => (i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2));
const countsOf = (order: Iterable<number>) => {
  const counts = [0, 0, 0];
  for (const place of order) counts[labels[place]]++;
  return counts;
};
const times = (order: Int32Array) => labels.map((_, i) => order.filter((place) => place === i).length);
const kinds: readonly Sampler["kind"][] = ["sequential", "shuffled", "weighted", "balanced", "oversampled"];

describe.each(kinds)("%s", (kind) => {
  test("gives an epoch again, and another order with another epoch or seed", () => {
    const order = (seed: number, epoch: number) => [...epochOrder({ kind }, labels, seed, epoch)];
    expect(order(3, 5)).toEqual(order(3, 5));
    if (kind !== "sequential") {
      expect(order(3, 6)).not.toEqual(order(3, 5));
      expect(order(4, 5)).not.toEqual(order(3, 5));
    }
  });
});

test("sequential and shuffled show each once", () => {
  expect([...epochOrder({ kind: "sequential" }, labels, 1, 1)]).toEqual(labels.map((_, i) => i));
  expect([...epochOrder({ kind: "shuffled" }, labels, 1, 1)].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
});

test("weighted draws with replacement, each class as often, or as its weight says", () => {
  const counts = [0, 0, 0];
  for (let epoch = 0; epoch < 60; epoch++)
    for (const [label, count] of countsOf(epochOrder({ kind: "weighted" }, labels, 1, epoch)).entries()) counts[label] += count;
  // 6,000 draws, binomial with 1/3: mean 2,000, deviation 36.5; five deviations are 183.
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(183);
  const order = epochOrder({ kind: "weighted" }, labels, 1, 0);
  expect([order.length, Math.max(...times(order)) > 1]).toEqual([100, true]);
  expect(countsOf(epochOrder({ kind: "weighted", classWeights: [0, 1, 0] }, labels, 1, 0))).toEqual([0, 100, 0]);
});

test("balanced batches of any size have as many of each class as they can, and show a class whole before anything again", () => {
  const order = [...epochOrder({ kind: "balanced" }, labels, 1, 0)];
  for (const size of [3, 4, 8, 10]) {
    for (let start = 0; start + size <= order.length; start += size) {
      const counts = countsOf(order.slice(start, start + size));
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  }
  const seen = times(Int32Array.from(order));
  for (const label of [0, 1, 2]) {
    const times = seen.filter((_, i) => labels[i] === label);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
  }
});

test("oversampled shows everything, and each class as often as the largest", () => {
  const order = epochOrder({ kind: "oversampled" }, labels, 1, 0);
  expect(countsOf(order)).toEqual([60, 60, 60]);
  const seen = times(order);
  expect([0, 1, 2].map((label) => [...new Set(seen.filter((_, i) => labels[i] === label))])).toEqual([[1], [2], [6]]);
  const uneven = [0, 0, 0, 0, 0, 1, 1];
  const counts = uneven.map((_, i) => epochOrder({ kind: "oversampled" }, uneven, 2, 0).filter((place) => place === i).length);
  expect([counts.slice(0, 5), counts.slice(5).sort()]).toEqual([
    [1, 1, 1, 1, 1],
    [2, 3],
  ]);
});

test.each([[[1, 1]], [[-1, 1, 1]], [[0, 0, 0]], [[Number.NaN, 1, 1]]])("class weights %j are refused", (classWeights) => {
  expect(() => epochOrder({ kind: "weighted", classWeights }, labels, 1, 0)).toThrow(
    "sampler: 3 class weights of at least 0, not all 0, are needed",
  );
});
