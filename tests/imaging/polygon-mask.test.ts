/** Polygons become the masks of the pixels whose centres they hold, and masks become polygons that give them back. */
import { expect, test } from "vitest";
import type { Point } from "../../src/imaging/contour.ts";
import { maskRings } from "../../src/imaging/mask-rings.ts";
import { polygonMask, type Ring } from "../../src/imaging/polygon-mask.ts";
import { random } from "../../src/random.ts";

const whole = { x: 0, y: 0, width: 24, height: 19 };

/** Even-odd by a ray to the left of one point, an edge after the other (Franklin's test). */
function isInside(rings: readonly Ring[], x: number, y: number): boolean {
  let inside = false;
  for (const ring of rings)
    for (const [i, [x1, y1]] of ring.entries()) {
      const [x0, y0] = ring[(i + ring.length - 1) % ring.length];
      if (y0 > y !== y1 > y && x > x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
    }
  return inside;
}

/** Corners that no pixel's centre shares a row with, and no line of two of them meets by accident. */
const ringOf = (corners: number, seed: number): Ring =>
  Array.from({ length: corners }, (_, i): Point => [26 * random(seed, 2 * i) - 1, 21 * random(seed, 2 * i + 1) - 1]);

test.each([3, 4, 7, 12])("random polygons of %i corners, which cross themselves, hold the centres that a ray finds", (corners) => {
  for (let seed = 1; seed <= 40; seed++) {
    const rings = [ringOf(corners, seed), ringOf(3, seed + 1000)];
    const expected = Array.from({ length: 24 * 19 }, (_, i) => (isInside(rings, (i % 24) + 0.5, Math.floor(i / 24) + 0.5) ? 255 : 0));
    expect([...polygonMask(rings, whole).data], `seed ${seed}`).toEqual(expected);
  }
});

test("a box along pixel edges holds its pixels, and a box of the mask is a part of the whole one", () => {
  const rings: Ring[] = [
    [
      [3, 2],
      [9, 2],
      [9, 5],
      [3, 5],
    ],
  ];
  expect(polygonMask(rings, whole).data.filter((level) => level === 255)).toHaveLength(18);
  const part = polygonMask(rings, { x: 8, y: 4, width: 3, height: 2 });
  expect([...part.data]).toEqual([255, 0, 0, 0, 0, 0]);
});

test("polygons that share an edge share no pixel and leave none out, whichever way they go", () => {
  // The edge from (4, 1) to (11, 16) passes through pixel centres.
  const left: Ring = [
    [0, 0],
    [4.5, 1.5],
    [11.5, 16.5],
    [0, 19],
  ];
  const right: Ring = [
    [24, 0],
    [24, 19],
    [0, 19],
    [11.5, 16.5],
    [4.5, 1.5],
    [0, 0],
  ];
  const [a, b] = [left, right].map((ring) => polygonMask([ring], whole).data);
  expect([...a].map((level, i) => level + b[i])).toEqual(new Array(24 * 19).fill(255));
});

test("a ring within a ring is a hole", () => {
  const rings: Ring[] = [
    [
      [2, 2],
      [10, 2],
      [10, 10],
      [2, 10],
    ],
    [
      [4, 4],
      [4, 8],
      [8, 8],
      [8, 4],
    ],
  ];
  expect(polygonMask(rings, whole).data.filter((level) => level === 255)).toHaveLength(64 - 16);
});

test("rings of a mask give the mask back: noise with holes, corners that touch, and all of it", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const data = Uint8Array.from({ length: 24 * 19 }, (_, i) => (random(seed, i) < seed / 30 ? 255 : 0));
    const rings = maskRings({ width: 24, height: 19, channels: 1, bitDepth: 8, data });
    expect(polygonMask(rings, whole).data).toEqual(data);
    for (const ring of rings) expect(ring.length % 2).toBe(0);
  }
});

test("a square is four corners clockwise, a frame two rings, two pixels that touch by a corner two parts", () => {
  const mask = (width: number, data: readonly number[]) =>
    maskRings({ width, height: data.length / width, channels: 1, bitDepth: 8, data: Uint8Array.from(data) });
  expect(mask(3, [0, 0, 0, 0, 9, 0, 0, 0, 0])).toEqual([
    [
      [1, 1],
      [2, 1],
      [2, 2],
      [1, 2],
    ],
  ]);
  expect(mask(3, [1, 1, 1, 1, 0, 1, 1, 1, 1])).toHaveLength(2);
  expect(mask(2, [1, 0, 0, 1]).map((ring) => ring[0])).toEqual([
    [0, 0],
    [1, 1],
  ]);
  expect(mask(2, [0, 0, 0, 0])).toEqual([]);
});
