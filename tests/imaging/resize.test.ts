/** Resizing gives the very pixels that Pillow and OpenCV give. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Filter, resize } from "../../src/imaging/resize.ts";
import type { Image } from "../../src/loaders/image.ts";
import { picture, ramp } from "./pictures.ts";

interface Golden {
  readonly picture: { readonly width: number; readonly height: number; readonly data: string };
  readonly cases: readonly {
    readonly by: string;
    readonly width: number;
    readonly height: number;
    readonly data: string;
    readonly params: { readonly filter: Filter; readonly antialias?: boolean };
  }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("../fixtures/imaging-resize.json", import.meta.url), "utf8"));
const base64 = (text: string) => [...Buffer.from(text, "base64")];

describe("the golden picture of 96 × 80", () => {
  const source = picture(golden.picture.width, golden.picture.height, 1, 8, base64(golden.picture.data));

  test("there are golden results of every filter", () => {
    expect(new Set(golden.cases.map(({ params }) => params.filter)).size).toBe(6);
    expect(golden.cases).toHaveLength(18);
  });

  for (const { by, width, height, data, params } of golden.cases) {
    const { filter, antialias = true } = params;
    test(`${filter}${antialias ? "" : " without antialias"} to ${width} × ${height} differs from ${by} in 0 pixels`, () => {
      const got = resize(source, width, height, { filter, antialias });
      const differences = base64(data).map((value, i) => Math.abs(value - got.data[i]));
      expect(got.data).toHaveLength(width * height);
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      expect(differences.filter((difference) => difference > 0)).toHaveLength(0);
    });
  }
});

/** Results of Pillow 12.3.0 and OpenCV 5.0.0 on pictures too small for an edge to be overlooked. */
describe("three channels, 3 × 2", () => {
  const source = picture(3, 2, 3, 8, [10, 200, 30, 250, 0, 90, 77, 131, 5, 0, 255, 128, 64, 32, 16, 99, 201, 254]);
  const cases: readonly { filter: Filter; antialias?: boolean; width: number; height: number; values: readonly number[] }[] = [
    {
      filter: "area",
      width: 5,
      height: 3,
      values: [
        10, 200, 30, 90, 133, 50, 250, 0, 90, 135, 87, 33, 77, 131, 5, 5, 228, 79, 56, 157, 70, 157, 16, 53, 111, 116, 104, 88, 166, 130, 0,
        255, 128, 21, 181, 91, 64, 32, 16, 87, 145, 175, 99, 201, 254,
      ],
    },
    {
      filter: "area",
      width: 2,
      height: 3,
      values: [90, 133, 50, 135, 87, 33, 56, 157, 70, 111, 116, 104, 21, 181, 91, 87, 145, 175],
    },
    {
      filter: "bilinear",
      antialias: false,
      width: 5,
      height: 4,
      values: [
        10, 200, 30, 106, 120, 54, 250, 0, 90, 146, 78, 39, 77, 131, 5, 8, 214, 55, 86, 131, 61, 204, 8, 72, 131, 92, 69, 83, 149, 67, 3,
        241, 104, 45, 154, 76, 111, 24, 35, 100, 120, 129, 94, 184, 192, 0, 255, 128, 25, 166, 83, 64, 32, 16, 85, 133, 159, 99, 201, 254,
      ],
    },
    { filter: "bilinear", antialias: false, width: 2, height: 1, values: [43, 175, 73, 105, 128, 110] },
    {
      filter: "lanczos",
      width: 4,
      height: 3,
      values: [
        0, 212, 9, 193, 61, 83, 228, 20, 59, 54, 136, 0, 0, 236, 83, 104, 83, 53, 150, 49, 81, 80, 182, 128, 0, 255, 156, 15, 105, 23, 71,
        77, 103, 105, 227, 255,
      ],
    },
    { filter: "bicubic", width: 2, height: 1, values: [61, 148, 67, 118, 105, 102] },
    {
      filter: "nearest",
      width: 5,
      height: 3,
      values: [
        10, 200, 30, 10, 200, 30, 250, 0, 90, 77, 131, 5, 77, 131, 5, 0, 255, 128, 0, 255, 128, 64, 32, 16, 99, 201, 254, 99, 201, 254, 0,
        255, 128, 0, 255, 128, 64, 32, 16, 99, 201, 254, 99, 201, 254,
      ],
    },
  ];

  for (const { filter, antialias = true, width, height, values } of cases) {
    test(`${filter}${antialias ? "" : " without antialias"} to ${width} × ${height}`, () => {
      expect([...resize(source, width, height, { filter, antialias }).data]).toEqual(values);
    });
  }
});

test("area leaves out a thousandth of a pixel on each axis, so that a white corner comes out as 254, as in OpenCV 5.0.0", () => {
  const white = picture(1001, 1001, 1, 8, new Array(1001 * 1001).fill(255));
  const { data } = resize(white, 1000, 1000, { filter: "area" });
  expect(data[0]).toBe(254); // 255 · (1 / 1.001)² = 254.49
  expect(data.filter((value) => value === 255)).toHaveLength(999_999);
});

