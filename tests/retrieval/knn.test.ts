/** Votes are shares of the neighbours' classes, and no item votes on itself or on its patient's others. */
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/kernels/op.ts";
import { leaveOneOut, vote } from "../../src/retrieval/knn.ts";
import { tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";

const found = [
  { index: 2, distance: 0.5 },
  { index: 0, distance: 1 },
  { index: 3, distance: 2 },
];

describe("a vote", () => {
  test("counts the same for every neighbour", () => {
    expect([...vote(found, [1, 0, 0, 1], 3)]).toEqual([1 / 3, 2 / 3, 0]);
  });

  test("counts more for a nearer one, 1 / distance", () => {
    expect([...vote(found, [1, 0, 0, 1], 2, { weights: "distance" })]).toEqual([2 / 3.5, 1.5 / 3.5]);
  });

  test("of items at distance 0 is the only one", () => {
    const same = [{ index: 1, distance: 0 }, { index: 3, distance: 0 }, ...found];
    expect([...vote(same, [1, 0, 0, 1], 2, { weights: "distance" })]).toEqual([0.5, 0.5]);
  });

  test("without neighbours gives nothing", () => {
    expect([...vote([], [], 2)]).toEqual([0, 0]);
  });

  test("refuses a label that is no class", () => {
    expect(() => vote(found, [1, 0, 4, 1], 2)).toThrow(new RangeError("vote: item 2 has class 4, there are 2"));
  });
});

describe("leave one out", () => {
  // Pairs of neighbours on a line: 0 and 1, 10 and 11, 20 and 21.
  const items = tensor([6, 1], Float32Array.of(0, 1, 10, 11, 20, 21));
  const classOf = (shares: readonly Float64Array[]): number[] => shares.map((row) => row.indexOf(Math.max(...row)));

  test("asks an item's nearest other", async () => {
    expect(classOf(await leaveOneOut(await device(), items, [0, 1, 2, 3, 4, 5], 6, { k: 1 }))).toEqual([1, 0, 3, 2, 5, 4]);
  });

  test("does not ask others of its group", async () => {
    const groups = ["a", "a", "b", "b", "c", "d"];
    expect(classOf(await leaveOneOut(await device(), items, [0, 1, 2, 3, 4, 5], 6, { k: 1, groups }))).toEqual([2, 2, 1, 4, 5, 4]);
  });

  test("needs a label for each item", async () => {
    const attempt = leaveOneOut(await device(), items, [0, 1], 2);
    await expect(attempt).rejects.toThrow(ShapeError);
    await expect(attempt).rejects.toThrow("leaveOneOut: every item needs a label, got 2, got [6, 1]");
  });
});
