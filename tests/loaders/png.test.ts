/** PNG files keep their channels and bits, and a broken one is never a picture. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createContext, runInContext } from "node:vm";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import type { Image } from "../../src/loaders/image.ts";
import { decodePng, encodePng } from "../../src/loaders/png.ts";
import { chunk, type Drawing, header, join, png, rows, signature } from "./png-bytes.ts";

const ramp = (length: number, top: number) => Array.from({ length }, (_, i) => (i * 7919 + 13) % (top + 1));

const grey = (width: number, height: number, bitDepth: number, more: Partial<Drawing> = {}): Drawing => ({
  width,
  height,
  colorType: 0,
  bitDepth,
  samples: ramp(width * height, 2 ** bitDepth - 1),
  ...more,
});

describe("what a file holds is kept", () => {
  const kinds = [
    { kind: "grey", colorType: 0, channels: 1 },
    { kind: "RGB", colorType: 2, channels: 3 },
    { kind: "grey with alpha", colorType: 4, channels: 2 },
    { kind: "RGBA", colorType: 6, channels: 4 },
  ];
  for (const { kind, colorType, channels } of kinds) {
    for (const bitDepth of [8, 16]) {
      for (const interlaced of [false, true]) {
        test(`${kind}, ${bitDepth} bits${interlaced ? ", interlaced" : ""}, comes out sample for sample`, () => {
          const samples = ramp(9 * 11 * channels, 2 ** bitDepth - 1);
          const image = decodePng(png({ width: 9, height: 11, colorType, bitDepth, samples, interlaced }), "film.png");
          expect(image).toMatchObject({ width: 9, height: 11, channels, bitDepth });
          expect(image.data).toBeInstanceOf(bitDepth === 16 ? Uint16Array : Uint8Array);
          expect([...image.data]).toEqual(samples);
        });
      }
    }
  }

  test.each([1, 2, 4])("%i-bit grey is scaled to 8 bits, so that white is 255", (bitDepth) => {
    const drawing = grey(13, 3, bitDepth);
    const image = decodePng(png(drawing), "film.png");
    expect(image).toMatchObject({ channels: 1, bitDepth: 8 });
    expect([...image.data]).toEqual(drawing.samples.map((sample) => (sample * 255) / (2 ** bitDepth - 1)));
  });

  const palette = [10, 20, 30, 200, 100, 0, 1, 2, 3];
  const indices = [0, 1, 2, 2, 1, 0];

  test.each([2, 4, 8])("a palette of %i bits becomes RGB", (bitDepth) => {
    const image = decodePng(png({ width: 3, height: 2, colorType: 3, bitDepth, samples: indices, palette }), "film.png");
    expect(image).toMatchObject({ channels: 3, bitDepth: 8 });
    expect([...image.data]).toEqual(indices.flatMap((index) => palette.slice(3 * index, 3 * index + 3)));
  });

  test("a palette with transparency becomes RGBA, colours without an alpha of their own being opaque", () => {
    const image = decodePng(
      png({ width: 3, height: 2, colorType: 3, bitDepth: 8, samples: indices, palette, transparency: [0, 77] }),
      "film.png",
    );
    expect(image.channels).toBe(4);
    expect([...image.data]).toEqual(indices.flatMap((index) => [...palette.slice(3 * index, 3 * index + 3), [0, 77, 255][index]]));
  });

  test.each([
    { bitDepth: 2, transparency: [0, 3], opaque: 255 },
    { bitDepth: 8, transparency: [0, 200], opaque: 255 },
    { bitDepth: 16, transparency: [200, 1], opaque: 65535 },
  ])("a grey that is transparent keeps its value, $bitDepth bits", ({ bitDepth, transparency, opaque }) => {
    const key = transparency[0] * 256 + transparency[1];
    const image = decodePng(png({ width: 3, height: 1, colorType: 0, bitDepth, samples: [key, 1, key], transparency }), "film.png");
    const scale = bitDepth === 2 ? 85 : 1;
    expect(image.channels).toBe(2);
    expect([...image.data]).toEqual([key * scale, 0, scale, opaque, key * scale, 0]);
  });

  test("a colour that is transparent keeps its value, and one that shares two channels stays opaque", () => {
    const samples = [9, 8, 7, 9, 8, 6];
    const image = decodePng(png({ width: 2, height: 1, colorType: 2, bitDepth: 8, samples, transparency: [0, 9, 0, 8, 0, 7] }), "film.png");
    expect([...image.data]).toEqual([9, 8, 7, 0, 9, 8, 6, 255]);
  });

  test.each([
    [1, 1],
    [20000, 1],
    [1, 20000],
  ])("%i × %i is a picture like any other", (width, height) => {
    const drawing = grey(width, height, 8);
    const image = decodePng(png(drawing), "film.png");
    expect([image.width, image.height]).toEqual([width, height]);
    expect([...image.data]).toEqual(drawing.samples);
  });

  test("bytes after the end of the picture are ignored", () => {
    expect([...decodePng(join(png(grey(2, 2, 8)), Uint8Array.of(1, 2, 3)), "film.png").data]).toEqual(ramp(4, 255));
  });

  test("a file in the middle of a larger buffer is read from its own first byte", () => {
    const file = png(grey(5, 4, 16));
    expect([...decodePng(join(Uint8Array.of(9, 9, 9), file).subarray(3), "film.png").data]).toEqual(ramp(20, 65535));
  });
});

describe("encoding", () => {
  for (const channels of [1, 2, 3, 4] as const) {
    for (const bitDepth of [8, 16] as const) {
      test(`${channels} channels of ${bitDepth} bits come back as they were, from a plain Uint8Array`, () => {
        const samples = ramp(7 * 5 * channels, 2 ** bitDepth - 1);
        const image: Image = {
          width: 7,
          height: 5,
          channels,
          bitDepth,
          data: bitDepth === 8 ? Uint8Array.from(samples) : Uint16Array.from(samples),
        };
        const file = encodePng(image);
        expect(Object.getPrototypeOf(file)).toBe(Uint8Array.prototype);
        expect(decodePng(file, "film.png")).toEqual(image);
      });
    }
  }

  test("a view into a larger array is encoded from its own first value", () => {
    const data = Uint16Array.of(9, 9, 1, 2, 3, 4).subarray(2);
    expect([...decodePng(encodePng({ width: 2, height: 2, channels: 1, bitDepth: 16, data }), "film.png").data]).toEqual([1, 2, 3, 4]);
  });
});

/** The one way a bad file may end. */
function expectRefusal(bytes: Uint8Array, message: RegExp, about = ""): void {
  const decode = () => decodePng(bytes, "film.png");
  expect(decode, about).toThrow(InputError);
  expect(decode, about).toThrow(/^film\.png: /);
  expect(decode, about).toThrow(message);
}

