/** `explain` as people and programs use it: a line a map on stdout, files, checks, and one error for what is wrong. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Image } from "../../src/loaders/image.ts";
import { decodePng, encodePng } from "../../src/loaders/png.ts";
import { noisePicture } from "../explanation/explainable.ts";
import { type Ended, errorsOf, runProgram } from "../run-program.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { fileOf, tinyClassifier, tinySegmenter } from "../tiny-model.ts";

const { folder, put } = scratchFolder("explain");

const film = put("film.png", encodePng(noisePicture(64, 48, 3)));
const black = put("black.png", encodePng({ ...noisePicture(64, 48, 3), data: new Uint8Array(64 * 48) }));
const outline: Image = { ...noisePicture(64, 48, 3), data: Uint8Array.from({ length: 64 * 48 }, (_, i) => (i % 64 < 32 ? 255 : 0)) };
const mask = put("mask.png", encodePng(outline));
const empty = put("empty.png", encodePng({ ...outline, data: new Uint8Array(64 * 48) }));
const classes = ["normal", "pneumonia", "covid"];
const model = put("cxr.safetensors", fileOf(tinyClassifier(classes)));
const lungs = put("lungs.safetensors", fileOf(tinySegmenter()));

const explain = (args: readonly string[]): Promise<Ended> => runProgram("src/app/explain.ts", args, { CI: "true" });

test("--help shows the methods, examples and exit codes", async () => {
  const { code, stdout } = await explain(["--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: explain \[options\] <files\.\.\.>$/m);
  expect(stdout).toMatch(/^ {2}guided-grad-cam {2}Guided Grad-CAM$/m);
  expect(stdout).toMatch(/^Examples:\n {2}explain samples\/phantom\.png /m);
});

describe("a film", () => {
  test("is explained in a line: class, score, method, layer and place", async () => {
    const { code, stdout } = await explain([film, "--model", model, "--label", "covid"]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^covid {2}\d+\.\d % {2}Grad-CAM of features: strongest at \(\d+, \d+\) of 64 × 48\n$/),
    ]);
  });

  test("has its classes written to a folder: overlays, 16-bit maps and numbers, and all of them side by side", async () => {
    const out = join(folder, "maps");
    const { code, stdout } = await explain([
      film,
      "--model",
      model,
      "--label",
      "all",
      "--out",
      out,
      "--color-map",
      "inferno_r",
      "--outline",
      mask,
    ]);
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(3);
    expect(readdirSync(out).sort()).toEqual([
      "film.grad-cam.covid.json",
      "film.grad-cam.covid.map.png",
      "film.grad-cam.covid.png",
      "film.grad-cam.normal.json",
      "film.grad-cam.normal.map.png",
      "film.grad-cam.normal.png",
      "film.grad-cam.pneumonia.json",
      "film.grad-cam.pneumonia.map.png",
      "film.grad-cam.pneumonia.png",
      "film.grad-cam.png",
    ]);
    const read = (name: string) => decodePng(readFileSync(join(out, name)), name);
    expect(read("film.grad-cam.covid.png")).toMatchObject({ width: 64, height: 48, channels: 3, bitDepth: 8 });
    expect(read("film.grad-cam.covid.map.png")).toMatchObject({ width: 64, height: 48, channels: 1, bitDepth: 16 });
    const numbers = JSON.parse(readFileSync(join(out, "film.grad-cam.covid.json"), "utf8"));
    expect(numbers).toMatchObject({
      tool: "roentgen",
      file: film,
      label: "covid",
      layer: "features",
      signed: false,
      width: 64,
      height: 48,
    });
    expect(numbers.cells.values).toHaveLength(numbers.cells.width * numbers.cells.height);
    const again = await explain([film, "--model", model, "--label", "all", "--out", out]);
    expect([again.code, errorsOf(again)[0]]).toEqual([4, expect.stringMatching(/exists already, and nothing is overwritten$/)]);
  });

  test("is seen by two models side by side, by occlusion, in one file", async () => {
    const out = join(folder, "both.png");
    const other = put("other.safetensors", readFileSync(model));
    const args = [
      "--model",
      model,
      "--model",
      other,
      "--label",
      "covid,normal",
      "--method",
      "occlusion",
      "--form",
      "signed",
      "--patch",
      "16",
      "--stride",
      "16",
    ];
    const { code, stdout, stderr } = await explain([film, ...args, "--out", out]);
    expect([code, stderr.match(/^error: .*/m)?.[0]]).toEqual([0, undefined]);
    expect(stdout.trim().split("\n")).toHaveLength(4);
    // Two rows of a film and two classes.
    const sheet = decodePng(readFileSync(out), out);
    expect(sheet.width).toBeGreaterThan(3 * 224);
    expect(sheet.height).toBeGreaterThan(2 * 224);
  });

  test("is checked: classes, weights, curves, lungs and outline", async () => {
    const { code, stdout, stderr } = await explain([
      film,
      "--model",
      model,
      "--label",
      "covid",
      "--check",
      "--lungs",
      lungs,
      "--outline",
      mask,
      "--json",
    ]);
    expect([code, stderr.match(/^error: .*/m)?.[0]]).toEqual([0, undefined]);
    const [{ maps }] = JSON.parse(stdout).results;
    const [{ checks }] = maps;
    expect(Object.keys(checks)).toEqual(["classes", "weights", "deletion", "insertion", "lungs", "outline"]);
    expect(checks.weights.parts[0].name).toBe("classifier");
    expect(checks.outline.area).toBe(0.5);
    const text = await explain([film, "--model", model, "--label", "covid", "--check", "--lungs", mask]);
    expect(text.stdout.split("\n").map((line) => line.trim().split(" ")[0])).toEqual([
      "covid",
      "classes",
      "weights",
      "deletion",
      "lungs",
      "",
    ]);
  });
});

