/** `segment` as people and programs use it: lungs where the drawn films have them, and no answer where there can be none. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Phantom, phantom } from "../../src/imaging/phantom.ts";
import { input } from "../../src/kernels/op.ts";
import { decodeImage, type Image } from "../../src/loaders/image.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { writeSafetensors } from "../../src/loaders/safetensors.ts";
import { loadModel } from "../../src/models/model.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { initialisedWeights } from "../../src/models/weights.ts";
import { overlapOf } from "../../src/statistics/overlap.ts";
import { device } from "../device.ts";
import { dicomFilm } from "../loaders/dicom-bytes.ts";
import { type Ended, errorsOf, runProgram, withoutDawn } from "../run-program.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { fileOf, tinyClassifier, tinySegmenter } from "../tiny-model.ts";

const { folder, put } = scratchFolder("segment");

async function segment(...args: readonly string[]): Promise<Ended> {
  const ended = withoutDawn(await runProgram("src/app/segment.ts", args, { CI: "true" }));
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  return ended;
}

const read = (path: string): Promise<Image> => decodeImage(readFileSync(path), path);
/** How many pixels are inside. */
const areaOf = ({ data }: Image): number => Array.from(data).filter((value) => value === 255).length;
const asMask = ({ image }: Phantom, lungs: Uint8Array): Image => ({ ...image, data: lungs.map((value) => 255 * value) });

const size = 256;
mkdirSync(join(folder, "films"));
const phantoms = [3, 5].map((seed) => phantom({ size, seed }));
const films = phantoms.map(({ image }, i) => put(`films/${i}.png`, encodePng(image)));
const negative = put("negative.png", encodePng({ ...phantoms[0].image, data: phantoms[0].image.data.map((value) => 255 - value) }));

