/** What is no frontal film, or is read wrongly, is found and told by its measure; drawn films pass. */
import { describe, expect, test } from "vitest";
import { blockArtefacts } from "../../src/imaging/block-artefacts.ts";
import { applyColourMap, colourTable } from "../../src/imaging/colour-map.ts";
import { colourfulness } from "../../src/imaging/colourfulness.ts";
import { contrast } from "../../src/imaging/contrast.ts";
import { exposure } from "../../src/imaging/exposure.ts";
import { orientations } from "../../src/imaging/orientation.ts";
import { phantom } from "../../src/imaging/phantom.ts";
import { type Finding, filmQuality, qualityLimits } from "../../src/imaging/quality.ts";
import { resize } from "../../src/imaging/resize.ts";
import { toRgb } from "../../src/imaging/rgb.ts";
import type { Image } from "../../src/loaders/image.ts";
import { xorshift } from "../xorshift.ts";
import { picture } from "./pictures.ts";

const seeds = Array.from({ length: 8 }, (_, seed) => seed);
const films = seeds.map((seed) => phantom({ size: 256, seed, opacities: seed % 3 }).image);
const [film] = films;

const inverted = (image: Image): Image => ({ ...image, data: image.data.map((value) => 255 - value) });

/** Turned clockwise by a quarter. */
function quarterTurn({ width, height, data }: Image): Image {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) turned[x * height + (height - 1 - y)] = data[y * width + x];
  return { width: height, height: width, channels: 1, bitDepth: 8, data: turned };
}

const flat = (value: number, side = 256): Image => picture(side, side, 1, 8, Array(side * side).fill(value));

/** A picture of which every pixel is a function of its place. */
const drawn = (side: number, channels: 1 | 3, value: (x: number, y: number, c: number) => number): Image =>
  picture(
    side,
    side,
    channels,
    8,
    Array.from({ length: side * side * channels }, (_, i) => {
      const pixel = Math.floor(i / channels);
      return value(pixel % side, Math.floor(pixel / side), i % channels);
    }),
  );

const named = (image: Image): string[] => filmQuality(image).map(({ name, severity }) => `${name} ${severity}`);
const found = (image: Image, name: Finding["name"]): Finding | undefined => filmQuality(image).find((finding) => finding.name === name);

test.each(seeds)("nothing speaks against the drawn film of seed %i, nor against it in 16 bits or in colour channels", (seed) => {
  const image = films[seed];
  expect(filmQuality(image)).toEqual([]);
  expect(filmQuality(toRgb(image))).toEqual([]);
  expect(filmQuality({ ...image, bitDepth: 16, data: Uint16Array.from(image.data, (value) => 257 * value) })).toEqual([]);
});

describe("a film that lies the wrong way is refused", () => {
  const turns = films.map((image) => {
    const quarter = quarterTurn(image);
    const half = quarterTurn(quarter);
    return [image, quarter, half, quarterTurn(half)] as const;
  });

  test.each(seeds)("turned by a quarter, a half and three quarters, and as a negative of each: seed %i", (seed) => {
    for (const [k, image] of turns[seed].entries()) {
      expect(orientations(image)[0]).toMatchObject({ degrees: 90 * k, isInverted: false });
      expect(orientations(inverted(image))[0]).toMatchObject({ degrees: 90 * k, isInverted: true });
      if (k > 0) expect(named(image)).toEqual(["turned refuse"]);
      expect(named(inverted(image))).toEqual(["inverted refuse"]);
    }
  });

  test("the chances of the eight ways add up to 1, the likeliest first, and a mirrored film has the same", () => {
    const chances = orientations(film).map(({ probability }) => probability);
    expect(chances).toHaveLength(8);
    expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12);
    expect(chances).toEqual(chances.toSorted((a, b) => b - a));
    const mirrored = drawn(256, 1, (x, y) => film.data[y * 256 + 255 - x]);
    for (const [i, { probability }] of orientations(mirrored).entries()) expect(probability).toBeCloseTo(chances[i], 6);
  });

  test("and says how", () => {
    expect(found(turns[0][2], "turned")?.message).toMatch(/^is upside down: that is \d+ % likely by its grey levels$/);
    expect(found(turns[0][1], "turned")?.message).toMatch(/^is turned by 90° clockwise: /);
    expect(found(inverted(film), "inverted")?.message).toMatch(/^is a negative, with black and white exchanged: /);
    expect(found(inverted(turns[0][3]), "inverted")?.message).toMatch(/^is a negative, and turned by 270° clockwise: /);
  });
});

