/** A canvas shows the last of the paintings that it was asked for, and is empty where there is none. */
import { expect, test } from "vitest";
import type { Drawn } from "../../../src/app/web/draw-film.ts";
import { type FilmPainter, filmPainter, type Painting } from "../../../src/app/web/film-painter.ts";
import { greyTable, wholeScale } from "../../../src/app/web/grey-window.ts";

/** The parts of a canvas that are used, and the red of the first pixel of each picture that it showed; undefined where it was emptied. */
function canvasOf(size: number): {
  readonly painter: FilmPainter;
  readonly shown: (number | undefined)[];
  readonly canvas: { width: number; height: number };
} {
  const shown: (number | undefined)[] = [];
  const canvas = { width: 0, height: 0, getContext: () => context };
  const context = {
    canvas,
    clearRect: () => shown.push(undefined),
    createImageData: (width: number, height: number) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) }),
    putImageData: ({ data }: ImageData) => shown.push(data[0]),
  };
  Object.assign(canvas, { width: size, height: size });
  return { painter: filmPainter(canvas as unknown as HTMLCanvasElement), shown, canvas };
}

const grey = greyTable(wholeScale, 8, false);

/** A canvas of one grey. */
function painting(size: number, value: number, onBegin?: () => void): Painting {
  const drawn = (): Drawn => {
    onBegin?.();
    return { film: [{ width: 1, height: 1, bitDepth: 8, data: Uint8Array.of(value) }], grey };
  };
  return { size: { width: size, height: size }, view: { scale: size, x: 0, y: 0 }, drawn };
}

test("a picture comes together with the canvas's size", async () => {
  const { painter, shown, canvas } = canvasOf(1);
  painter.paint(painting(8, 7));
  await painter.done();
  expect(shown).toEqual([7]);
  expect(canvas).toMatchObject({ width: 8, height: 8 });
});

test("of several wishes that come while one is drawn the last one counts", async () => {
  const { painter, shown } = canvasOf(1);
  const wishMore = (): void => {
    for (const value of [2, 3, 4]) painter.paint(painting(8, value));
  };
  painter.paint(painting(8, 1, wishMore));
  await painter.done();
  expect(shown).toEqual([1, 4]);
  painter.paint(undefined);
  await painter.done();
  painter.paint(painting(8, 5));
  await painter.done();
  expect(shown).toEqual([1, 4, undefined, 5]);
});

test("one that cannot be drawn does not keep the next from it", async () => {
  const { painter, shown } = canvasOf(1);
  const refuse = (): never => {
    throw new Error("no table");
  };
  painter.paint(painting(8, 1, refuse));
  await expect(painter.done()).rejects.toThrow("no table");
  painter.paint(painting(8, 2));
  await painter.done();
  expect(shown).toEqual([2]);
});
