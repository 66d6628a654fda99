/** Overlays leave the film where the map is 0, colour it where it is strong, and stand side by side under captions. */
import { describe, expect, test } from "vitest";
import { toLevels } from "../../src/explanation/heat-map.ts";
import { overlay } from "../../src/explanation/overlay.ts";
import { sheet } from "../../src/explanation/sheet.ts";
import { colourTable } from "../../src/imaging/colour-map.ts";
import type { Image } from "../../src/loaders/image.ts";

const film: Image = { width: 3, height: 1, channels: 1, bitDepth: 8, data: Uint8Array.of(10, 100, 200) };
const map = (values: readonly number[], isSigned = false) =>
  toLevels({ width: 3, height: 1, values: Float32Array.from(values) }, 1, isSigned);
const table = colourTable("jet");

describe("an overlay", () => {
  test("grows with the heat up to the opacity", () => {
    const { data } = overlay(film, map([0, 1, 0.5]), { table, opacity: 0.5 });
    const [strongest, middle] = [table.subarray(765, 768), table.subarray(3 * 128, 3 * 128 + 3)];
    // A half is level 32768 of 65535.
    const alpha = 0.5 * (32768 / 65535);
    expect(Array.from(data)).toEqual([
      ...[10, 10, 10],
      ...Array.from(strongest, (value) => Math.round(0.5 * 100 + 0.5 * value)),
      ...Array.from(middle, (value) => Math.round((1 - alpha) * 200 + alpha * value)),
    ]);
  });

  test("is as opaque everywhere where that is asked for", () => {
    const { data } = overlay(film, map([0, 0, 0]), { table, opacity: 1, blend: "even" });
    expect(Array.from(data.subarray(0, 3))).toEqual(Array.from(table.subarray(0, 3)));
  });

  test("of signs is blue against, red for, and nothing at 0", () => {
    const { data } = overlay(film, map([-1, 0, 1], true), { opacity: 1 });
    expect(Array.from(data)).toEqual([0, 0, 255, 100, 100, 100, 255, 0, 0]);
  });

  test("shows the upper eight bits of sixteen, and outlines a mask in white", () => {
    const deep: Image = { ...film, bitDepth: 16, data: Uint16Array.of(10 * 256 + 7, 0, 0) };
    const outline: Image = { ...film, data: Uint8Array.of(0, 1, 0) };
    expect(Array.from(overlay(deep, map([0, 0, 0]), { outline }).data)).toEqual([10, 10, 10, 255, 255, 255, 0, 0, 0]);
  });

  test("needs a map of the film's size", () => {
    expect(() => overlay({ ...film, width: 1, height: 3 }, map([0, 0, 0]))).toThrow("overlay: the film is 1 × 3, the map 3 × 1");
  });
});

test("a sheet has a row a model, captions over the panels, and the scale under them", () => {
  const square = (level: number): Image => ({ width: 40, height: 40, channels: 1, bitDepth: 8, data: new Uint8Array(1600).fill(level) });
  const rows = [
    [
      { image: square(50), caption: "film" },
      { image: square(90), caption: "covid 93.2 %" },
    ],
    [{ image: square(50), caption: "other" }],
  ];
  const paper = sheet(rows, { table, low: "0", high: "1.5" }, 80);
  expect(paper).toMatchObject({ width: 8 + 2 * 88, height: 8 + 2 * 98 + 20 + 8, channels: 3 });
  const at = (x: number, y: number): number[] => Array.from(paper.data.subarray(3 * (y * paper.width + x), 3 * (y * paper.width + x) + 3));
  expect([at(8 + 40, 18 + 40), at(96 + 40, 18 + 40), at(8 + 40, 98 + 18 + 40)]).toEqual([
    [50, 50, 50],
    [90, 90, 90],
    [50, 50, 50],
  ]);
  // The stem of the f of "film", and the first colour of the scale after "0 ".
  expect(at(8 + 2, 8 + 3)).toEqual([255, 255, 255]);
  expect(at(8 + 12, paper.height - 28 + 2)).toEqual(Array.from(table.subarray(0, 3)));
});