describe("a blank picture is refused, and nothing else is said of it", () => {
  test.each<[string, Image, string]>([
    ["black", flat(0), "black"],
    ["white", flat(255), "white"],
    ["grey", flat(97), "of one grey"],
    ["of 16 bits", { ...flat(0), bitDepth: 16, data: new Uint16Array(256 * 256) }, "black"],
    ["black with a white letter in its corner", drawn(256, 1, (x, y) => (x > 235 && y < 20 ? 255 : 0)), "black"],
    ["of little noise", drawn(256, 1, (x, y) => 120 + ((x * 7 + y * 13) % 3)), "of one grey"],
  ])("%s", (_, image, what) => {
    const [finding, ...more] = filmQuality(image);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ name: "blank", severity: "refuse", limit: qualityLimits.blank });
    expect(finding.message).toContain(`its middle is ${what}:`);
    expect(finding.value).toBeLessThan(qualityLimits.blank);
  });
});

describe("colour", () => {
  const rgb = toRgb(film);
  const painted = (share: number): Image => {
    const rows = Math.round(share * 256);
    return drawn(256, 3, (x, y, c) => (y < rows ? [220, 30, 30][c] : rgb.data[3 * (256 * y + x) + c]));
  };

  test("of a photograph or of a film in false colours is refused", () => {
    const photograph = drawn(256, 3, (x, y, c) => 128 + 100 * Math.sin((x * (1 + c)) / 23 + (y * (3 - c)) / 31));
    expect(found(photograph, "colour")).toMatchObject({ severity: "refuse", limit: qualityLimits.coloured });
    expect(found(applyColourMap(film, colourTable("jet")), "colour")).toMatchObject({ severity: "refuse" });
    expect(found(photograph, "colour")?.message).toMatch(/^is a colour photograph or a pseudo-coloured film: \d+ % of it has a colour/);
  });

  test("of letters and arrows is told with their share", () => {
    const finding = found(painted(0.0625), "colour");
    expect(finding).toMatchObject({ severity: "warn", limit: qualityLimits.annotated });
    expect(finding?.value).toBeCloseTo(0.0625, 2);
    expect(found(painted(0.25), "colour")).toMatchObject({ severity: "refuse" });
  });

  test("of a toned film is told; it is one colour for each brightness", () => {
    const toned = applyColourMap(film, colourTable("bone"));
    expect(colourfulness(toned).coloured).toBe(0);
    expect(found(toned, "colour")).toMatchObject({ severity: "warn", limit: qualityLimits.tint });
  });

  test("is not seen in grey, nor in the alpha of grey", () => {
    expect(colourfulness(film)).toEqual({ coloured: 0, tint: 0 });
    expect(colourfulness(rgb)).toEqual({ coloured: 0, tint: 0 });
    const withAlpha = picture(
      256,
      256,
      2,
      8,
      Array.from({ length: 2 * 256 * 256 }, (_, i) => (i % 2 === 0 ? film.data[i / 2] : i % 256)),
    );
    expect(colourfulness(withAlpha)).toEqual({ coloured: 0, tint: 0 });
  });
});

