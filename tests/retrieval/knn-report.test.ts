/** Reports of votes have the rates and areas that are counted by hand. */
import { expect, test } from "vitest";
import { areaUnderRoc, knnReport } from "../../src/retrieval/knn-report.ts";

const found = (...indices: readonly number[]) => indices.map((index, rank) => ({ index, distance: rank + 1 }));
const items = [0, 0, 1, 1, 2];

test("counts what the first k neighbours vote for", () => {
  const rows = [found(0, 2, 3), found(1, 0, 2), found(2, 0, 1), found(4, 2, 3)];
  const labels = [0, 0, 1, 2];
  expect(knnReport(rows, items, labels, ["a", "b", "c"], { k: 1 })).toEqual({
    k: 1,
    count: 4,
    accuracy: 1,
    balancedAccuracy: 1,
    auc: 1,
    classes: [
      { label: "a", count: 2, recall: 1, precision: 1, auc: 1 },
      { label: "b", count: 1, recall: 1, precision: 1, auc: 1 },
      { label: "c", count: 1, recall: 1, precision: 1, auc: 1 },
    ],
    confusion: [
      [2, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  });
  const three = knnReport(rows, items, labels, ["a", "b", "c"], { k: 3 });
  // The votes for a are 1, 2, 2 and 0 thirds, for b 2, 1, 1 and 2, for c 0, 0, 0 and 1.
  expect(three.confusion).toEqual([
    [1, 1, 0],
    [1, 0, 0],
    [0, 1, 0],
  ]);
  expect(three.accuracy).toBe(1 / 4);
  expect(three.balancedAccuracy).toBeCloseTo((1 / 2 + 0 + 0) / 3, 12);
  // Pairs of a with others: 1 over 2, 1 over 0, 2 over 2, 2 over 0.
  expect(three.classes[0].auc).toBe((0 + 1 + 0.5 + 1) / 4);
  // The one of b with others: 1 over 2, 1, 2.
  expect(three.classes[1].auc).toBeCloseTo((0 + 0.5 + 0) / 3, 12);
  expect(three.classes[2]).toEqual({ label: "c", count: 1, recall: 0, precision: Number.NaN, auc: 1 });
});

test("equal votes go to the class of the nearest neighbour", () => {
  const { confusion } = knnReport([found(2, 0), found(0, 2)], items, [1, 0], ["a", "b", "c"], { k: 2 });
  expect(confusion).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ]);
});

test("nearer ones count more where distances do", () => {
  const rows = [
    [
      { index: 0, distance: 0.1 },
      { index: 2, distance: 1 },
      { index: 3, distance: 1 },
    ],
  ];
  expect(knnReport(rows, items, [0], ["a", "b", "c"], { k: 3, weights: "distance" }).accuracy).toBe(1);
  expect(knnReport(rows, items, [0], ["a", "b", "c"], { k: 3 }).accuracy).toBe(0);
});

test("a class without queries, and a query without neighbours, count nowhere", () => {
  const report = knnReport([found(0), []], items, [0, 0], ["a", "b", "c"], { k: 1 });
  expect(report.accuracy).toBe(1 / 2);
  expect(report.balancedAccuracy).toBe(1 / 2);
  expect(report.classes[1]).toEqual({ label: "b", count: 0, recall: Number.NaN, precision: Number.NaN, auc: Number.NaN });
});

test("the area under the curve counts pairs, equal ones by half", () => {
  expect(areaUnderRoc([0.1, 0.4, 0.35, 0.8], [false, false, true, true])).toBe(0.75);
  expect(areaUnderRoc([1, 1, 1, 1], [false, true, true, false])).toBe(0.5);
  expect(areaUnderRoc([3, 1, 2], [true, false, false])).toBe(1);
  expect(areaUnderRoc([1, 2], [true, true])).toBeNaN();
});
