/** Masks: parts, cleaning, outlines and boxes are what OpenCV and scikit-image make of the golden picture above 150. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { boundingBox } from "../../src/imaging/bounding-box.ts";
import { cleanMask, thresholdMask } from "../../src/imaging/clean-mask.ts";
import { components } from "../../src/imaging/components.ts";
import { contours } from "../../src/imaging/contour.ts";
import { keidarOrder, withMask } from "../../src/imaging/mask-channel.ts";
import { picture, ramp } from "./pictures.ts";

interface Golden {
  readonly picture: { readonly width: number; readonly height: number; readonly data: string };
  readonly cases: readonly {
    readonly op: string;
    readonly params: {
      readonly threshold: number;
      readonly removeObjectsUpTo: number;
      readonly removeHolesUpTo: number;
      readonly connectivity: 4 | 8;
    };
    readonly data: string;
    readonly components4: number;
    readonly components8: number;
    readonly largest8: number;
  }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("../fixtures/imaging.json", import.meta.url), "utf8"));
const source = picture(golden.picture.width, golden.picture.height, 1, 8, [...Buffer.from(golden.picture.data, "base64")]);
const caseOf = (op: string) => golden.cases.filter((candidate) => candidate.op === op);

/** A mask drawn with characters: # is inside. */
const drawing = (...rows: readonly string[]) =>
  picture(
    rows[0].length,
    rows.length,
    1,
    8,
    [...rows.join("")].map((character) => (character === "#" ? 255 : 0)),
  );

describe("parts", () => {
  test.each(caseOf("connectedComponents"))("are as many and as large as OpenCV finds", ({ params, components4, components8, largest8 }) => {
    const mask = thresholdMask(source, params.threshold);
    const { parts } = components(mask, 8);
    expect([parts.length, components(mask, 4).parts.length, Math.max(...parts.map(({ area }) => area))]).toEqual([
      components8,
      components4,
      largest8,
    ]);
  });

  test("are numbered by their first pixels, and have their area and box", () => {
    const mask = drawing(
      ".#..#", //
      "#...#",
      "..##.",
    );
    expect(components(mask, 8)).toEqual({
      labels: Int32Array.of(0, 1, 0, 0, 2, 1, 0, 0, 0, 2, 0, 0, 2, 2, 0),
      parts: [
        { area: 2, x: 0, y: 0, width: 2, height: 2 },
        { area: 4, x: 2, y: 0, width: 3, height: 3 },
      ],
    });
    expect(components(mask, 4).parts.map(({ area }) => area)).toEqual([1, 2, 1, 2]);
    expect(components(drawing("...")).parts).toEqual([]);
  });

  test("of a whole large picture are found without running out of stack", () => {
    const { parts } = components({ ...source, width: 1500, height: 1500, data: new Uint8Array(1500 * 1500).fill(1) });
    expect(parts).toEqual([{ area: 1500 * 1500, x: 0, y: 0, width: 1500, height: 1500 }]);
  });
});

describe("a cleaned mask", () => {
  test.each(caseOf("cleanMask"))("differs from scikit-image's in 0 pixels", ({ params, data }) => {
    const cleaned = cleanMask(thresholdMask(source, params.threshold), params);
    expect(Buffer.from(cleaned.data).equals(Buffer.from(data, "base64"))).toBe(true);
  });

  test("has lost specks first and then pinholes, up to the areas named", () => {
    const mask = drawing(
      "#.####", //
      "..#..#",
      "..####",
    );
    const cleaned = cleanMask(mask, { removeObjectsUpTo: 1, removeHolesUpTo: 2 });
    expect(cleaned).toEqual(drawing("..####", "..####", "..####"));
    expect(cleanMask(mask, { removeObjectsUpTo: 0, removeHolesUpTo: 0 })).toEqual(mask);
  });
});

