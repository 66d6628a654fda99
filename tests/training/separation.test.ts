/** How well outliers are told from films: the area by pairs, and what passes where 95 % of films do. */
import { expect, test } from "vitest";
import { randomNormal } from "../../src/imaging/noise.ts";
import { separation } from "../../src/training/separation.ts";

test("the area is the share of pairs with the outlier above, ties a half", () => {
  const films = Array.from({ length: 40 }, (_, n) => Math.round(3 * randomNormal(1, n)));
  const outliers = Array.from({ length: 30 }, (_, n) => Math.round(3 * randomNormal(2, n) + 2));
  let pairs = 0;
  for (const film of films) for (const outlier of outliers) pairs += outlier > film ? 1 : outlier === film ? 0.5 : 0;
  expect(separation(films, outliers).auroc).toBeCloseTo(pairs / 1200, 12);
});

test("the rate is that of the outliers at or below the 95th of 100 films", () => {
  const films = Array.from({ length: 100 }, (_, n) => n + 1);
  expect(separation(films, [94, 95, 95.5, 200]).fpr95).toBe(0.5);
  expect(separation(films, [300, 200])).toEqual({ auroc: 1, fpr95: 0 });
  expect(separation(films, [0])).toEqual({ auroc: 0, fpr95: 1 });
});

test("without films or outliers there is nothing to tell apart", () => {
  expect(() => separation([], [1])).toThrow("separation: films and outliers are needed, got 0 and 1");
  expect(() => separation([1, 2], [])).toThrow("separation: films and outliers are needed, got 2 and 0");
});
