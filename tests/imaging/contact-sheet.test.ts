/** Sheets and plots show every picture and point where it belongs. */
import { describe, expect, test } from "vitest";
import { contactSheet } from "../../src/imaging/contact-sheet.ts";
import { classColour } from "../../src/imaging/palette.ts";
import { scatterPlot } from "../../src/imaging/scatter-plot.ts";
import type { Image } from "../../src/loaders/image.ts";

const grey = (width: number, height: number, value: number, bitDepth: 8 | 16 = 8): Image => {
  const data = bitDepth === 16 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  return { width, height, channels: 1, bitDepth, data: data.fill(value) };
};
const pixel = ({ width, data }: Image, x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];

describe("a contact sheet", () => {
  test("has a square for each tile, pictures in their aspect, captions below", () => {
    const sheet = contactSheet(
      [
        [
          { image: grey(40, 20, 100), caption: [{ text: "A", ink: [255, 0, 0] }] },
          { image: grey(10, 10, 7), caption: [] },
        ],
        [{ caption: [{ text: "gone" }] }],
      ],
      { size: 32 },
    );
    expect([sheet.width, sheet.height, sheet.channels, sheet.bitDepth]).toEqual([8 + 2 * 40, 8 + 2 * (32 + 4 + 10 + 8), 3, 8]);
    // The first is half as high as its square, and in its middle.
    expect([pixel(sheet, 24, 24), pixel(sheet, 24, 10)]).toEqual([
      [100, 100, 100],
      [225, 225, 225],
    ]);
    expect(pixel(sheet, 8 + 40 + 16, 24)).toEqual([7, 7, 7]);
    expect(pixel(sheet, 24, 24 + 54)).toEqual([225, 225, 225]);
    const reds = Array.from({ length: 5 * 8 }, (_, i) => pixel(sheet, 8 + (i % 5), 8 + 32 + 4 + Math.floor(i / 5))).filter(
      ([red, green]) => red === 255 && green === 0,
    );
    expect(reds).toHaveLength(18);
  });

  test("shows 16 bits from the least to the largest value", () => {
    const film = grey(2, 2, 1000, 16);
    film.data.set([3000, 2000], 2);
    const sheet = contactSheet([[{ image: film, caption: [] }]], { size: 2 });
    expect([pixel(sheet, 8, 8), pixel(sheet, 9, 8), pixel(sheet, 8, 9), pixel(sheet, 9, 9)].map(([value]) => value)).toEqual([
      0, 0, 255, 128,
    ]);
  });

  test("needs a tile", () => {
    expect(() => contactSheet([[]])).toThrow(new RangeError("contactSheet: there are no tiles"));
  });
});

describe("a scatter plot", () => {
  test("has points at their places, y upwards, at one scale, in their classes' colours", () => {
    const plot = scatterPlot([0, 0, 10, 0, 0, 5, 5, 5], { size: 200, labels: [0, 1, undefined, 9], classes: Array.from("abcdefghij") });
    const isNear = (x: number, y: number, [red, green, blue]: readonly number[]): boolean => {
      // Four fifths of the ink on white.
      const mixed = [red, green, blue].map((value) => Math.round(255 + (value - 255) * 0.8));
      return pixel(plot, x, y).every((value, c) => Math.abs(value - mixed[c]) <= 1);
    };
    // The points span 10 × 5: 200 pixels less four radii wide, half that high, in the middle.
    const [left, right, top, bottom] = [16 + 6, 16 + 193, 16 + 53, 16 + 146];
    expect(isNear(left, bottom, classColour(0))).toBe(true);
    expect(isNear(right, bottom, classColour(1))).toBe(true);
    expect(isNear(left, top, [110, 110, 110])).toBe(true);
    // The tenth class is a ring.
    const middle = Math.round((left + right) / 2);
    expect(pixel(plot, middle, top)).toEqual([255, 255, 255]);
    expect(plot.width).toBeGreaterThan(232);
    expect(plot.height).toBe(232);
  });

  test("of one point has it in the middle, and without classes no legend", () => {
    const plot = scatterPlot([3, 4], { size: 100 });
    expect([plot.width, plot.height]).toEqual([132, 132]);
    expect(pixel(plot, 66, 66)[0]).toBeLessThan(150);
  });

  test.each<[string, number[], string]>([
    ["nothing", [], "scatterPlot: there are no points"],
    ["NaN", [0, 0, Number.NaN, 1], "scatterPlot: point 1 is not finite"],
  ])("refuses %s", (_, points, message) => {
    expect(() => scatterPlot(points)).toThrow(new RangeError(message));
  });
});
