/** Colour maps are Matplotlib's to the byte, can be reversed, and colour pictures by their grey levels. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { applyColourMap, colourTable, densitySlices, readColourTable, reverseTable, threeWindows } from "../../src/imaging/colour-map.ts";
import { colourMaps } from "../../src/imaging/colour-names.ts";
import { picture, ramp } from "./pictures.ts";

const golden: { readonly colorMaps: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(new URL("../fixtures/imaging.json", import.meta.url), "utf8"),
);

test("the golden file has the ten maps", () => {
  expect(Object.keys(golden.colorMaps).sort()).toEqual([...colourMaps].sort());
});

test.each(colourMaps)("%s differs from Matplotlib's in 0 bytes, and is itself when reversed twice", (name) => {
  const table = colourTable(name);
  expect([...table]).toEqual([...Buffer.from(golden.colorMaps[name], "base64")]);
  const reversed = colourTable(name, { reversed: true });
  expect([...reversed.subarray(0, 3), ...reversed.subarray(-3)]).toEqual([...table.subarray(-3), ...table.subarray(0, 3)]);
  expect(reverseTable(reversed)).toEqual(table);
});

test("a picture is coloured by its grey level, of 16 bits by the upper eight", () => {
  const table = colourTable("jet");
  const coloured = applyColourMap(picture(2, 1, 1, 8, [0, 200]), table);
  expect(coloured).toEqual(picture(2, 1, 3, 8, [...table.subarray(0, 3), ...table.subarray(600, 603)]));
  expect(applyColourMap(picture(2, 1, 1, 16, [255, 200 * 256 + 77]), table)).toEqual(coloured);
  expect(() => applyColourMap(ramp(2, 2, 3), table)).toThrow("colour map: a picture of one channel is needed, got 3");
});

test("density slices spread three windows over three channels", () => {
  const { data } = densitySlices(picture(5, 1, 1, 8, [0, 51, 102, 204, 255]), [
    [0, 0.4],
    [0.2, 0.6],
    [0.8, 1],
  ]);
  expect([...data]).toEqual([0, 0, 0, 128, 0, 0, 255, 128, 0, 255, 255, 0, 255, 255, 255]);
  expect(densitySlices(picture(1, 1, 1, 8, [255]), threeWindows).data).toEqual(Uint8Array.of(255, 255, 255));
});

describe("a table of one's own", () => {
  const lines = Array.from({ length: 256 }, (_, i) => `${i}, ${255 - i};0`);

  test("is 256 lines of three numbers", () => {
    const table = readColourTable(`${lines.join("\r\n")}\n`, "mine.csv");
    expect([...table.subarray(30, 36)]).toEqual([10, 245, 0, 11, 244, 0]);
  });

  test.each([
    ["too short", lines.slice(1), "mine.csv: a colour table has 256 lines of red, green and blue, got 255"],
    ["a number too large", lines.with(3, "3,256,0"), 'mine.csv: line 4 must be three whole numbers from 0 to 255, got "3,256,0"'],
    ["a word", lines.with(0, "red,green,blue"), "mine.csv: line 1 must be three whole numbers"],
    ["two numbers", lines.with(9, "1,2"), "mine.csv: line 10 must be three"],
  ])("%s is refused", (_, wrong, message) => {
    expect(() => readColourTable(wrong.join("\n"), "mine.csv")).toThrow(message);
  });
});
