/** TIFF films have the pixels that Pillow and tifffile give, and a broken one is never a picture. */
import { describe, expect, test } from "vitest";
import { decodeImage, describeFilm } from "../../src/loaders/image.ts";
import { expectedFilms, film, numbers } from "../fixtures/films/expected.ts";
import { expectNoPart, expectRefusal } from "./refusal.ts";

describe("pixels are those of the reference readers", () => {
  test.each(expectedFilms.filter(([name]) => name.endsWith(".tif")))("%s", async (name, { width, height, channels, bits, pixels }) => {
    const image = await decodeImage(film(name), name);
    expect(image).toMatchObject({ width, height, channels, bitDepth: bits });
    expect(Array.from(image.data)).toEqual(numbers(pixels, bits === 16 ? "u2" : "u1"));
  });
});

test("a page is chosen, and said where it was not", async () => {
  const [first, second] = [
    await decodeImage(film("pages.tif"), "film", { frame: 1 }),
    await decodeImage(film("pages.tif"), "film", { frame: 2 }),
  ];
  expect(second.data).toEqual(first.data.map((value) => 255 - value));
  expect(await decodeImage(film("pages.tif"), "film")).toEqual({ ...first, notes: ["of its 3 pages the first is read"] });
  expect(await describeFilm(film("pages.tif"), "film")).toEqual({
    format: "TIFF",
    width: 47,
    height: 33,
    channels: 1,
    bits: 8,
    notes: "of its 3 pages the first is read",
  });
  await expectRefusal(film("pages.tif"), "has 3 pages, there is no page 4", { frame: 4 });
});

test("a turn that is asked for is not made, and said", async () => {
  expect((await decodeImage(film("turned.tif"), "film")).notes).toEqual(["its orientation 6 is not applied"]);
});

describe("what is not read is named", () => {
  test.each([
    ["big.tif", "is a BigTIFF, which cannot be read"],
    ["float.tif", "is a TIFF with samples of 32 bits, which cannot be read"],
    ["jpeg.tif", "is a TIFF with compression 7, which cannot be read"],
    ["one-bit.tif", "is a TIFF with samples of 1 bits, which cannot be read"],
  ])("%s", (name, message) => expectRefusal(film(name), message));
});

/** A copy with the value of a tag of the first directory changed; the files here are little-endian. */
function withTag(name: string, tag: number, change: (view: DataView, entry: number) => void): Uint8Array {
  const bytes = film(name);
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(4, true);
  for (let i = 0; i < view.getUint16(directory, true); i++) {
    const entry = directory + 2 + 12 * i;
    if (view.getUint16(entry, true) === tag) change(view, entry);
  }
  return bytes;
}
const withValue = (name: string, tag: number, value: number): Uint8Array =>
  withTag(name, tag, (view, entry) => view.setUint32(entry + 8, value, true));

describe("a damaged file is never a picture", () => {
  test.each(["grey-8.tif", "lzw-16.tif", "zlib-8.tif", "packbits-8.tif", "palette.tif"])("%s, wherever it is cut off", (name) =>
    expectNoPart(film(name)),
  );

  test.each<[string, Uint8Array, string | RegExp]>([
    ["no rows", withValue("grey-8.tif", 257, 0), "is an empty picture, got 47 × 0"],
    ["a size beyond any detector's", withValue("grey-8.tif", 257, 2 ** 31), "is too large"],
    ["more rows than strips", withValue("grey-8.tif", 257, 330), "its pixels should lie in 42 pieces, got 5 places and 5 lengths"],
    ["more rows than bytes", withValue("grey-16.tif", 257, 66), /too few for 47 × 66|should lie in/],
    ["tiles larger than their bytes", withValue("tiles.tif", 322, 2 ** 30), /its pixels should lie in 3 pieces|are too few/],
    ["strips without rows", withValue("grey-8.tif", 278, 0), "its pieces have no size"],
    [
      "strips beyond the file",
      withTag("grey-8.tif", 273, (view, entry) => view.setUint32(view.getUint32(entry + 8, true), 2 ** 31, true)),
      "is it cut off?",
    ],
    [
      "values beyond the file",
      withTag("grey-8.tif", 273, (view, entry) => view.setUint32(entry + 4, 2 ** 31, true)),
      /the values of tag 273 end at byte \d+/,
    ],
    [
      "a directory that follows itself",
      withTag("grey-8.tif", 256, (view) =>
        view.setUint32(view.getUint32(4, true) + 2 + 12 * view.getUint16(view.getUint32(4, true), true), view.getUint32(4, true), true),
      ),
      "its directories form a circle",
    ],
    ["no directory", film("grey-8.tif").fill(0, 4, 8), "it has no directory"],
    ["an unknown photometric interpretation", withValue("grey-8.tif", 262, 9), "is a TIFF with photometric interpretation 9"],
    ["grey said to be RGB", withValue("grey-8.tif", 262, 2), "is a TIFF with 1 samples a pixel where rgb"],
  ])("%s", (_, bytes, message) => expectRefusal(bytes, message));

  test.each(["lzw-8.tif", "zlib-8.tif", "packbits-8.tif"])("%s with its first strip overwritten", (name) => {
    const spoilt = withTag(name, 273, (view, entry) => {
      const [first, second] = [0, 4].map((at) => view.getUint32(view.getUint32(entry + 8, true) + at, true));
      new Uint8Array(view.buffer).fill(0x80, first, second);
    });
    return expectRefusal(spoilt, "is a damaged TIFF");
  });
});