describe("the shipped model on drawn films", () => {
  const out = join(folder, "lungs");

  test("finds their lungs with a Dice over 0.85, tells them apart, and writes what it says", async () => {
    const ended = await segment(join(folder, "films"), "--out", out, "--json", "--margin", "10");
    expect([ended.code, errorsOf(ended)]).toEqual([0, []]);
    const document = JSON.parse(ended.stdout);
    expect(document).toMatchObject({
      tool: "roentgen",
      model: { name: "lungs-unet16", task: "segmentation" },
      threshold: 0.5,
      clean: 0.02,
      sides: "the patient's: the right lung is on the left of the film",
    });
    for (const [i, result] of document.results.entries()) {
      const { left, right, lungs } = phantoms[i];
      expect(result.file).toBe(films[i]);
      const mask = await read(result.files.mask);
      expect([mask.width, mask.height, mask.channels, mask.bitDepth]).toEqual([size, size, 1, 8]);
      expect(overlapOf(mask.data, lungs).dice).toBeGreaterThan(0.85);
      const within = areaOf(mask);
      expect(result.lungs).toMatchObject({ area: within, share: within / size ** 2 });

      // The patient's right lung lies on the left of the film, where the phantom has it.
      const [first, second] = result.lungs.sides;
      expect([first.side, second.side, first.area + second.area]).toEqual(["right", "left", within]);
      const { outlines, ...points } = JSON.parse(readFileSync(result.files.points, "utf8"));
      expect(points).toEqual({ file: films[i], width: size, height: size, sides: document.sides });
      for (const { side, points: outline } of outlines) {
        const truth = side === "right" ? right : left;
        const inTruth = outline.filter(([x, y]: [number, number]) => truth[y * size + x] === 1).length;
        const inOther = outline.filter(([x, y]: [number, number]) => (side === "right" ? left : right)[y * size + x] === 1).length;
        expect(inTruth).toBeGreaterThan(inOther);
        for (const [x, y] of outline) expect(mask.data[y * size + x]).toBe(255);
      }

      const box = result.lungs.crop;
      expect(Math.min(...result.lungs.sides.map(({ box: { x } }: { box: { x: number } }) => x)) - box.x).toBe(10);
      const cropped = await read(result.files.crop);
      expect([cropped.width, cropped.height]).toEqual([box.width, box.height]);
      expect(cropped.data[0]).toBe(phantoms[i].image.data[box.y * size + box.x]);

      // Outlines are drawn in colour; the film shows wherever no line or tint lies on it.
      for (const drawn of [await read(result.files.contour), await read(result.files.overlay)]) {
        expect([drawn.width, drawn.height, drawn.channels]).toEqual([size, size, 3]);
        const [{ points: outline }] = outlines;
        const at = 3 * (outline[0][1] * size + outline[0][0]);
        expect(Array.from(drawn.data.subarray(at, at + 3))).toEqual([230, 159, 0]);
        expect(Array.from(drawn.data.subarray(0, 3))).toEqual(Array(3).fill(phantoms[i].image.data[0]));
      }
    }
  });

  test("overwrites nothing: a file that exists is an error of its film, and none of the film's others is written", async () => {
    const kept = readdirSync(out).map((name) => [name, readFileSync(join(out, name))] as const);
    rmSync(join(out, "0.mask.png"));
    const ended = await segment(films[0], "--out", out);
    expect([ended.code, ended.stdout]).toEqual([4, ""]);
    expect(errorsOf(ended)).toEqual([`error: ${films[0]}: ${join(out, "0.overlay.png")}: exists already, and nothing is overwritten`]);
    expect(existsSync(join(out, "0.mask.png"))).toBe(false);
    for (const [name, bytes] of kept.filter(([name]) => name !== "0.mask.png")) expect(readFileSync(join(out, name))).toEqual(bytes);
  });

  test("gives areas in cm² where DICOM tells the scale, and refuses what is no frontal film before the network sees it", async () => {
    const spacing = { tag: "x00280030", vr: "DS", value: new TextEncoder().encode("1.5\\1.25") };
    const film = put("film.dcm", dicomFilm(phantoms[0].image, { more: [spacing] }));
    const lateral = { tag: "x00185101", vr: "CS", value: new TextEncoder().encode("LL") };
    const side = put("side.dcm", dicomFilm(phantoms[0].image, { more: [lateral] }));
    const ended = await segment(film, side, negative, "--json");
    expect([ended.code, errorsOf(ended)]).toEqual([
      4,
      [
        `error: ${side}: is no frontal view (its file says LL)`,
        expect.stringMatching(/negative\.png: is a negative, with black and white exchanged: that is \d+ % likely by its grey levels$/),
      ],
    ]);
    const [{ lungs }, ...refused] = JSON.parse(ended.stdout).results;
    expect(lungs).toMatchObject({ mm2: lungs.area * 1.875, spacing: { row: 1.5, column: 1.25, at: "detector" } });
    expect(lungs.sides.map(({ mm2 }: { mm2: number }) => mm2).reduce((a: number, b: number) => a + b)).toBeCloseTo(lungs.mm2, 1);
    for (const result of refused) expect(Object.keys(result)).toEqual(["file", "error"]);
  });

  test("is scored against a table of true masks, by convention and source", async () => {
    const masks = phantoms.map((drawn, i) => put(`films/mask-${i}.png`, encodePng(asMask(drawn, drawn.lungs))));
    const half = phantoms[1].lungs.map((value, i) => (i % size < size / 2 ? value : 0));
    const halved = put("films/half.png", encodePng(asMask(phantoms[1], half)));
    const rows = [
      `films/0.png,${masks[0]},lung_fields,drawn,test`,
      `films/1.png,${masks[1]},lung_fields,drawn,test`,
      `films/1.png,${halved},halves,drawn,test`,
      `films/1.png,${masks[1]},lung_fields,drawn,train`,
    ];
    const table = put("films.csv", `image,mask,convention,source,split\n${rows.join("\n")}\n`);
    const ended = await segment(table, "--score", "mask", "--split", "test", "--json");
    expect([ended.code, errorsOf(ended)]).toEqual([0, []]);
    const { parts, results } = JSON.parse(ended.stdout);
    expect(parts.map(({ name, films }: { name: string; films: number }) => [name, films])).toEqual([
      ["all", 3],
      ["convention halves", 1],
      ["convention lung_fields", 2],
      ["source drawn", 3],
    ]);
    const [a, b, c] = results.map(({ overlap }: { overlap: { dice: number } }) => overlap.dice);
    expect(Math.min(a, b)).toBeGreaterThan(0.85);
    expect(c).toBeLessThan(0.8);
    expect(parts[2].dice.value).toBeCloseTo((a + b) / 2, 12);
    expect(parts[2].dice.interval).toMatchObject({ lower: Math.min(a, b), upper: Math.max(a, b), level: 0.95 });
    expect(parts[1]).toMatchObject({ dice: { value: c }, leastDice: c, rejected: 0 });

    const text = await segment(table, "--score", "mask", "--where", "convention=halves");
    expect(text.stdout).toMatch(/^ +films +mean Dice +mean IoU +least Dice +rejected\nall +1 +0\.\d{4} .+ 0\.\d{4} .+ 0\.\d{4} +\d\n/);
  });
});

describe("a mask that cannot be two lungs", () => {
  const segmenter = put("random.safetensors", fileOf(tinySegmenter(["lung"])));

  test("is told with its reason and its measures, and not written; --checks warn writes it and warns", async () => {
    const out = join(folder, "refused");
    const refused = await segment(films[0], "--model", segmenter, "--out", out, "--json", "--threshold", "1");
    expect([refused.code, errorsOf(refused)]).toEqual([4, [`error: ${films[0]}: its mask cannot be two lungs: it is empty`]]);
    const [result] = JSON.parse(refused.stdout).results;
    expect(result).toMatchObject({ file: films[0], error: "its mask cannot be two lungs: it is empty", lungs: { area: 0, sides: [] } });
    expect(readdirSync(out)).toEqual([]);

    const warned = await segment(films[0], "--model", segmenter, "--out", out, "--json", "--threshold", "1", "--checks", "warn");
    expect([warned.code, errorsOf(warned)]).toEqual([0, []]);
    expect(warned.stderr).toContain(`${films[0]}: its mask cannot be two lungs: it is empty\n`);
    expect(JSON.parse(warned.stdout).results[0].findings).toMatchObject([{ name: "mask", severity: "warn" }]);
    expect(readdirSync(out)).toHaveLength(5);
  });
});

