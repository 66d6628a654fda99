/** What is drawn are the film's values through the table, where the view puts them, with heat mixed in by its strength. */
import { expect, test } from "vitest";
import { drawFilm } from "../../../src/app/web/draw-film.ts";
import { greyTable, wholeScale } from "../../../src/app/web/grey-window.ts";
import { colourTable } from "../../../src/imaging/colour-map.ts";

const grey = greyTable(wholeScale, 8, false);
const canvas = (width: number, height: number) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) });
const film = (width: number, height: number, values: readonly number[]) => ({
  width,
  height,
  bitDepth: 8 as const,
  data: Uint8Array.from(values),
});
const reds = ({ data }: { data: Uint8ClampedArray }) => [...data].filter((_, i) => i % 4 === 0);

test("at full size each pixel is the film's own, and black and opaque beside it", () => {
  const target = canvas(4, 2);
  drawFilm(target, { scale: 1, x: 1, y: 0 }, { film: [film(2, 2, [10, 200, 30, 40])], grey });
  expect(reds(target)).toEqual([0, 10, 200, 0, 0, 30, 40, 0]);
  expect([...target.data].filter((_, i) => i % 4 === 3)).toEqual(Array(8).fill(255));
});

test("enlarged, values between two pixels lie between theirs", () => {
  const target = canvas(4, 1);
  drawFilm(target, { scale: 2, x: 0, y: 0 }, { film: [film(2, 1, [0, 200])], grey });
  expect(reds(target)).toEqual([0, 50, 150, 200]);
});

test("shrunk, the smallest copy that is large enough is drawn", () => {
  const copies = [film(4, 4, Array(16).fill(10)), film(2, 2, Array(4).fill(20)), film(1, 1, [30])];
  const valueAt = (scale: number) => {
    const target = canvas(1, 1);
    drawFilm(target, { scale, x: 0, y: 0 }, { film: copies, grey });
    return target.data[0];
  };
  expect([4, 1, 0.6, 0.5, 0.3, 0.25].map(valueAt)).toEqual([10, 10, 10, 20, 20, 30]);
});

test("16-bit values go through a table of their own, and colours follow the grey", () => {
  const target = canvas(2, 1);
  const sixteen = { width: 2, height: 1, bitDepth: 16 as const, data: Uint16Array.of(0, 65535) };
  const colours = colourTable("viridis");
  drawFilm(target, { scale: 1, x: 0, y: 0 }, { film: [sixteen], grey: greyTable(wholeScale, 16, false), colours });
  expect([...target.data]).toEqual([...colours.slice(0, 3), 255, ...colours.slice(765), 255]);
});

test("a heat map covers the film by its strength times the opacity", () => {
  const target = canvas(3, 1);
  const colours = Uint8Array.from({ length: 768 }, (_, i) => (i % 3 === 0 ? 255 : 0));
  const levels = { width: 3, height: 1, isSigned: false, data: Uint8Array.of(0, 51, 255) };
  drawFilm(target, { scale: 1, x: 0, y: 0 }, { film: [film(3, 1, [100, 100, 100])], grey, heat: { levels, colours, opacity: 0.5 } });
  expect([...target.data]).toEqual([100, 100, 100, 255, 116, 90, 90, 255, 178, 50, 50, 255]);
});

test("a heat map on a scale with stronger ones is weaker by as much", () => {
  const colours = Uint8Array.from({ length: 768 }, (_, i) => (i % 3 === 0 ? Math.floor(i / 3) : 0));
  const drawnWith = (data: readonly number[], isSigned: boolean, share?: number) => {
    const target = canvas(3, 1);
    const levels = { width: 3, height: 1, isSigned, data: Uint8Array.from(data) };
    drawFilm(
      target,
      { scale: 1, x: 0, y: 0 },
      { film: [film(3, 1, [100, 100, 100])], grey, heat: { levels, colours, opacity: 0.5, share } },
    );
    return [...target.data];
  };
  expect(drawnWith([0, 100, 255], false, 0.2)).toEqual(drawnWith([0, 20, 51], false));
  expect(drawnWith([8, 128, 248], true, 0.25)).toEqual(drawnWith([98, 128, 158], true, 1));
});

test("of a heat map with signs the middle covers nothing, and both ends alike", () => {
  const target = canvas(3, 1);
  const levels = { width: 3, height: 1, isSigned: true, data: Uint8Array.of(0, 128, 255) };
  drawFilm(
    target,
    { scale: 1, x: 0, y: 0 },
    { film: [film(3, 1, [100, 100, 100])], grey, heat: { levels, colours: colourTable("bwr"), opacity: 1 } },
  );
  expect([...target.data]).toEqual([0, 0, 255, 255, 100, 100, 100, 255, 255, 0, 0, 255]);
});