describe("compression", () => {
  /** Each block of 8 × 8 from (shift, shift) on is its mean, as the coarsest JPEG leaves it, and a little of itself. */
  function blocky(image: Image, kept: number, shift = 0): Image {
    const { width, height, data } = image;
    const blockOf = (x: number) => Math.floor((x - shift + 8) / 8);
    const [sums, counts] = [new Map<number, number>(), new Map<number, number>()];
    const key = (i: number) => 1000 * blockOf(Math.floor(i / width)) + blockOf(i % width);
    for (let i = 0; i < width * height; i++) {
      sums.set(key(i), (sums.get(key(i)) ?? 0) + data[i]);
      counts.set(key(i), (counts.get(key(i)) ?? 0) + 1);
    }
    const mean = (i: number) => (sums.get(key(i)) ?? 0) / (counts.get(key(i)) ?? 1);
    return { ...image, data: data.map((value, i) => Math.round(kept * value + (1 - kept) * mean(i))) };
  }

  test("leaves blocks, wherever their grid begins", () => {
    for (const shift of [0, 3]) {
      const finding = found(blocky(film, 0.3, shift), "blocks");
      expect(finding).toMatchObject({ severity: "warn", limit: qualityLimits.blocks });
      expect(finding?.message).toMatch(/^shows the blocks of a strong compression: steps between them are \d+\.\d times those within/);
    }
  });

  test("is not seen in noise, in bars of one direction, or in a flat picture", () => {
    const draw = xorshift(7);
    expect(blockArtefacts(drawn(128, 1, () => draw(256)))).toBeLessThan(1.1);
    expect(blockArtefacts(drawn(128, 1, (x, y) => (Math.floor(x / 8) % 2) * 100 + (y % 5)))).toBeLessThan(1.5);
    expect(blockArtefacts(flat(7))).toBe(1);
  });

  test("of a JPEG is told by its tables, and its pixels are not asked", () => {
    const { jpegQuality } = qualityLimits;
    expect(filmQuality({ ...film, facts: { jpegQuality } })).toEqual([]);
    expect(filmQuality({ ...film, facts: { jpegQuality: jpegQuality - 1 } })).toMatchObject([
      { name: "compression", severity: "warn", value: jpegQuality - 1, limit: jpegQuality },
    ]);
    expect(filmQuality({ ...blocky(film, 0.3), facts: { jpegQuality: 90 } })).toEqual([]);
  });
});

describe("exposure", () => {
  test("is that of the middle, in percentiles of the scale", () => {
    const steps = drawn(128, 1, (x, y) => (x < 16 || x >= 112 || y < 16 || y >= 112 ? 255 : x));
    expect(exposure(steps)).toEqual({
      span: (111 - 16) / 255,
      contrast: (107 - 20) / 255,
      black: 0,
      white: 0,
    });
    expect(exposure(drawn(128, 1, (x) => (x < 40 ? 0 : x < 64 ? 254 : 128)))).toMatchObject({ black: 24 / 96, white: 24 / 96 });
  });

  test("a faint film is told, a fainter one is blank", () => {
    expect(named(contrast(film, 0.2))).toEqual(["contrast warn"]);
    expect(named(contrast(film, 0.02))).toEqual(["blank refuse"]);
  });

  test("a burnt-out film is told", () => {
    const burnt = { ...film, data: film.data.map((value) => Math.min(255, 2 * value)) };
    const finding = found(burnt, "clipped");
    expect(finding).toMatchObject({ severity: "warn", limit: qualityLimits.white });
    expect(finding?.message).toMatch(/^is clipped: \d+ % of its middle is white, at most /);
  });
});

test("a small film is told", () => {
  expect(filmQuality(resize(film, 128, 160))).toMatchObject([{ name: "size", severity: "warn", value: 128, limit: qualityLimits.side }]);
});

describe("the view that a file tells", () => {
  test.each(["LL", "RL", "RLO", "lateral", "Left lateral", "CHEST,LAT", "CHEST LAT STANDING"])("%s is refused", (view) => {
    expect(filmQuality({ ...film, facts: { view } })).toMatchObject([
      { name: "lateral", severity: "refuse", message: `is no frontal view (its file says ${view})` },
    ]);
  });

  test.each(["PA", "AP", "postero-anterior", "CHEST,PA", "LLD", "left lateral decubitus", "FLAT"])("%s is not", (view) => {
    expect(filmQuality({ ...film, facts: { view } })).toEqual([]);
  });
});

test("refusals come before warnings", () => {
  const small = resize(inverted(film), 128, 128);
  expect(named(small)).toEqual(["inverted refuse", "size warn"]);
});
