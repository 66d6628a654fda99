/** A film fits its canvas, grows about the pointer, and cannot be lost from sight. */
import { expect, test } from "vitest";
import { fitted, panned, pixelAt, zoomed } from "../../../src/app/web/film-view.ts";

const film = { width: 1000, height: 500 };
const canvas = { width: 400, height: 400 };

test("a wide film is as wide as the canvas, and in its middle", () => {
  expect(fitted(film, canvas)).toEqual({ scale: 0.4, x: 0, y: 100 });
});

test("what is under the pointer stays there", () => {
  const pointer = { x: 130, y: 220 };
  const before = fitted(film, canvas);
  const after = zoomed(before, 3, pointer, film, canvas);
  expect(after.scale).toBeCloseTo(1.2, 12);
  expect(pixelAt(after, pointer, film)).toEqual(pixelAt(before, pointer, film));
});

test("zooming ends at 32 canvas pixels a film pixel, and at a quarter of what fits", () => {
  const middle = { x: 200, y: 200 };
  expect(zoomed(fitted(film, canvas), 1e9, middle, film, canvas).scale).toBe(32);
  expect(zoomed(fitted(film, canvas), 1e-9, middle, film, canvas).scale).toBeCloseTo(0.1, 12);
});

test("a film that is pulled away stays in sight by 40 pixels on each side", () => {
  const view = { scale: 1, x: 0, y: 0 };
  expect(panned(view, 1e6, 1e6, film, canvas)).toEqual({ scale: 1, x: 360, y: 360 });
  expect(panned(view, -1e6, -1e6, film, canvas)).toEqual({ scale: 1, x: -960, y: -460 });
});

test("a place beside the film is no pixel of it", () => {
  const view = fitted(film, canvas);
  expect(pixelAt(view, { x: 10, y: 99 }, film)).toBeUndefined();
  expect(pixelAt(view, { x: 399.9, y: 299.9 }, film)).toEqual({ x: 999, y: 499 });
});
