/** Drawn pictures that are no films: many kinds, each the same for a seed and another for the next. */
import { describe, expect, test } from "vitest";
import { outlier, outlierKinds } from "../../src/imaging/outliers.ts";

const SIZE = 48;

/** Kinds in colour. */
const coloured = ["leaves", "landscape", "still life"];

describe.each(outlierKinds)("%s", (kind) => {
  const picture = outlier(kind, 3, SIZE);

  test(`is ${coloured.includes(kind) ? "in colour" : "grey"}, of the size asked for, and drawn by its seed`, () => {
    const channels = coloured.includes(kind) ? 3 : 1;
    expect([picture.width, picture.height, picture.channels, picture.bitDepth]).toEqual([SIZE, SIZE, channels, 8]);
    expect(picture.data).toHaveLength(SIZE * SIZE * channels);
    expect(outlier(kind, 3, SIZE)).toEqual(picture);
    expect(outlier(kind, 4, SIZE).data).not.toEqual(picture.data);
  });

  test("has something in it, unless it is blank, and is not clipped away", () => {
    const data = Array.from(picture.data);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
    if (kind !== "blank") expect(deviation).toBeGreaterThan(10);
    const clipped = data.filter((value) => value === 0 || value === 255).length / data.length;
    if (kind !== "grating" && kind !== "blank") expect(clipped).toBeLessThan(0.5);
  });
});

test("coloured kinds have colours", () => {
  for (const kind of outlierKinds.filter((name) => coloured.includes(name))) {
    const { data } = outlier(kind, 1, SIZE);
    let differing = 0;
    for (let p = 0; p < SIZE * SIZE; p++) if (Math.abs(data[3 * p] - data[3 * p + 2]) > 20) differing++;
    expect(differing / SIZE ** 2, kind).toBeGreaterThan(0.1);
  }
});