describe("16 bits", () => {
  const source = picture(3, 2, 1, 16, [0, 65535, 1000, 40000, 123, 54321]);
  const clamp = (values: readonly number[]) => values.map((value) => Math.min(65535, Math.max(0, value)));
  const pillow: readonly { filter: Filter; values: readonly number[] }[] = [
    {
      filter: "bicubic",
      values: [
        -9177.416, 26077.777, 71306.648, 25956.057, -9366.035, 4987.627, 25401.578, 51985.371, 28010.678, 9030.701, 33075.922, 24060.721,
        13672.629, 32084.85, 45510.148, 47240.965, 23384.521, -5648.647, 34139.473, 63906.883,
      ],
    },
    {
      filter: "lanczos",
      values: [
        -18894.303, 29354.256, 77013.344, 28319.02, -20332.602, 3678.211, 26568.469, 50302.461, 29743.418, 8089.297, 33210.738, 22923.713,
        15355.538, 31607.016, 45274.809, 55783.254, 20137.926, -11355.348, 33031.414, 73696.703,
      ],
    },
  ];

  // Half a level for our rounding, and a thousandth for the three digits kept of Pillow's float32.
  test.each(pillow)("$filter is Pillow's float result, rounded once and kept in range", ({ filter, values }) => {
    const { data, bitDepth } = resize(source, 5, 4, { filter });
    expect(bitDepth).toBe(16);
    const errors = clamp(values).map((value, i) => Math.abs(value - data[i]));
    expect(Math.max(...errors)).toBeLessThanOrEqual(0.501);
  });

  test("bilinear without antialias is within a level of OpenCV, which rounds each step to float32", () => {
    const opencv = [
      0, 26214, 65535, 26814, 1000, 10000, 25673, 49182, 28271, 14330, 30000, 24590, 16476, 31185, 40991, 40000, 24049, 123, 32642, 54321,
    ];
    const { data } = resize(source, 5, 4, { filter: "bilinear", antialias: false });
    expect(Math.max(...opencv.map((value, i) => Math.abs(value - data[i])))).toBeLessThanOrEqual(1);
  });

  test("area is the mean of what is covered, parts of pixels by their share", () => {
    const covered = [(0 + 65535 / 2 + 40000 + 123 / 2) / 3, (65535 / 2 + 1000 + 123 / 2 + 54321) / 3];
    expect([...resize(source, 2, 1, { filter: "area" }).data]).toEqual(covered.map(Math.round));
  });

  test("whole blocks are averaged exactly", () => {
    const blocks = picture(4, 2, 1, 16, [1, 2, 65535, 65535, 3, 4, 65535, 65534]);
    expect([...resize(blocks, 2, 1, { filter: "area" }).data]).toEqual([3, 65535]);
  });
});

describe("every filter", () => {
  const filters: readonly Filter[] = ["nearest", "box", "bilinear", "bicubic", "lanczos", "area"];

  for (const filter of filters) {
    for (const bitDepth of [8, 16] as const) {
      test(`${filter}, ${bitDepth} bits: the same size is the same picture, in another array`, () => {
        const source = ramp(7, 5, 3, bitDepth);
        const same = resize(source, 7, 5, { filter });
        expect(same).toEqual(source);
        expect(same.data.buffer).not.toBe(source.data.buffer);
      });

      test.each([
        [1, 1],
        [300, 1],
        [3, 200],
      ])(`${filter}, ${bitDepth} bits: a constant stays constant at %i × %i`, (width, height) => {
        const white = 2 ** bitDepth - 1;
        const source = picture(9, 7, 2, bitDepth, new Array(126).fill(white));
        const { data } = resize(source, width, height, { filter });
        expect(data).toHaveLength(width * height * 2);
        expect(data.every((value) => value === white)).toBe(true);
      });
    }

    test(`${filter}: each channel is resized as if it were alone`, () => {
      const source = ramp(11, 6, 4);
      const together = resize(source, 5, 9, { filter });
      for (let c = 0; c < 4; c++) {
        const alone = { ...source, channels: 1 as const, data: source.data.filter((_, i) => i % 4 === c) };
        expect(together.data.filter((_, i) => i % 4 === c)).toEqual(resize(alone, 5, 9, { filter }).data);
      }
    });
  }

  test.each<Filter>(["box", "bicubic", "lanczos"])("%s without antialias is refused", (filter) => {
    expect(() => resize(ramp(4, 4), 2, 2, { filter, antialias: false })).toThrow(`resize: ${filter} without antialias is not offered`);
  });

  test.each([
    [0, 4],
    [4, -1],
    [2.5, 4],
    [Number.NaN, 4],
  ])("%d × %d is refused", (width, height) => {
    expect(() => resize(ramp(4, 4), width, height)).toThrow(`resize: sizes must be positive integers, got ${width} × ${height}`);
  });

  test("bilinear with antialias is what is done where nothing is said", () => {
    const source: Image = ramp(20, 20);
    expect(resize(source, 7, 7)).toEqual(resize(source, 7, 7, { filter: "bilinear", antialias: true }));
    expect(resize(source, 7, 7)).not.toEqual(resize(source, 7, 7, { filter: "bilinear", antialias: false }));
  });
});