describe("every family of U-Net", () => {
  const side = 64;

  /** Random weights as a file that says nothing but its input's size. */
  function weightsFile(arch: string, channels: number, size = side): string {
    const weights = initialisedWeights(1);
    networkNamed(arch).build(weights, input("x", [1, channels, side, side]), {});
    const tensors = new Map(weights.values.flatMap(({ attrs }) => (attrs.tensor ? [[attrs.name, attrs.tensor] as const] : [])));
    const metadata = { arch, classes: '["lung"]', input: JSON.stringify({ size, channels, scale: "1/255" }) };
    return put(`${arch}-${size}.safetensors`, writeSafetensors(tensors, { dtype: "F16", metadata }));
  }

  test.each([
    ["unet_small", 1],
    ["unet_resnet18", 3],
    ["lung_unet", 1],
  ] as const)("%s draws the mask that its model gives, at the film's size", async (arch, channels) => {
    const file = weightsFile(arch, channels);
    using model = await loadModel(file, { device: await device() });
    const { data } = (await model.segment(phantoms[0].image)).maps[0].map;
    // Random weights may be above one half everywhere: half of the pixels are above their median.
    const middle = Array.from(data).sort((a, b) => a - b)[data.length / 2] + 0.5;
    const expected = Uint8Array.from(data, (value) => (value > middle ? 255 : 0));
    const out = join(folder, arch);
    const args = ["--checks", "off", "--clean", "0", "--threshold", String(middle / 65535), "--out", out, "--json"];
    const ended = await segment(films[0], "--model", file, ...args);
    expect([ended.code, errorsOf(ended)]).toEqual([0, []]);
    const { results, model: named } = JSON.parse(ended.stdout);
    expect(named.arch).toBe(arch);
    const mask = await read(results[0].files.mask);
    expect([mask.width, mask.height, areaOf(mask)]).toEqual([size, size, results[0].lungs.area]);
    expect(mask.data).toEqual(expected);
    expect(results[0].lungs.area).toBeGreaterThan(size ** 2 / 10);
  });

  test.each([
    ["unet_resnet18", 3, 32],
    ["lung_unet", 1, 16],
  ] as const)("%s takes sides that are multiples of its deepest stride alone", async (arch, channels, stride) => {
    const odd = side + stride / 2;
    await expect(loadModel(weightsFile(arch, channels, odd), { device: await device() })).rejects.toThrow(
      `${arch}: input sides must be multiples of ${stride}, got [1, ${channels}, ${odd}, ${odd}]`,
    );
  });

  test("unet_small takes any side, and its mask still fits", async () => {
    using model = await loadModel(weightsFile("unet_small", 1, side + 3), { device: await device() });
    const { width, height, maps } = await model.segment(phantoms[0].image);
    expect([width, height, maps[0].map.width, maps[0].map.height]).toEqual([size, size, size, size]);
  });
});

describe("what was typed", () => {
  test.each<[string, string[], RegExp]>([
    [
      "a margin of no length",
      ["film.png", "--margin", "wide"],
      /'--margin <n\|n%>' argument 'wide' is invalid\. it reads 50 \(pixels\) or 5%/,
    ],
    ["two tables to score", ["a.csv", "b.csv", "--score", "mask"], /^error: --score takes one table, and writes no files$/],
    ["a condition without a score", ["film.png", "--where", "a=b"], /^error: --where and --split are for --score$/],
  ])("%s is a usage error", async (_, args, message) => {
    const ended = await segment(...args);
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(errorsOf(ended)[0]).toMatch(message);
  });

  test("a model that does not segment, or whose lungs are not known, is one error", async () => {
    const classifier = put("classifier.safetensors", fileOf(tinyClassifier()));
    const organs = put("organs.safetensors", fileOf(tinySegmenter(["heart", "liver"])));
    const messages = [
      [["--model", classifier], `${classifier}: is a classification model, it does not segment`],
      [["--model", organs], `${organs}: has the classes heart, liver; say which of them are lung (--lungs)`],
      [["--model", organs, "--lungs", "haert"], `${organs}: has no class haert, did you mean heart?`],
    ] as const;
    for (const [args, message] of messages) {
      const ended = await segment(films[0], ...args);
      expect([ended.code, ended.stdout, errorsOf(ended)]).toEqual([1, "", [`error: ${message}`]]);
    }
  });
});
