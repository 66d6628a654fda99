/** BMP pictures have the pixels that Pillow gives, and a broken one is never a picture. */
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../src/loaders/image.ts";
import { expectedFilms, film, numbers } from "../fixtures/films/expected.ts";
import { expectNoPart, expectRefusal } from "./refusal.ts";

test.each(expectedFilms.filter(([name]) => name.endsWith(".bmp")))("%s", async (name, { width, height, channels, pixels }) => {
  const image = await decodeImage(film(name), name);
  expect(image).toMatchObject({ width, height, channels, bitDepth: 8 });
  expect(Array.from(image.data)).toEqual(numbers(pixels, "u1"));
});

/** A copy with a number of the header changed. */
function withNumber(name: string, at: number, value: number): Uint8Array {
  const bytes = film(name);
  new DataView(bytes.buffer).setInt32(at, value, true);
  return bytes;
}

describe("a damaged file is never a picture", () => {
  test("wherever it is cut off", () => expectNoPart(film("grey.bmp")));

  test.each<[string, Uint8Array, string]>([
    ["no columns", withNumber("grey.bmp", 18, 0), "is an empty picture, got 0 × 33"],
    ["columns below none", withNumber("grey.bmp", 18, -5), "its width is -5"],
    ["a size beyond any detector's", withNumber("grey.bmp", 18, 2 ** 30), "is too large"],
    ["more rows than bytes", withNumber("grey.bmp", 22, 1000), "is it cut off?"],
    ["a run-length coding", withNumber("grey.bmp", 30, 1), "is a BMP of 8 bits in coding 1; only"],
    ["one bit", withNumber("grey.bmp", 26, 0x10001), "is a BMP of 1 bits in coding 0; only"],
    ["a palette of OS/2", withNumber("grey.bmp", 14, 12), "is a BMP of OS/2"],
    ["more colours than there is room for", withNumber("grey.bmp", 46, 2 ** 30), "does not fit before its pixels"],
    ["a colour that the palette does not have", withNumber("grey.bmp", 46, 2), "its palette has 2"],
  ])("%s", (_, bytes, message) => expectRefusal(bytes, message));
});