describe("a file that is not a whole PNG", () => {
  test("an empty file is called empty", () => expectRefusal(new Uint8Array(0), /is empty/));

  test("a text file shows its beginning", () => {
    expectRefusal(new TextEncoder().encode("<!DOCTYPE html><html>404"), /is not a PNG: begins with the text "<!DOCTYPE html>/);
  });

  test("another format shows its first bytes", () => {
    expectRefusal(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70), /is not a PNG: begins with the bytes ff d8 ff e0/);
  });

  const wholes = {
    "8-bit grey": png(grey(9, 7, 8)),
    "16-bit interlaced": png(grey(9, 9, 16, { interlaced: true })),
    palette: png({ width: 4, height: 4, colorType: 3, bitDepth: 4, samples: ramp(16, 2), palette: ramp(9, 255), transparency: [1, 2, 3] }),
  };

  test.each(Object.entries(wholes))("%s: cut after any number of bytes it is refused", (_, whole) => {
    for (let length = 1; length < whole.length; length++) {
      expectRefusal(whole.subarray(0, length), length < 8 ? /is not a PNG/ : /cut off/, `${length} bytes`);
    }
  });

  test.each(Object.entries(wholes))("%s: with any one byte changed it is refused", (_, whole) => {
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] ^= 0x10;
      expectRefusal(changed, /is not a PNG|cut off|damaged|too large/, `byte ${at}`);
    }
  });

  test.each([false, true])("pixel data that ends early is refused though every checksum is right, interlaced %s", (interlaced) => {
    const drawing = grey(16, 16, 8, { interlaced });
    const pixels = deflateSync(rows(drawing));
    for (let length = 0; length < pixels.length; length++)
      expectRefusal(png(drawing, pixels.subarray(0, length)), /damaged/, `${length} bytes`);
  });

  test("pixel data that is no zlib stream is refused", () => {
    expectRefusal(png(grey(8, 8, 8), new Uint8Array(60).fill(0x55)), /damaged PNG/);
  });

  test("a wrong checksum inside the pixel data is refused", () => {
    const pixels = deflateSync(rows(grey(8, 8, 8)));
    pixels[pixels.length - 1] ^= 1;
    expectRefusal(png(grey(8, 8, 8), pixels), /damaged PNG: incorrect data check/);
  });

  test("fewer rows than the header says are refused", () => {
    expectRefusal(png(grey(8, 9, 8), deflateSync(rows(grey(8, 8, 8)))), /should take 81 bytes, got 72/);
  });

  test("more rows than the header says are refused", () => {
    expectRefusal(png(grey(8, 7, 8), deflateSync(rows(grey(8, 8, 8)))), /more than 63 bytes/);
  });

  test("an unknown row filter is refused", () => {
    const pixels = rows(grey(8, 8, 8));
    pixels[0] = 5;
    expectRefusal(png(grey(8, 8, 8), deflateSync(pixels)), /damaged PNG: Unrecognised filter type/);
  });

  test("a colour outside the palette is refused", () => {
    expectRefusal(
      png({ width: 2, height: 1, colorType: 3, bitDepth: 8, samples: [0, 3], palette: [1, 2, 3] }),
      /damaged PNG: index 3 not in palette/,
    );
  });

  test("a palette picture without a palette is refused", () => {
    expectRefusal(png({ width: 2, height: 1, colorType: 3, bitDepth: 8, samples: [0, 0] }), /damaged PNG: Expected palette not found/);
  });

  test("a file without pixel data is refused", () => {
    expectRefusal(join(signature, header(grey(8, 8, 8)), chunk("IEND")), /0 bytes of pixel data are too few for 8 × 8/);
  });

  test("a file whose first chunk is not the header is refused", () => {
    expectRefusal(join(signature, chunk("IDAT", [1]), header(grey(8, 8, 8)), chunk("IEND")), /first chunk is "IDAT"/);
  });

  test("a second header is refused", () => {
    const whole = png(grey(8, 8, 8));
    expectRefusal(join(whole.subarray(0, 33), header(grey(8, 9, 8)), whole.subarray(33)), /two headers/);
  });

  test("a header of the wrong length is refused", () => {
    expectRefusal(join(signature, chunk("IHDR", [0, 0, 0, 1]), chunk("IEND")), /header has 4 bytes, not 13/);
  });

  test("a chunk that claims 4 GB is refused", () => {
    const huge = chunk("tEXt", [1, 2, 3]);
    huge.set([255, 255, 255, 255]);
    expectRefusal(join(signature, header(grey(8, 8, 8)), huge), /cut off at byte 48, inside a chunk that begins at byte 33/);
  });

  test.each([
    { what: "3 bits", drawing: { colorType: 0, bitDepth: 3 } },
    { what: "colour type 1", drawing: { colorType: 1, bitDepth: 8 } },
    { what: "a palette of 16 bits", drawing: { colorType: 3, bitDepth: 16 } },
    { what: "RGB of 4 bits", drawing: { colorType: 2, bitDepth: 4 } },
  ])("$what is refused", ({ drawing }) => {
    expectRefusal(join(signature, header({ width: 8, height: 8, ...drawing }), chunk("IDAT", [1]), chunk("IEND")), /no such pixels/);
  });

  test.each([10, 11, 12])("an unknown method in byte %i of the header is refused", (at) => {
    const contents = header(grey(8, 8, 8)).slice(8, 21);
    contents[at] = 2;
    expectRefusal(join(signature, chunk("IHDR", contents), chunk("IDAT", [1]), chunk("IEND")), /unknown coding/);
  });
});

