/** WebP pictures have the pixels that libwebp gives Pillow, and a broken one is never a picture. */
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../src/loaders/image.ts";
import { expectedFilms, film, numbers } from "../fixtures/films/expected.ts";
import { expectNoPart, expectRefusal } from "./refusal.ts";

test.each(expectedFilms.filter(([name]) => name.endsWith(".webp")))("%s", async (name, { width, height, channels, pixels }) => {
  const image = await decodeImage(film(name), name);
  expect(image).toMatchObject({ width, height, channels, bitDepth: 8 });
  expect(Array.from(image.data)).toEqual(numbers(pixels, "u1"));
});

test("an animation is not read", () => expectRefusal(film("animated.webp"), "is an animated WebP, which cannot be read"));

describe("a damaged file is never a picture", () => {
  test.each(["lossy.webp", "lossless.webp", "alpha.webp"])("%s, wherever it is cut off", (name) => expectNoPart(film(name)));

  test("a cut that the header does not tell of", async () => {
    const file = film("lossless.webp").slice(0, 500);
    new DataView(file.buffer).setUint32(4, 492, true);
    await expectRefusal(file, "is a damaged WebP");
    expect(await decodeImage(film("lossless.webp"), "film")).toMatchObject({ width: 47 });
  });

  test("a size that the bytes cannot hold is refused before memory is taken", () => {
    const file = film("lossless.webp");
    file.fill(0xff, 21, 24);
    return expectRefusal(file, /bytes are too few for 16384 × \d+/);
  });
});
