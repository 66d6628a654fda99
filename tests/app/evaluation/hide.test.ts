/** Hidden parts are filled with the mean of what is left, and nothing of them stays. */
import { expect, test } from "vitest";
import { hideUnder, showBorder } from "../../../src/app/evaluation/hide.ts";
import type { Image } from "../../../src/loaders/image.ts";

const picture = (width: number, height: number, channels: 1 | 3, value: (pixel: number, channel: number) => number): Image => ({
  width,
  height,
  channels,
  bitDepth: 8,
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => value(Math.floor(i / channels), i % channels)),
});

test("what is under the mask becomes the mean of the rest, channel by channel", () => {
  const film = picture(2, 2, 3, (pixel, channel) => 10 * pixel + channel);
  const mask = picture(2, 2, 1, (pixel) => (pixel === 3 ? 255 : 0));
  expect([...hideUnder(film, mask).data]).toEqual([0, 1, 2, 10, 11, 12, 20, 21, 22, 10, 11, 12]);
  expect(film.data[9]).toBe(30);
});

test("the border is 8 of 224 pixels on each side, and two films that differ within are the same", () => {
  const film = picture(224, 224, 1, (pixel) => pixel % 251);
  const shown = showBorder(film);
  const isFrame = (pixel: number) => {
    const [x, y] = [pixel % 224, Math.floor(pixel / 224)];
    return Math.min(x, y, 223 - x, 223 - y) < 8;
  };
  const frame = [...film.data].filter((_, pixel) => isFrame(pixel));
  expect([...shown.data].filter((_, pixel) => isFrame(pixel))).toEqual(frame);
  const mean = Math.round(frame.reduce((sum, value) => sum + value, 0) / frame.length);
  expect(new Set([...shown.data].filter((_, pixel) => !isFrame(pixel)))).toEqual(new Set([mean]));
  const other = picture(224, 224, 1, (pixel) => (isFrame(pixel) ? pixel % 251 : 7));
  expect(showBorder(other).data).toEqual(shown.data);
});

test("a mask of another size, or of everything, is an error", () => {
  const film = picture(2, 2, 1, () => 1);
  expect(() =>
    hideUnder(
      film,
      picture(2, 1, 1, () => 0),
    ),
  ).toThrow("must have one size, got 2 × 2 and 2 × 1");
  expect(() =>
    hideUnder(
      film,
      picture(2, 2, 1, () => 255),
    ),
  ).toThrow("the mask leaves nothing");
});
