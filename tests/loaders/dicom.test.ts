/** DICOM films give the values that pydicom gives, whatever their pixels are coded in. */
import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseDicom } from "../../src/loaders/dicom/data-set.ts";
import { readFrame } from "../../src/loaders/dicom/frame.ts";
import { readPixelFormat } from "../../src/loaders/dicom/pixel-format.ts";
import { decodeImage, describeFilm } from "../../src/loaders/image.ts";
import { expectedFilms, film, numbers } from "../fixtures/films/expected.ts";
import { decimal, dicomFilm } from "./dicom-bytes.ts";
import { expectNoPart, expectRefusal } from "./refusal.ts";

const dicom = expectedFilms.filter(([name]) => name.endsWith(".dcm"));

describe("a grey film", () => {
  const films = dicom.filter(([, { stored }]) => stored !== undefined);

  test.each(films)("%s has pydicom's stored values", async (name, { stored, frame = 1 }) => {
    const file = parseDicom(film(name), name);
    const { samples } = await readFrame(file, readPixelFormat(file), frame - 1);
    expect(Array.from(samples)).toEqual(numbers(stored, "i4"));
  });

  test.each(films)(
    "%s gives networks its stored values in 8 bits, MONOCHROME1 inverted",
    async (name, { width, height, network, frame }) => {
      const image = await decodeImage(film(name), name, { frame });
      expect(image).toMatchObject({ width, height, channels: 1, bitDepth: 8 });
      expect(Array.from(image.data)).toEqual(numbers(network, "u1"));
    },
  );

  test.each(films)("%s is displayed as pydicom's look-up tables say", async (name, { display, frame }) => {
    const { data } = await decodeImage(film(name), name, { frame, pixels: "display" });
    expect(Array.from(data)).toEqual(numbers(display, "u2"));
  });
});

describe("a colour film", () => {
  test.each(dicom.filter(([, { rgb }]) => rgb !== undefined))("%s gives pydicom's RGB", async (name, { width, height, rgb }) => {
    const image = await decodeImage(film(name), name);
    expect(image).toMatchObject({ width, height, channels: 3, bitDepth: 8 });
    expect(Array.from(image.data)).toEqual(numbers(rgb, "u1"));
  });
});

describe("frames and windows are chosen", () => {
  test("the first frame is read and said to be where none is asked for", async () => {
    const first = await decodeImage(film("three-frames.dcm"), "film.dcm", { frame: 1 });
    expect(first).not.toHaveProperty("notes");
    expect(await decodeImage(film("three-frames.dcm"), "film.dcm")).toEqual({ ...first, notes: ["of its 3 frames the first is read"] });
    expect(await decodeImage(film("three-frames.dcm"), "film.dcm", { frame: 3 })).not.toEqual(first);
  });

  test.each([0, 4, 1.5])("frame %f of 3 is not there", async (frame) => {
    await expectRefusal(film("three-frames.dcm"), `has 3 frames, there is no frame ${frame}`, { frame });
  });

  test("the second window, by its definition", async () => {
    const name = "windows-rescaled.dcm";
    const stored = numbers(dicom.find(([film]) => film === name)?.[1].stored, "i4");
    const { data } = await decodeImage(film(name), name, { pixels: "display", window: 2 });
    // LINEAR (PS3.3 C.11.2.1.2) with center 3000 and width 900, of 2 · stored − 1024.
    const share = (value: number) => Math.min(Math.max((value - 2999.5) / 899 + 0.5, 0), 1);
    expect(Array.from(data)).toEqual(stored.map((value) => Math.round(65535 * share(2 * value - 1024))));
    await expectRefusal(film(name), "has 2 windows, there is no window 3", { pixels: "display", window: 3 });
  });

  test("a slope below zero turns light to dark, over the range that values have then", async () => {
    const film = dicomFilm(
      { width: 2, height: 2, channels: 1, bitDepth: 8, data: Uint8Array.of(0, 51, 204, 255) },
      { more: [decimal("x00281052", 10), decimal("x00281053", -2)] },
    );
    expect(Array.from((await decodeImage(film, "film", { pixels: "display" })).data)).toEqual([255, 204, 51, 0]);
    expect(Array.from((await decodeImage(film, "film")).data)).toEqual([0, 51, 204, 255]);
  });

  test("a window that is asked for goes before a VOI table", async () => {
    const [table, window] = [undefined, 1].map((number) =>
      decodeImage(film("voi-table.dcm"), "film.dcm", { pixels: "display", window: number }),
    );
    expect((await table).data).not.toEqual((await window).data);
  });
});

test("a description tells how pixels are stored, and nothing of the patient", async () => {
  const said = await describeFilm(film("windows-rescaled.dcm"), "film.dcm");
  expect(said).toEqual({
    format: "DICOM",
    "transfer syntax": "Explicit VR Little Endian",
    width: 20,
    height: 24,
    frames: 1,
    channels: 1,
    photometric: "MONOCHROME2",
    bits: 12,
    "bits allocated": 16,
    signed: false,
    rescale: "× 2 + -1024",
    windows: "1000 ± 2000 (LINEAR); 3000 ± 450 (LINEAR)",
    "modality table": false,
    "VOI table": false,
    modality: "DX",
  });
  expect(await describeFilm(film("explicit-8.dcm"), "film.dcm")).toMatchObject({
    "pixel spacing": [0.2, 0.2],
    "pixel aspect ratio": [1, 1],
  });
});

