/** Values of the training films fill 0 … 1, and come back to their units. */
import { expect, test } from "vitest";
import { inUnits } from "../../src/models/value-scaler.ts";
import type { Dataset } from "../../src/training/dataset.ts";
import { scalerOf, withScaledValues } from "../../src/training/value-scaler.ts";

const films = (...values: readonly (readonly number[])[]): Dataset => ({
  name: "films",
  classes: [],
  samples: values.map((own, i) => ({ name: `${i}.png`, picture: `${i}.png`, values: own })),
});

test("the training films' least is 0 and their greatest 1, others may lie outside, and all come back", () => {
  const train = films([4, 0.1], [104, 0.3], [54, 0.2]);
  const scaler = scalerOf(train, ["crp", "procalcitonin"]);
  expect(scaler).toEqual({ lowest: [4, 0.1], highest: [104, 0.3] });
  const [first, , third] = withScaledValues(train, scaler).samples;
  expect([first.values, third.values?.[0]]).toEqual([[0, 0], 0.5]);
  const [outside] = withScaledValues(films([204, 0.3]), scaler).samples;
  expect(outside.values).toEqual([2, 1]);
  expect(inUnits(scaler, 2, 0)).toBe(204);
});

test("what cannot be scaled is an error", () => {
  expect(() => scalerOf(films([1], [1]), ["crp"])).toThrow("films: crp is the same in all 2 films, it cannot be scaled");
  expect(() => scalerOf(films([1], []), ["crp"])).toThrow("films: 1.png has no crp");
});