describe("one error says", () => {
  test.each<[string, string[], number, string | RegExp]>([
    [
      "which layers there are",
      [film, "--layer", "layer4"],
      1,
      /^error: squeezenet1_1: has no layer layer4 \(there are features, classifier, and /,
    ],
    [
      "which classes there are",
      [film, "--label", "flu"],
      1,
      /^error: squeezenet1_1: has no class flu \(there are normal, pneumonia, covid\)$/,
    ],
    [
      "that a window is too large",
      [film, "--method", "occlusion", "--patch", "49"],
      4,
      /film\.png: window: must be 1 to 48 pixels, since the network sees 48 × 48, got 49$/,
    ],
    [
      "that a black picture has no explanation",
      [black, "--checks", "off"],
      4,
      /black\.png: every pixel is 0: a constant picture has no explanation$/,
    ],
    ["that a mask is empty", [film, "--outline", empty], 1, /empty\.png: is an empty mask$/],
    ["that there is no such file", [join(folder, "no.png")], 4, /no\.png: no such file$/],
    [
      "that one file cannot take two films",
      [film, black, "--out", "a.png"],
      1,
      "error: a.png: is one file, and there are 2 films; name a folder",
    ],
    ["which colour maps there are", [film, "--color-map", "rainbow"], 2, /no such map or file, there are jet, hot, /],
    ["which methods there are", [film, "--method", "lime"], 2, /Allowed choices are grad-cam, grad-cam\+\+, guided-grad-cam, cam, /],
    ["what an opacity is", [film, "--opacity", "2"], 2, /a number from 0 to 1 is needed\.$/],
    ["what a fill is", [film, "--fill", "grey"], 2, /mean, blur or a grey level from 0 to 255 is needed\.$/],
  ])("%s", async (_, args, code, message) => {
    const ended = await explain([...args, "--model", model]);
    expect([ended.code, ended.stdout]).toEqual([code, ""]);
    expect(errorsOf(ended)).toHaveLength(1);
    if (typeof message === "string") expect(errorsOf(ended)[0]).toBe(message);
    else expect(errorsOf(ended)[0]).toMatch(message);
  });

  test("what is wrong with one of several films, and the others are explained", async () => {
    const { code, stdout, stderr } = await explain([film, black, "--model", model]);
    expect(code).toBe(4);
    expect(stdout.split("\n")[0]).toBe(film);
    expect(stderr).toMatch(/^error: .*black\.png: is blank/m);
  });
});