/** A file with the value of a tag of two bytes changed. */
function withNumber(file: Uint8Array, [group, element]: readonly [number, number], value: number): Uint8Array {
  const bytes = file.slice();
  const tag = [group & 255, group >> 8, element & 255, element >> 8];
  const at = bytes.findIndex((_, i) => tag.every((byte, k) => bytes[i + k] === byte));
  new DataView(bytes.buffer).setUint16(at + 8, value, true);
  return bytes;
}

describe("pixels that cannot be are refused", () => {
  test.each<[string, readonly [number, number], number, RegExp]>([
    ["no rows", [0x28, 0x10], 0, /is an empty picture, got 20 × 0/],
    ["more rows than there are pixels", [0x28, 0x10], 25, /is cut off: 1 frames take 1000 bytes, got 960/],
    ["three samples of grey", [0x28, 0x02], 3, /is MONOCHROME2 with 3 samples a pixel, not 1/],
    ["1 bit", [0x28, 0x100], 1, /has samples of 1 bits, only 8, 16 and 32 can be read/],
    ["24 bits", [0x28, 0x100], 24, /has samples of 24 bits/],
    ["no bits", [0x28, 0x101], 0, /cannot store 0 bits up to bit 11 in 16/],
    ["more bits than are allocated", [0x28, 0x101], 17, /cannot store 17 bits up to bit 11 in 16/],
    ["a high bit outside", [0x28, 0x102], 16, /cannot store 12 bits up to bit 16 in 16/],
    ["a high bit below the bits", [0x28, 0x102], 10, /cannot store 12 bits up to bit 10 in 16/],
  ])("%s", (_, tag, value, message) => expectRefusal(withNumber(film("explicit-12.dcm"), tag, value), message));

  test("both sides at their most, before memory is taken for them", async () => {
    const tall = withNumber(film("explicit-12.dcm"), [0x28, 0x10], 65535);
    await expectRefusal(tall, /is cut off: 1 frames take 2621400 bytes, got 960/);
    await expectRefusal(withNumber(tall, [0x28, 0x11], 65535), /is too large, got 65535 × 65535, at most 268435456 pixels are read/);
  });

  test.each(["jpeg-8.dcm", "jpeg-lossless-8.dcm", "jpeg-ls-8.dcm", "jpeg-2000-12.dcm"])("a coded picture of another size, in %s", (name) =>
    expectRefusal(withNumber(film(name), [0x28, 0x10], 23), "holds a coded picture of 20 × 24 × 1, its header says 20 × 23 × 1"),
  );

  test("JPEG 2000's colours where there is no JPEG 2000", () => {
    const bytes = film("ybr-full.dcm");
    const at = Buffer.from(bytes).indexOf("YBR_FULL");
    bytes.set(Buffer.from("YBR_RCT "), at);
    return expectRefusal(bytes, "has YBR_RCT pixels outside of JPEG 2000, where they cannot be");
  });

  test("windows that cannot be are refused for display, and do not matter to networks", async () => {
    const bytes = film("window-linear.dcm");
    const at = Buffer.from(bytes).indexOf("1500");
    bytes.set(Buffer.from("0.50"), at);
    await expectRefusal(bytes, "has a window that cannot be, center 1800.5 and width 0.5", { pixels: "display" });
    expect(await decodeImage(bytes, "film")).toEqual(await decodeImage(film("window-linear.dcm"), "film"));
  });

  test("12 bits in lossy JPEG", () => expectRefusal(film("jpeg-extended-12.dcm"), "holds a lossy JPEG of 12 bits, only 8 can be read"));

  test("a transfer syntax that is not known", () => {
    const bytes = film("jpeg-8.dcm");
    const at = bytes.findIndex((_, i) => String.fromCharCode(...bytes.subarray(i, i + 6)) === ".1.2.4");
    bytes.set([0x37, 0x37], at + 7);
    return expectRefusal(bytes, /has the transfer syntax 1\.2\.840\.10008\.1\.2\.4\.77, in which pixels cannot be read/);
  });
});

