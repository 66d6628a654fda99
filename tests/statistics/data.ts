/** The stored results of SciPy, scikit-learn and statsmodels, and how near to them is near. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";

const read = (name: string) => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));

/** 240 labels with two scores, one with ties; three-class probabilities; a regression; and what is found in them. */
export const golden = read("statistics");

/** More results on the same data; the script beside it says how they are made. */
export const oracle = read("statistics-oracle");

/** The difference is at most 10⁻⁹, of the expected where that is above 1. */
export function expectNear(found: unknown, expected: number, tolerance = 1e-9): void {
  expect(found).toBeTypeOf("number");
  expect(Math.abs(Number(found) - expected), `${found} against ${expected}`).toBeLessThanOrEqual(
    tolerance * Math.max(1, Math.abs(expected)),
  );
}

/** The relative difference is at most this: for numbers that may be small, such as p-values. */
export function expectClose(found: unknown, expected: number, tolerance = 1e-9): void {
  expect(found).toBeTypeOf("number");
  expect(Math.abs(Number(found) - expected), `${found} against ${expected}`).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

/** Every number in a result, at any depth, is a number. */
export function expectNoNaN(result: unknown, path = "result"): void {
  if (typeof result === "number") expect(Number.isNaN(result), path).toBe(false);
  else if (ArrayBuffer.isView(result)) expect(Array.from(result as unknown as ArrayLike<number>).some(Number.isNaN), path).toBe(false);
  else if (result !== null && typeof result === "object")
    for (const [key, value] of Object.entries(result)) expectNoNaN(value, `${path}.${key}`);
}
