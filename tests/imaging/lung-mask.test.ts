/** A mask's two lungs are told apart, and what cannot be two lungs is told with its reason. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lungLimits, lungsIn } from "../../src/imaging/lung-mask.ts";
import { phantom } from "../../src/imaging/phantom.ts";
import { resize } from "../../src/imaging/resize.ts";
import { readCsv } from "../../src/loaders/csv.ts";
import type { Image } from "../../src/loaders/image.ts";
import { decodePng } from "../../src/loaders/png.ts";

const size = 128;
const area = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);

/** A mask that is white where a function of the place says so. */
const drawn = (isInside: (x: number, y: number) => boolean, width = size, height = size): Image => ({
  width,
  height,
  channels: 1,
  bitDepth: 8,
  data: Uint8Array.from({ length: width * height }, (_, i) => (isInside(i % width, Math.floor(i / width)) ? 255 : 0)),
});

const within = (x: number, y: number, [left, top, width, height]: readonly [number, number, number, number]): boolean =>
  x >= left && x < left + width && y >= top && y < top + height;

/** Two boxes: a right lung, on the left of the film, and a left one. */
const boxes =
  (right: readonly [number, number, number, number], left: readonly [number, number, number, number]) =>
  (x: number, y: number): boolean =>
    within(x, y, right) || within(x, y, left);

describe.each([0, 1, 2, 3])("the drawn lungs of seed %i", (seed) => {
  const { lungs, left, right } = phantom({ size, seed });
  const mask = drawn((x, y) => lungs[y * size + x] === 1);

  test("are a right and a left one, the right one on the left of the film", () => {
    const found = lungsIn(mask);
    expect(found).toMatchObject({ area: area(lungs), share: area(lungs) / size ** 2, parts: 2 });
    expect(found.problem).toBeUndefined();
    const whole = area(lungs);
    expect(found.sides).toMatchObject([
      { side: "right", area: area(right), share: area(right) / whole, parts: 1 },
      { side: "left", area: area(left), share: area(left) / whole, parts: 1 },
    ]);
    expect(found.labels).toEqual(right.map((value, i) => value + 2 * left[i]));
  });

  test("stay two, where one is cut by a gap", () => {
    const row = Math.floor(0.4 * size);
    const cut = drawn((x, y) => lungs[y * size + x] === 1 && (x > size / 2 || Math.abs(y - row) > 1));
    const found = lungsIn(cut);
    expect([found.problem, found.parts]).toEqual([undefined, 3]);
    expect(found.sides.map(({ side, parts }) => [side, parts])).toEqual([
      ["right", 2],
      ["left", 1],
    ]);
  });

  test("are cut at the midline where they run into each other", () => {
    const bridged = drawn((x, y) => lungs[y * size + x] === 1 || (y === Math.floor(size / 2) && Math.abs(x - size / 2) < size / 5));
    const found = lungsIn(bridged);
    expect(found.parts).toBe(1);
    for (const [i, truth] of [right, left].entries()) expect(Math.abs(found.sides[i].area - area(truth))).toBeLessThan(0.02 * area(lungs));
  });

  test("are the same in a larger picture, but for their area", () => {
    const large = lungsIn(resize(mask, 3 * size, 3 * size, { filter: "nearest" }));
    const small = lungsIn(mask);
    expect([large.problem, large.share, large.area]).toEqual([undefined, small.share, 9 * small.area]);
    expect(large.sides.map(({ share }) => share)).toEqual(small.sides.map(({ share }) => share));
  });
});

describe("what cannot be two lungs", () => {
  const [right, left] = [
    [16, 24, 36, 80],
    [74, 24, 36, 80],
  ] as const;

  test("two boxes of a lung's size and place can", () => {
    expect(lungsIn(drawn(boxes(right, left))).problem).toBeUndefined();
  });

  test.each<[string, Image, RegExp]>([
    ["nothing", drawn(() => false), /^it is empty$/],
    ["everything", drawn(() => true), /^100 % of the film is lung, /],
    ["a few pixels", drawn(boxes([40, 40, 8, 16], [80, 40, 8, 16])), /^1\.6 % of the film is lung, /],
    ["one lung", drawn((x, y) => within(x, y, right)), /^all of it lies on one side$/],
    ["a lung and a corner of one", drawn(boxes(right, [74, 60, 10, 16])), /^the left lung has 5\.6 % of the right one's area, /],
    ["one above the other", drawn(boxes([16, 4, 60, 56], [64, 66, 60, 56])), /^the lungs lie one above the other: /],
    [
      "lungs of a film that lies on its side",
      drawn((x, y) => within(y, x, right) || within(y, x + 4, left)),
      /^the lungs lie one above the other: they share 0\.0 % of their rows, /,
    ],
    ["crumbs", drawn((x, y) => x % 16 < 9 && y % 16 < 9), /^it has 64 parts, /],
  ])("%s", (_, mask, problem) => {
    expect(lungsIn(mask).problem).toMatch(problem);
  });
});

test("an empty mask has no sides, and a mask of colours is an error", () => {
  expect(lungsIn(drawn(() => false))).toMatchObject({ area: 0, share: 0, parts: 0, sides: [] });
  expect(() => lungsIn({ ...drawn(() => false), channels: 3, data: new Uint8Array(3 * size * size) })).toThrow(RangeError);
});

test("no mask that people drew fails", async ({ skip }) => {
  const data = new URL("../../../shared/data/", import.meta.url);
  const table = new URL("lungs/manifest.csv", data);
  if (!existsSync(table)) skip("../shared/data is not there");
  const { columns, rows } = readCsv(readFileSync(table, "utf8"), "manifest.csv");
  const [path, width, height] = ["mask", "orig_width", "orig_height"].map((name) => columns.indexOf(name));
  const failed: string[] = [];
  // A sample: the ranges of all of them are in the limits' comment.
  for (const row of rows.filter((_, i) => i % 36 === 0)) {
    const mask = await decodePng(new Uint8Array(readFileSync(new URL(row[path], data))), row[path]);
    // They were squashed to squares: at the film's own aspect, as masks are when they are checked.
    const upright = resize(mask, 256, Math.round((256 * Number(row[height])) / Number(row[width])), { filter: "nearest" });
    const { problem } = lungsIn(upright);
    if (problem !== undefined) failed.push(`${row[path]}: ${problem}`);
  }
  expect(failed).toEqual([]);
});

test("the limits are ranges", () => {
  for (const { least, most } of Object.values(lungLimits)) expect(least).toBeLessThan(most);
});
