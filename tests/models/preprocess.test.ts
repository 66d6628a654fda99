/** A picture reaches the network as the model's description says, with Pillow's and torchvision's numbers, and a map finds its way back. */
import { expect, test } from "vitest";
import { equalize } from "../../src/imaging/equalize.ts";
import type { Image } from "../../src/loaders/image.ts";
import { type InputDescription, readDescription } from "../../src/models/description.ts";
import { prepare } from "../../src/models/preprocess.ts";

/** The input that a model file describes by these words. */
const inputOf = (input: Readonly<Record<string, unknown>>): InputDescription =>
  readDescription({ arch: "resnet18", classes: '["a"]', input: JSON.stringify(input) }, "model").input;

/** A picture of v(x, y, c) = (37x + 91y + 50c + xy) mod 256, as `numpy.mgrid` makes it for Pillow. */
function pattern(width: number, height: number, channels: 1 | 3 = 1): Image {
  const value = (i: number) => {
    const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    return (37 * x + 91 * y + 50 * (i % channels) + x * y) % 256;
  };
  return { width, height, channels, bitDepth: 8, data: Uint8Array.from({ length: width * height * channels }, (_, i) => value(i)) };
}

const flat = (width: number, height: number, value: number): Image => ({
  width,
  height,
  channels: 1,
  bitDepth: 8,
  data: new Uint8Array(width * height).fill(value),
});

const picture = (width: number, height: number, data: readonly number[], bitDepth: 8 | 16 = 8): Image => ({
  width,
  height,
  channels: 1,
  bitDepth,
  data: bitDepth === 16 ? Uint16Array.from(data) : Uint8Array.from(data),
});

const thrice = (values: ArrayLike<number>): number[] => Array.from(values).flatMap((value) => [value, value, value]);

// Pillow 12.3: Image.resize((5, 4), BILINEAR) and BICUBIC of the 13 × 9 pattern.
const BILINEAR = [100, 136, 121, 118, 149, 111, 124, 108, 124, 138, 137, 124, 136, 121, 132, 114, 107, 136, 111, 147];
const BICUBIC = [94, 142, 119, 116, 154, 113, 120, 109, 125, 134, 136, 126, 139, 121, 130, 113, 105, 140, 106, 153];

test.each([
  ["bilinear", BILINEAR],
  ["bicubic", BICUBIC],
])("stretched with %s and antialias as by Pillow", async (filter, expected) => {
  const { image } = await prepare(pattern(13, 9), inputOf({ size: [4, 5], channels: 1, interpolation: `${filter} antialias` }));
  expect(image).toEqual(picture(5, 4, expected));
});

test("a grey picture is repeated for three channels", async () => {
  for (const colour of ["grey repeated", "rgb"]) {
    const { image } = await prepare(pattern(13, 9), inputOf({ size: [4, 5], channels: 3, colour }));
    expect(image).toMatchObject({ width: 5, height: 4, channels: 3 });
    expect(Array.from(image.data)).toEqual(thrice(BILINEAR));
  }
});

test("a colour picture keeps its colours where the network was trained on colours", async () => {
  const { image } = await prepare(pattern(13, 9, 3), inputOf({ size: [2, 3], channels: 3, colour: "rgb" }));
  // Pillow: Image.resize((3, 2), BILINEAR) of the RGB pattern
  expect(Array.from(image.data)).toEqual([117, 133, 130, 122, 130, 124, 131, 131, 132, 120, 121, 127, 126, 124, 130, 130, 126, 132]);
});

test("a colour picture is brought to its luma, once or three times, before it is resized", async () => {
  const luma = [128, 127, 131, 121, 126, 128]; // Pillow: convert("L").resize((3, 2), BILINEAR)
  const one = (await prepare(pattern(13, 9, 3), inputOf({ size: [2, 3], channels: 1 }))).image;
  expect(one).toEqual(picture(3, 2, luma));
  const three = (await prepare(pattern(13, 9, 3), inputOf({ size: [2, 3], channels: 3, colour: "grey repeated" }))).image;
  expect(Array.from(three.data)).toEqual(thrice(luma));
});

test("a picture of the right size passes through untouched", async () => {
  const film = pattern(24, 24);
  for (const resize of ["stretch", "letterbox"]) {
    const { image, restore } = await prepare(film, inputOf({ size: 24, channels: 1, resize }));
    expect(image).toEqual(film);
    expect(restore(film)).toEqual(film);
  }
});

