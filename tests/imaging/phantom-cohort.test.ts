/** Drawn patients: each once, in turn of every class, with indicators that are what the rules make of their opacities but for the error. */
import { expect, test } from "vitest";
import { type CohortFilm, cohort, expectedIndicators, type Indicator, indicatorRules } from "../../src/imaging/phantom-cohort.ts";

const patterns = { normal: { opacities: 0 }, focal: { opacities: 1, strength: 3 }, diffuse: { opacities: 4, strength: 1.5 } };
const films: readonly CohortFilm[] = [...cohort({ films: 9, patterns, size: 64, seed: 2 })];

test("classes take turns, and every patient is another", () => {
  expect(films.map(({ label }) => label)).toEqual([0, 1, 2].flatMap(() => ["normal", "focal", "diffuse"]));
  expect(films.map(({ phantom }) => phantom.opacities.length)).toEqual([0, 1, 2].flatMap(() => [0, 1, 4]));
  expect(new Set(films.map(({ patient }) => patient)).size).toBe(9);
  expect(new Set(films.map(({ phantom }) => Buffer.from(phantom.image.data).toString("hex"))).size).toBe(9);
  for (const { label, strength } of films) if (label === "focal") expect(Math.abs(strength - 3)).toBeLessThanOrEqual(0.75);
});

test("indicators lie within the errors' reach of what share and strength say, and are not all on it", () => {
  const names = Object.keys(indicatorRules) as Indicator[];
  const errors = films.flatMap(({ share, strength, indicators }) =>
    names.map((name) => (indicators[name] - expectedIndicators(share, strength)[name]) / indicatorRules[name].deviation),
  );
  // A sum of four uniforms, scaled to a deviation of 1, ends at 2 √3.
  for (const error of errors) expect(Math.abs(error)).toBeLessThanOrEqual(2 * Math.sqrt(3) + 1e-9);
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  // 45 errors: the deviation's own error is 1 / √90, here four times.
  expect(Math.abs(deviation - 1)).toBeLessThan(4 / Math.sqrt(90));
  expect(films.filter(({ label }) => label === "normal").every(({ share }) => share === 0)).toBe(true);
});

test("the same options give the same films, another seed others", () => {
  const [again] = cohort({ films: 1, patterns, size: 64, seed: 2 });
  const [other] = cohort({ films: 1, patterns, size: 64, seed: 3 });
  expect(again).toEqual(films[0]);
  expect(other.phantom.image).not.toEqual(films[0].phantom.image);
});

test("what cannot be drawn is an error", () => {
  expect(() => [...cohort({ films: 0, patterns })]).toThrow("cohort: films must be a count of at least 1, got 0");
  expect(() => [...cohort({ films: 1, patterns: {} })]).toThrow("cohort: patterns must name a class");
});
