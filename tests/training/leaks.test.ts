/** A patient, a file or a picture in two sets is found, and nothing else is. */
import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { interpolate } from "../../src/imaging/interpolate.ts";
import { resize } from "../../src/imaging/resize.ts";
import { random } from "../../src/random.ts";
import { fingerprints, thumbnailOf } from "../../src/training/fingerprints.ts";
import { checkLeaks, findLeaks } from "../../src/training/leaks.ts";
import { nearPairs } from "../../src/training/near-same.ts";
import { datasetOf, film, folderOf } from "./films.ts";

const original = film(1, 64, 64);
/** The same film at another size, lighter, and with noise of ±6 grey levels. */
const again = { ...interpolate(original, 50, 58, "center") };
const spoilt = { ...again, data: again.data.map((value, i) => Math.min(255, Math.max(0, value * 0.9 + 12 + 12 * (random(3, i) - 0.5)))) };
const folder = folderOf({ "a.png": original, "b.png": original, "c.png": spoilt, "d.png": film(2), "e.png": film(3) });
afterAll(() => rmSync(folder, { recursive: true }));

const dataset = datasetOf(
  ["x"],
  [
    { name: "a.png", split: "train", patient: "1" },
    { name: "b.png", split: "test", patient: "2" },
    { name: "c.png", split: "val", group: "g" },
    { name: "d.png", split: "train", group: "g", patient: "2" },
    { name: "e.png", patient: "1" },
  ].map((sample) => ({ ...sample, picture: `${folder}/${sample.name}` })),
);

test("every kind of leak is told once a pair; a sample without a set leaks nowhere", async () => {
  expect(findLeaks(dataset).map(({ kind, first, second, what }) => [kind, first, second, what])).toEqual([
    ["patient", 1, 3, "2"],
    ["group", 2, 3, "g"],
  ]);
  const leaks = findLeaks(dataset, { fingerprints: await fingerprints(dataset.samples) });
  expect(leaks.map(({ kind, first, second }) => [kind, first, second])).toEqual([
    ["patient", 1, 3],
    ["group", 2, 3],
    ["bytes", 0, 1],
    ["picture", 0, 2],
    ["picture", 1, 2],
  ]);
});

test("leaks are refused unless their kind is allowed", async () => {
  expect(() => checkLeaks(dataset)).toThrow(
    "test: its sets are not apart: b.png (test) and d.png (train) are one patient (2); c.png (val) and d.png (train) are one group (g)",
  );
  checkLeaks(dataset, { allow: ["patient", "group"] });
  const prints = await fingerprints(dataset.samples);
  expect(() => checkLeaks(dataset, { allow: ["patient", "group", "bytes"], fingerprints: prints })).toThrow(
    /^test: its sets are not apart: a\.png \(train\) and c\.png \(val\) are nearly the same picture \(correlation (1\.000|0\.99\d)\); b\.png/,
  );
  checkLeaks(dataset, { allow: ["patient", "group", "bytes", "picture"], fingerprints: prints });
});

test("a long list of leaks is cut", () => {
  const many = datasetOf(
    ["x"],
    Array.from({ length: 14 }, (_, i) => ({ patient: `${i >> 1}`, split: i % 2 ? "train" : "test" })),
  );
  expect(() => checkLeaks(many)).toThrow(/; … \(7 in all\)$/);
});

test("the search leaves out no pair that comparing all finds", () => {
  const thumbnails = Array.from({ length: 60 }, (_, i) => thumbnailOf(film(i % 45, 40 + i, 40)));
  const prints = thumbnails.map((thumbnail) => ({ sha256: "", thumbnail }));
  const sets = thumbnails.map((_, i) => i);
  for (const threshold of [0.5, 0.9, 0.98, 0.999]) {
    const expected = thumbnails.flatMap((a, i) =>
      thumbnails.flatMap((b, j) => (j < i && a.reduce((sum, value, k) => sum + value * b[k], 0) >= threshold ? [`${j} ${i}`] : [])),
    );
    expect(nearPairs(prints, sets, threshold).map(({ first, second }) => `${first} ${second}`)).toEqual(expected);
    if (threshold < 0.99) expect(expected.length).toBeGreaterThan(0);
  }
});

test("a thumbnail has length 1 and no mean, whatever the picture's size, brightness and contrast; a blank picture has none", () => {
  const thumbnail = thumbnailOf(original);
  const sum = (values: Float32Array, of: (value: number) => number) => values.reduce((total, value) => total + of(value), 0);
  // Rounding to float32 of 1,024 values of about 1/32: 32 · 2⁻²⁴ at most in the sum.
  expect(sum(thumbnail, (value) => value)).toBeCloseTo(0, 5);
  expect(sum(thumbnail, (value) => value * value)).toBeCloseTo(1, 5);
  const larger = thumbnailOf(resize(original, 128, 96));
  expect(larger.reduce((total, value, i) => total + value * thumbnail[i], 0)).toBeGreaterThan(0.999);
  expect(thumbnailOf({ ...original, data: new Uint8Array(64 * 64).fill(9) }).every((value) => value === 0)).toBe(true);
});

test("a file that is no picture stops with its name", async () => {
  const text = folderOf({ "x.png": "text" });
  await expect(fingerprints([{ name: "x.png", picture: `${text}/x.png` }])).rejects.toThrow("x.png: is no known picture");
  rmSync(text, { recursive: true });
});