test.each<[number, number, number, number, number[]]>([
  // torchvision 0.29: center_crop(resize(picture, 7), [height, width]). The longer side is truncated (17 × 7/10 = 11.9 → 11), offsets
  // of a half go to the even pixel (3.5 → 4, 1.5 → 2, 4.5 → 4).
  [17, 10, 4, 4, [72, 120, 119, 153, 164, 128, 98, 101, 112, 119, 142, 167, 140, 124, 81, 145]],
  [17, 10, 6, 3, [133, 134, 72, 120, 119, 153, 112, 102, 164, 128, 98, 101, 133, 170, 112, 119, 142, 167]],
  [10, 19, 4, 4, [122, 174, 117, 127, 73, 117, 159, 116, 150, 130, 110, 116, 96, 144, 117, 103]],
  [10, 19, 6, 3, [142, 107, 73, 117, 159, 116, 99, 124, 150, 130, 110, 116, 159, 135, 96, 144, 117, 103]],
  [10, 10, 4, 4, [133, 146, 81, 103, 124, 85, 144, 151, 125, 180, 120, 123, 71, 112, 151, 129]],
  [10, 10, 6, 3, [78, 105, 133, 146, 81, 103, 168, 146, 124, 85, 144, 151, 101, 120, 125, 180, 120, 123]],
])("a %i × %i picture has its shorter side brought to 7 and %i × %i cropped as by torchvision", async (width, height, w, h, expected) => {
  const { image } = await prepare(
    pattern(width, height),
    inputOf({ size: [h, w], channels: 1, resize: "shorter side", shorterSide: 7, crop: "centre" }),
  );
  expect(image).toEqual(picture(w, h, expected));
});

test("a map of a centre crop comes back to its place, with nothing where the picture was cut off", async () => {
  // 64 × 40 shrinks to 51 × 32, of which columns 10 to 41 are kept: 12.5 to 52.7 of the original's.
  const { restore } = await prepare(pattern(64, 40), inputOf({ size: 32, channels: 1, resize: "shorter side", crop: "centre" }));
  const map = restore(picture(32, 32, Array(32 * 32).fill(1000), 16), 7);
  expect(map).toMatchObject({ width: 64, height: 40, bitDepth: 16 });
  const row = Array.from(map.data.subarray(20 * 64, 21 * 64));
  expect(row.slice(0, 11)).toEqual(Array(11).fill(7));
  expect(row.slice(14, 51)).toEqual(Array(37).fill(1000));
  expect(row.slice(54)).toEqual(Array(10).fill(7));
});

test.each([
  ["wide", 40, 20, [0, 0, 100, 100, 100, 100, 0, 0]],
  ["tall", 20, 40, [0, 0, 100, 100, 100, 100, 0, 0]],
])("a %s picture is letterboxed with bars of black, a quarter on each side", async (_, width, height, profile) => {
  const { image } = await prepare(flat(width, height, 100), inputOf({ size: 8, channels: 1, resize: "letterbox" }));
  const isWide = width > height;
  expect(Array.from(image.data)).toEqual(Array.from({ length: 64 }, (_, i) => profile[isWide ? Math.floor(i / 8) : i % 8]));
});

test("where bars cannot be equal the lower one is wider", async () => {
  const { image } = await prepare(flat(80, 50, 100), inputOf({ size: 8, channels: 1, resize: "letterbox" }));
  expect(Array.from({ length: 8 }, (_, y) => image.data[y * 8])).toEqual([0, 100, 100, 100, 100, 100, 0, 0]);
});

/** What is white on the left half of a frame and black on the right, as a network's map would be. */
const leftHalf = (size: number): Image =>
  picture(
    size,
    size,
    Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? 65535 : 0)),
    16,
  );

test.each(["stretch", "letterbox"])("a map of a %sed picture covers the original, with its left on the left", async (resize) => {
  const { restore } = await prepare(pattern(90, 60), inputOf({ size: 32, channels: 1, resize }));
  const map = restore(leftHalf(32));
  expect(map).toMatchObject({ width: 90, height: 60, channels: 1, bitDepth: 16 });
  const row = (y: number) => Array.from(map.data.subarray(y * 90, (y + 1) * 90));
  expect(row(0)).toEqual(row(59));
  expect(row(30).slice(0, 40)).toEqual(Array(40).fill(65535));
  expect(row(30).slice(50)).toEqual(Array(40).fill(0));
});

test("a map loses the bars of its letterbox", async () => {
  const { restore } = await prepare(pattern(40, 20), inputOf({ size: 8, channels: 1, resize: "letterbox" }));
  const bars = (i: number) => (i < 16 || i >= 48 ? 0 : 65535);
  const map = restore(
    picture(
      8,
      8,
      Array.from({ length: 64 }, (_, i) => bars(i)),
      16,
    ),
  );
  expect([map.width, map.height, Math.min(...map.data)]).toEqual([40, 20, 65535]);
});

test("16 bits stay 16, averaged and rounded once", async () => {
  const film = picture(4, 2, [0, 3, 65535, 65535, 1, 1, 65535, 65534], 16);
  const { image } = await prepare(film, inputOf({ size: [1, 2], channels: 3, colour: "grey repeated", interpolation: "box antialias" }));
  // (0 + 3 + 1 + 1) / 4 = 1.25; (3 · 65535 + 65534) / 4 = 65534.75
  expect(image).toEqual({ width: 2, height: 1, channels: 3, bitDepth: 16, data: Uint16Array.from([1, 1, 1, 65535, 65535, 65535]) });
});

test("an equalised picture is equalised at the network's size", async () => {
  const [plain, equalised] = await Promise.all(
    [false, true].map((flag) => prepare(pattern(13, 9), inputOf({ size: [4, 5], channels: 1, equalize: flag }))),
  );
  expect(equalised.image).toEqual(equalize(plain.image));
  expect(equalised.image).not.toEqual(plain.image);
});