describe("a size that cannot be", () => {
  const claims = (width: number, height: number) =>
    join(signature, header(grey(1, 1, 8, { width, height })), chunk("IDAT", new Uint8Array(100)), chunk("IEND"));

  test.each([
    [0, 8],
    [8, 0],
    [0, 0],
  ])("%i × %i is an empty picture", (width, height) =>
    expectRefusal(claims(width, height), new RegExp(`empty picture, got ${width} × ${height}`)),
  );

  test.each([
    [16385, 16384],
    [100000, 100000],
    [2 ** 32 - 1, 2 ** 32 - 1],
  ])("%i × %i is too large, and the size is said", (width, height) => {
    expectRefusal(claims(width, height), new RegExp(`too large, got ${width} × ${height}, at most 268435456 pixels`));
  });

  test("16384 × 16384 in 100 bytes is refused before anything is allocated for it", () => {
    const before = process.memoryUsage().arrayBuffers;
    expectRefusal(claims(16384, 16384), /100 bytes of pixel data are too few for 16384 × 16384/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });
});

test("the browser's build of pngjs reports by itself the damage that Node's overlooks", () => {
  const browser: { png?: { PNG: typeof import("pngjs").PNG } } & Record<string, unknown> = {
    Uint8Array,
    Uint16Array,
    setTimeout,
    clearTimeout,
  };
  createContext(browser);
  runInContext(readFileSync(createRequire(import.meta.url).resolve("pngjs/browser"), "utf8"), browser);
  const PNG = browser.png?.PNG;
  if (!PNG) throw new Error("pngjs/browser defines no PNG");
  const read = (bytes: Uint8Array) => {
    const { data } = new PNG({ width: Math.ceil(bytes.length / 4), height: 1 });
    data.set(bytes);
    return PNG.sync.read(data.subarray(0, bytes.length));
  };
  const drawing = grey(16, 16, 8);
  const pixels = deflateSync(rows(drawing));
  expect([...read(png(drawing)).data].filter((_, i) => i % 4 === 0)).toEqual(drawing.samples);
  expect(() => read(png(drawing, new Uint8Array(0)))).toThrow(/unexpected end of file/);
  expect(() => read(png(drawing, pixels.subarray(0, 100)))).toThrow(/unexpected end of file/);
  expect(() => read(png(drawing, new Uint8Array(60).fill(0x55)))).toThrow(/incorrect header check/);
});
