/** JPEG files give libjpeg-turbo's pixels, bit for bit, and a broken one is never a picture. */
import { describe, expect, test } from "vitest";
import { decodeImage, describeFilm } from "../../src/loaders/image.ts";
import { expectedFilms, film, numbers } from "../fixtures/films/expected.ts";
import { expectNoPart, expectRefusal } from "./refusal.ts";

describe("pixels are those that Pillow gives", () => {
  test.each(expectedFilms.filter(([name]) => name.endsWith(".jpg")))("%s", async (name, { width, height, channels, pixels }) => {
    const image = await decodeImage(film(name), name);
    expect(image).toMatchObject({ width, height, channels, bitDepth: 8 });
    expect(Array.from(image.data)).toEqual(numbers(pixels, "u1"));
  });

  test("also from the middle of a larger buffer, with bytes after the end", async () => {
    const file = film("grey.jpg");
    const within = new Uint8Array(file.length + 7);
    within.set(file, 3);
    expect(await decodeImage(within.subarray(3), "film.jpg")).toEqual(await decodeImage(file, "film.jpg"));
  });
});

test("a turn that Exif asks for is not made, and said", async () => {
  expect(await decodeImage(film("turned.jpg"), "turned.jpg")).toMatchObject({
    width: 47,
    height: 33,
    notes: ["its Exif orientation 6 is not applied"],
  });
  expect(await decodeImage(film("grey.jpg"), "grey.jpg")).not.toHaveProperty("notes");
  expect(await describeFilm(film("turned.jpg"), "turned.jpg")).toEqual({
    format: "JPEG",
    width: 47,
    height: 33,
    channels: 1,
    bits: 8,
    coding: "sequential",
    quality: 85,
    orientation: 6,
  });
});

test.each([
  ["grey.jpg", 85],
  ["colour-422.jpg", 85],
  ["colour-progressive.jpg", 60],
])("%s is told to be of the quality %i that Pillow wrote it with", async (name, quality) => {
  expect((await decodeImage(film(name), name)).facts).toEqual({ jpegQuality: quality });
});

describe("what is not read is named", () => {
  test.each([
    ["cmyk.jpg", /is a JPEG of 4 colours \(CMYK has 4\), only grey and RGB can be read/],
    ["twelve-bit.jpg", /is a JPEG of 12 bits, only 8 can be read/],
    ["lossless.jpg", /holds lossless JPEG pixels; only sequential and progressive JPEG can be read outside of DICOM/],
  ])("%s", (name, message) => expectRefusal(film(name), message));

  const withMarker = (marker: number): Uint8Array => {
    const bytes = film("grey.jpg");
    bytes[bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0) + 1] = marker;
    return bytes;
  };
  test.each([
    [0xc5, /holds hierarchical JPEG/],
    [0xc9, /holds arithmetic JPEG/],
    [0xf7, /holds JPEG-LS pixels/],
  ])("a frame of marker %i", (marker, message) => expectRefusal(withMarker(marker), message));
});

describe("a damaged file is never a picture", () => {
  const file = film("colour-420.jpg");
  const frame = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xc0);
  const scan = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xda);
  const changed = (...changes: readonly (readonly [number, number])[]): Uint8Array => {
    const copy = file.slice();
    for (const [at, value] of changes) copy[at] = value;
    return copy;
  };

  test("wherever it is cut off", () => expectNoPart(file, 3));

  test("a cut that is closed with an end marker is not filled with grey", () =>
    expectRefusal(Uint8Array.from([...file.subarray(0, scan + 100), 0xff, 0xd9]), /damaged JPEG: (Corrupt JPEG data: )?premature end/i));

  test("a size that the bytes cannot hold is refused before memory is taken", () =>
    expectRefusal(changed([frame + 5, 0x3f], [frame + 7, 0x3f]), /bytes of pixel data are too few for 16175 × 16161/));

  test("a size beyond any detector's", () =>
    expectRefusal(changed([frame + 5, 0xff], [frame + 7, 0xff]), /is too large, got 65327 × 65313, at most 268435456 pixels are read/));

  test("no rows", () => expectRefusal(changed([frame + 5, 0], [frame + 6, 0]), /is an empty picture, got 47 × 0/));

  test("two frames, a segment without a length, sampling that cannot be", async () => {
    await expectRefusal(Uint8Array.from([...file.subarray(0, scan), ...file.subarray(frame)]), /it has two frames/);
    await expectRefusal(changed([frame + 2, 0], [frame + 3, 1]), /has a length of 1/);
    await expectRefusal(changed([frame + 11, 0x50]), /no valid components/);
  });

  test("scans without end", () => {
    const empty = file.subarray(scan, scan + 14);
    return expectRefusal(
      Uint8Array.from([...file.subarray(0, -2), ...Array.from({ length: 200 }, () => [...empty]).flat(), 0xff, 0xd9]),
      /more than 100 scans/,
    );
  });

  test("and the next file is read as if nothing had been", async () => {
    await expectRefusal(changed([scan + 5, 9]), /damaged JPEG/);
    expect(await decodeImage(film("grey.jpg"), "grey.jpg")).toMatchObject({ width: 47, height: 33 });
  });
});