describe("a damaged file is never a picture", () => {
  const whole = ["explicit-12.dcm", "implicit-12.dcm", "deflated-12.dcm", "big-endian-12.dcm", "voi-table.dcm", "rle-12.dcm"];
  test.each([...whole, "jpeg-8.dcm", "jpeg-lossless-1.dcm", "jpeg-ls-12.dcm", "jpeg-2000-12.dcm"])("%s, wherever it is cut off", (name) =>
    expectNoPart(film(name)),
  );

  test.each([
    "jpeg-8.dcm",
    "jpeg-ls-12.dcm",
    ...["1", "2", "3", "4", "5", "6", "7", "8", "16", "rgb"].map((kind) => `jpeg-lossless-${kind}.dcm`),
  ])("%s with a coded picture that ends early is not filled up", async (name) => {
    const file = film(name);
    const end = Buffer.from(file).lastIndexOf(Buffer.from([0xff, 0xd9]));
    for (const missing of [2, 3, 4, 5, 6, 8, 10, 20, 60, 200]) {
      const bytes = file.slice();
      bytes.fill(0, end - missing, end + 2).set([0xff, 0xd9], end - missing);
      await expectRefusal(bytes, /holds a damaged|is a (damaged )?JPEG/);
    }
  });

  test.each(["jpeg-2000-12.dcm", "jpeg-2000-lossy.dcm", "jpeg-ls-12.dcm", "rle-12.dcm"])("%s with a fragment cut short", async (name) => {
    const file = film(name);
    const { dataSet } = parseDicom(file, name);
    const [{ position, length }] = dataSet.elements.x7fe00010.fragments ?? [];
    const delimiter = [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];
    for (let left = 2; left < length - 2; left += 2 * Math.ceil(length / 30)) {
      const header = [...file.subarray(0, position - 4), ...new Uint8Array(Uint32Array.of(left).buffer)];
      await expectRefusal(Uint8Array.from([...header, ...file.subarray(position, position + left), ...delimiter]), "film: ");
    }
  });

  /** A data set of explicit VR behind the header of a valid file. */
  function withData(...parts: readonly (readonly number[])[]): Uint8Array {
    const file = film("explicit-12.dcm");
    const begin = file.findIndex((_, i) => i > 132 && file[i] === 8 && file[i + 1] === 0);
    return Uint8Array.from([...file.subarray(0, begin), ...parts.flat()]);
  }
  const UNDEFINED = [255, 255, 255, 255];
  const sequence = [0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0, ...UNDEFINED];
  const item = [0xfe, 0xff, 0x00, 0xe0, ...UNDEFINED];
  const pixelData = [0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, ...UNDEFINED];

  test("a sequence of undefined length that never ends", () =>
    expectRefusal(withData(sequence, item, [8, 0, 0x60, 0, 0x43, 0x53, 2, 0, 0x44, 0x58]), /is a damaged DICOM file, is it cut off\?/));

  test("sequences nested a hundred thousand deep", () => {
    const level = [...sequence, ...item];
    const nested = new Uint8Array(level.length * 100_000);
    for (let i = 0; i < nested.length; i += level.length) nested.set(level, i);
    const header = withData();
    const bytes = new Uint8Array(header.length + nested.length);
    bytes.set(header);
    bytes.set(nested, header.length);
    return expectRefusal(bytes, /its sequences are nested too deep/);
  });

  test("an element of undefined length that never ends", () => {
    const header = withData([9, 0, 0x10, 0x10, 0x55, 0x4e, 0, 0, ...UNDEFINED]);
    const bytes = new Uint8Array(header.length + 1_000_000);
    bytes.set(header);
    return expectRefusal(bytes, /is a damaged DICOM file|without pixels/);
  });

  test("pixels of undefined length without fragments, or in a plain transfer syntax", async () => {
    const description = [...film("explicit-12.dcm")];
    const begin = description.findIndex((_, i) => description[i] === 0xe0 && description[i + 1] === 0x7f && description[i + 2] === 0x10);
    const encapsulated = [...pixelData, 0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];
    await expectRefusal(
      Uint8Array.from([...description.slice(0, begin), ...encapsulated]),
      /its pixels are not stored as its transfer syntax 1\.2\.840\.10008\.1\.2\.1 says/,
    );
    const coded = [...film("jpeg-8.dcm")];
    const pixels = coded.findIndex((_, i) => coded[i] === 0xe0 && coded[i + 1] === 0x7f && coded[i + 2] === 0x10);
    await expectRefusal(Uint8Array.from([...coded.slice(0, pixels), ...encapsulated]), /it has no fragments of pixels/);
  });

  test("deflated zeros that would fill the memory", async () => {
    const file = film("deflated-12.dcm");
    const header = file.subarray(0, 132 + 12 + new DataView(file.buffer).getUint32(140, true));
    const bomb = deflateRawSync(new Uint8Array(2 ** 27 + 2 ** 20));
    await expectRefusal(Uint8Array.from([...header, ...bomb]), "is too large, its data inflate to more than 134217728 bytes");
  });

  test("RLE segments that overlap their header, are missing, or are too short", async () => {
    const file = film("rle-12.dcm");
    const frame = file.findIndex((_, i) => file[i] === 2 && file[i + 1] === 0 && file[i + 4] === 64 && file[i + 5] === 0);
    const changed = (at: number, value: number): Uint8Array => {
      const copy = file.slice();
      copy[frame + at] = value;
      return copy;
    };
    await expectRefusal(changed(0, 3), "has damaged RLE pixels: they should have 2 segments, got 3");
    await expectRefusal(changed(4, 63), "has damaged RLE pixels: segment 1 begins at byte 63");
    await expectRefusal(changed(8, 65), /has damaged RLE pixels: segment 1 (is too short for|holds)/);
  });
});
