/** The mean of several models is the mean of their scores, class by class, and their disagreement is that of `ensemble`. */
import { expect, test } from "vitest";
import type { ScoredFilms } from "../../../src/app/evaluation/judge.ts";
import { meanScores, memberAgreement } from "../../../src/app/evaluation/mean-scores.ts";
import type { Scores } from "../../../src/app/evaluation/scores.ts";
import { datasetOf } from "../../training/films.ts";

const scoresOf = (
  classes: readonly string[],
  rows: readonly (readonly number[] | undefined)[],
  withheld = rows.map(() => false),
): Scores => ({
  classes,
  rows: rows.map((row) => row && Float64Array.from(row)),
  failures: [],
  withheld,
});

test("classes are joined by name; a film that one could not read has no mean, one that one withholds is withheld", () => {
  const first = scoresOf(["normal", "covid"], [[0.8, 0.2], [0.5, 0.5], undefined]);
  const second = scoresOf(
    ["covid", "normal"],
    [
      [0.6, 0.4],
      [0.9, 0.1],
      [1, 0],
    ],
    [false, true, false],
  );
  const { classes, rows, withheld } = meanScores([first, second]);
  expect([classes, withheld]).toEqual([
    ["normal", "covid"],
    [false, true, false],
  ]);
  expect(rows[0]?.[0]).toBeCloseTo(0.6, 15);
  expect(rows[1]?.[1]).toBeCloseTo(0.7, 15);
  expect(rows[2]).toBeUndefined();
  expect(() => meanScores([first, scoresOf(["normal", "flu"], [])])).toThrow(/know the same classes, got normal, covid and normal, flu$/);
});

test("right answers are counted where members agree and where they do not; information is that of two opposed certainties", () => {
  const films = datasetOf(
    ["normal", "covid"],
    Array.from({ length: 12 }, (_, i) => ({ label: i % 2 })),
  ).samples;
  const judged = (rows: readonly (readonly number[])[]): ScoredFilms & { readonly model: string } => ({
    model: "m",
    name: "test",
    classes: ["normal", "covid"],
    films,
    labels: Int32Array.from(films, ({ label = 0 }) => label),
    scores: Float64Array.from(rows.flat()),
    withheld: films.map(() => false),
  });
  // Both say normal of the first six films, and contradict each other of the rest, where the mean is a tie that the first class wins.
  const sure = films.map(() => [1, 0]);
  const opposed = films.map((_, i) => (i < 6 ? [1, 0] : [0, 1]));
  const mean = judged(films.map((_, i) => (i < 6 ? [1, 0] : [0.5, 0.5])));
  const { agreed, divided, mutualInformation, tellsMistakes, films: each } = memberAgreement(mean, [judged(sure), judged(opposed)]);
  expect([agreed.successes, agreed.trials, divided.successes, divided.trials]).toEqual([3, 6, 3, 6]);
  expect(each[0].mutualInformation).toBe(0);
  expect(each[6].mutualInformation).toBeCloseTo(Math.LN2, 12);
  expect(mutualInformation).toBeCloseTo(Math.LN2 / 2, 12);
  expect(tellsMistakes.value).toBe(0.5);
});
