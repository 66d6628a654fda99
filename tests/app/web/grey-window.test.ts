/** Window and level spread the right grey levels, follow the pointer as OHIF does, and never get narrower than a level. */
import { describe, expect, test } from "vitest";
import { draggedWindow, greyTable, wholeScale, windowOf } from "../../../src/app/web/grey-window.ts";

describe("the table of greys", () => {
  test("the whole scale leaves 8-bit levels as they are", () => {
    expect([...greyTable(wholeScale, 8, false)]).toEqual(Array.from({ length: 256 }, (_, level) => level));
  });

  test("16-bit values are spread over 256 levels", () => {
    const table = greyTable(wholeScale, 16, false);
    expect([table.length, table[0], table[32768], table[65535]]).toEqual([65536, 0, 128, 255]);
  });

  test("what lies outside a window is black or white, and its centre is the middle grey", () => {
    const table = greyTable({ center: 0.5, width: 0.2 }, 8, false);
    expect([table[0], table[101], table[154], table[255]]).toEqual([0, 0, 255, 255]);
    expect(Math.abs((table[127] + table[128]) / 2 - 127.5)).toBeLessThanOrEqual(0.5);
  });

  test("inverted, black and white change places", () => {
    const [plain, inverted] = [false, true].map((isInverted) => greyTable({ center: 0.4, width: 0.7 }, 8, isInverted));
    expect(plain.every((grey, value) => Math.abs(255 - grey - inverted[value]) <= 1)).toBe(true);
    expect([inverted[0], inverted[255]]).toEqual([255, 0]);
  });
});

describe("a drag", () => {
  test("to the right widens the window and nothing else", () => {
    expect(draggedWindow({ center: 0.3, width: 0.5 }, 40, 0)).toEqual({ center: 0.3, width: 0.6 });
  });

  test("downwards raises the centre, so that the film gets darker", () => {
    const lower = draggedWindow(wholeScale, 0, 80);
    expect(lower).toEqual({ center: 0.7, width: 1 });
    expect(greyTable(lower, 8, false)[128]).toBeLessThan(greyTable(wholeScale, 8, false)[128]);
  });

  test("however far leaves a window of at least a level, with its centre on the scale", () => {
    expect(draggedWindow(wholeScale, -1e6, -1e6)).toEqual({ center: 0, width: 1 / 255 });
    expect(draggedWindow(wholeScale, 1e6, 1e6)).toEqual({ center: 1, width: 2 });
  });
});

test.each([8, 16] as const)("the window of a film of %i bits leaves a hundredth out at both ends", (bitDepth) => {
  const levels = Array.from({ length: 1000 }, (_, i) => (i < 5 ? 0 : i >= 995 ? 255 : 100 + (i % 50)));
  const data = bitDepth === 8 ? Uint8Array.from(levels) : Uint16Array.from(levels, (level) => level * 257);
  const { center, width } = windowOf({ bitDepth, data });
  expect([center - width / 2, center + width / 2].map((share) => Math.round(255 * share))).toEqual([100, 149]);
});