describe("outlines", () => {
  test("begin where OpenCV's parts begin, and are as long as its outer contours", () => {
    // Row, column and length of cv2.findContours(mask, RETR_EXTERNAL, CHAIN_APPROX_NONE), OpenCV 5.0.0.
    const opencv = [
      [0, 5, 103],
      [0, 60, 292],
      [1, 58, 1],
      [3, 26, 1],
      [8, 3, 1],
      [8, 80, 2],
      [9, 59, 1],
      [11, 2, 1],
      [12, 23, 6],
      [12, 25, 1],
      [13, 4, 1],
      [14, 78, 5],
      [15, 76, 1],
      [17, 15, 2],
      [17, 18, 1],
      [17, 73, 2],
      [18, 5, 1],
      [18, 9, 1],
      [18, 78, 1],
      [23, 42, 2],
      [23, 94, 1],
      [24, 90, 2],
      [25, 31, 1],
      [25, 73, 5],
      [25, 93, 1],
      [25, 95, 1],
      [27, 70, 1],
      [27, 90, 103],
      [28, 31, 8],
      [29, 71, 3],
      [29, 74, 1],
      [30, 32, 2],
      [31, 74, 1],
      [33, 66, 2],
      [34, 88, 1],
      [39, 62, 4],
      [42, 87, 1],
      [43, 62, 2],
      [49, 55, 1],
      [51, 30, 2],
      [54, 31, 1],
      [55, 33, 4],
      [55, 51, 4],
      [57, 36, 1],
      [57, 90, 1],
      [59, 48, 1],
      [63, 74, 2],
      [64, 8, 4],
      [64, 71, 2],
      [65, 10, 106],
      [65, 21, 1],
      [65, 63, 1],
      [65, 67, 2],
      [65, 77, 71],
      [66, 71, 1],
      [66, 73, 1],
      [66, 81, 1],
      [67, 6, 2],
      [67, 26, 1],
      [68, 4, 1],
      [68, 82, 1],
      [70, 3, 1],
      [70, 81, 1],
      [71, 5, 2],
      [71, 59, 2],
      [72, 2, 1],
      [77, 58, 1],
      [78, 60, 2],
    ];
    const found = contours(thresholdMask(source, 150)).map((points) => [points[0][1], points[0][0], points.length]);
    expect(found).toEqual(opencv);
  });

  test("go clockwise around a part and its holes, on both sides of what is thin", () => {
    expect(contours(drawing("###", "#.#", "###"))).toEqual([
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [2, 1],
        [2, 2],
        [1, 2],
        [0, 2],
        [0, 1],
      ],
    ]);
    expect(contours(drawing("###"))).toEqual([
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [1, 0],
      ],
    ]);
    expect(contours(drawing(".", "#"))).toEqual([[[0, 1]]]);
    expect(contours(drawing("#.#", ".#.", "..."))).toEqual([
      [
        [0, 0],
        [1, 1],
        [2, 0],
        [1, 1],
      ],
    ]);
  });
});

test("a box holds what is not 0, with a margin as far as the picture goes", () => {
  const mask = drawing(
    "......", //
    "..##..",
    "...#..",
    "......",
  );
  expect(boundingBox(mask)).toEqual({ x: 2, y: 1, width: 2, height: 2 });
  expect(boundingBox(mask, 1)).toEqual({ x: 1, y: 0, width: 4, height: 4 });
  expect(boundingBox(mask, 50)).toEqual({ x: 0, y: 0, width: 6, height: 4 });
  expect(boundingBox(drawing("..."))).toBeUndefined();
});

describe("a mask as a channel", () => {
  test.each([8, 16] as const)("lies where its order says, %i bits", (bitDepth) => {
    const [image, mask] = [picture(2, 1, 1, bitDepth, [1, 2]), picture(2, 1, 1, bitDepth, [3, 4])];
    expect(withMask(image, mask, keidarOrder)).toEqual(picture(2, 1, 3, bitDepth, [0, 3, 1, 0, 4, 2]));
    expect(withMask(image, mask, ["image", "image", "mask"])).toEqual(picture(2, 1, 3, bitDepth, [1, 1, 3, 2, 2, 4]));
  });

  test("is refused for pictures that do not fit, and orders that lack one", () => {
    expect(() => withMask(ramp(3, 2), ramp(2, 3), keidarOrder)).toThrow(
      "mask channel: two grey pictures of one size are needed, got 3 × 2 × 1 of 8 bits and 2 × 3 × 1 of 8 bits",
    );
    expect(() => withMask(ramp(3, 2), ramp(3, 2), ["image", "zero", "zero"])).toThrow(
      "must have an image and a mask, got image, zero, zero",
    );
  });
});
