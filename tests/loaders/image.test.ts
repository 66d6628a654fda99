/** A file is decoded by its first bytes, and one that cannot be is called what it is. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { decodeImage } from "../../src/loaders/image.ts";
import { png } from "./png-bytes.ts";

const text = (characters: string) => Uint8Array.from(characters, (character) => character.charCodeAt(0));
const padded = (...parts: Uint8Array[]) => Uint8Array.from([...parts.flatMap((part) => [...part]), ...new Array(64).fill(0)]);

test("a PNG is decoded whatever its name says", async () => {
  const bytes = png({ width: 2, height: 1, colorType: 0, bitDepth: 8, samples: [3, 250] });
  expect(await decodeImage(bytes, "film.jpg")).toEqual({ width: 2, height: 1, channels: 1, bitDepth: 8, data: Uint8Array.of(3, 250) });
});

describe("a signature alone is a damaged file of its format", () => {
  test.each([
    ["JPEG", padded(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))],
    ["DICOM", padded(new Uint8Array(128), text("DICM"))],
    ["TIFF", padded(text("II*\0"))],
    ["TIFF", padded(text("MM\0*"))],
  ])("%s", async (format, bytes) => {
    const decoding = decodeImage(bytes, "scan/film.png");
    await expect(decoding).rejects.toThrow(InputError);
    await expect(decoding).rejects.toThrow(`scan/film.png: is a damaged ${format}`);
  });
});

describe("a format that has no decoder is named", () => {
  test.each([
    ["JPEG 2000", padded(text("\0\0\0\x0cjP  "))],
    ["GIF", padded(text("GIF89a"))],
  ])("%s", async (format, bytes) => {
    const decoding = decodeImage(bytes, "scan/film.png");
    await expect(decoding).rejects.toThrow(InputError);
    await expect(decoding).rejects.toThrow(`scan/film.png: is a ${format} file; only PNG, JPEG, DICOM, TIFF, WebP, BMP can be read`);
  });
});

describe("what is no picture", () => {
  test("an empty file is called empty", async () => {
    await expect(decodeImage(new Uint8Array(0), "film.png")).rejects.toThrow(new InputError("film.png", "is empty"));
  });

  test("a text shows its beginning", async () => {
    await expect(decodeImage(text("BM is not always a bitmap"), "film.png")).rejects.toThrow(
      /film\.png: is no known picture, begins with the text "BM is not/,
    );
  });

  test("a RIFF file that is no WebP is not taken for one", async () => {
    await expect(decodeImage(padded(text("RIFF\x10\0\0\0WAVEfmt ")), "sound.png")).rejects.toThrow(
      /is no known picture, begins with the bytes 52 49 46 46/,
    );
  });

  test("a file shorter than any signature shows the bytes it has", async () => {
    await expect(decodeImage(Uint8Array.of(0x89), "film.png")).rejects.toThrow(/begins with the bytes 89;/);
  });

  test("a damaged PNG is an InputError here too", async () => {
    await expect(
      decodeImage(png({ width: 2, height: 1, colorType: 0, bitDepth: 8, samples: [1, 2] }).slice(0, 40), "film.png"),
    ).rejects.toThrow(InputError);
  });
});
