/** Augmentation draws what its recipe allows, does the same again for the same key, and moves masks with their pictures. */
import { describe, expect, test } from "vitest";
import { flip, rotation, scaling, shift, warp } from "../../src/imaging/affine.ts";
import { crop } from "../../src/imaging/crop.ts";
import { draws } from "../../src/imaging/draws.ts";
import { randomCrop } from "../../src/imaging/random-crop.ts";
import { resize } from "../../src/imaging/resize.ts";
import { applyChanges, applyToMask, type Change, drawChanges, type Recipe } from "../../src/training/augment.ts";
import { keidar, keidarHeavy, minaee, recipes } from "../../src/training/recipes.ts";
import { film } from "./films.ts";

const picture = film(1, 48, 40);
const everything: Recipe = {
  steps: [
    { op: "brightness", factor: [0.5, 1.5] },
    { op: "contrast", factor: [0.5, 1.5] },
    { op: "gamma", exponent: [0.6, 1.3] },
    { op: "clahe", clipLimit: [0.5, 2], tiles: [2, 4] },
    { op: "equalize" },
    { op: "rotate", degrees: [-10, 10] },
    { op: "shear", degrees: [-10, 10] },
    { op: "scale", factor: [0.9, 1.1] },
    { op: "shift", share: [-0.1, 0.1] },
    { op: "flip" },
    { op: "flipVertically" },
    { op: "blur", sigma: [0.5, 1.9] },
    { op: "sharpen", alpha: [0.1, 0.82] },
    { op: "noise", deviation: [0.01, 0.05] },
    { op: "elastic", columns: 4, rows: 4, magnitude: 0.05 },
    { op: "resizedCrop", area: [0.5, 1], ratio: [0.75, 4 / 3] },
  ],
};

describe("drawing", () => {
  test("gives a key its changes again, and another key others; they survive being written down", () => {
    expect(drawChanges(everything, 1, 2, 3)).toEqual(drawChanges(everything, 1, 2, 3));
    expect(drawChanges(everything, 1, 2, 4)).not.toEqual(drawChanges(everything, 1, 2, 3));
    const written: Change[] = JSON.parse(JSON.stringify(drawChanges(everything, 1, 2, 3)));
    expect(applyChanges(picture, written)).toEqual(applyChanges(picture, drawChanges(everything, 1, 2, 3)));
  });

  test("does Keidar's steps as often as the paper has them, within their ranges, one of blur and sharpen always", () => {
    const drawn = Array.from({ length: 2000 }, (_, i) => drawChanges(keidar, 7, 0, i));
    const share = (op: Change["op"]) => drawn.filter((changes) => changes.some((change) => change.op === op)).length / 2000;
    // Five deviations of a binomial share of 2,000: √(0.25 / 2000) · 5.
    const tolerance = 0.056;
    const expected = {
      brightness: 0.4,
      gamma: 0.3,
      clahe: 0.4,
      rotate: 0.4,
      shear: 0.4,
      scale: 0.4,
      flip: 0.5,
      blur: 0.5,
      sharpen: 0.5,
    } as const;
    expect(Math.abs(share("brightness") - expected.brightness)).toBeLessThan(tolerance);
    for (const [op, probability] of Object.entries(expected)) {
      const found = drawn.filter((changes) => changes.some((change) => change.op === op)).length / 2000;
      expect(Math.abs(found - probability), op).toBeLessThan(tolerance);
    }
    const order = ["brightness", "gamma", "clahe", "rotate", "shear", "scale", "flip", "blur", "sharpen"];
    for (const changes of drawn) {
      const places = changes.map(({ op }) => order.indexOf(op));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(changes.filter(({ op }) => op === "blur" || op === "sharpen")).toHaveLength(1);
      for (const change of changes) {
        if (change.op === "brightness") expect([change.factor >= 0.8, change.factor < 1.4]).toEqual([true, true]);
        if (change.op === "rotate") expect(Math.abs(change.degrees)).toBeLessThanOrEqual(10);
        if (change.op === "clahe") expect([6, 7, 8, 9, 10]).toContain(change.tiles);
      }
    }
  });

  test("in random order puts each step first at times", () => {
    const first = new Set(Array.from({ length: 200 }, (_, i) => drawChanges(keidarHeavy, 1, 0, i)[0].op));
    expect(first).toEqual(new Set(["brightness", "clahe", "rotate", "shear", "blur", "sharpen"]));
  });
});

describe("applying", () => {
  test("nothing is the picture itself", () => {
    expect(applyChanges(picture, drawChanges(recipes.none, 1, 0, 0))).toBe(picture);
  });

  test.each(everything.steps)("$op changes the picture, keeps its size, and leaves what it was given", (step) => {
    const before = structuredClone(picture);
    const changed = applyChanges(picture, drawChanges({ steps: [step] }, 3, 0, 0));
    expect(picture).toEqual(before);
    expect([changed.width, changed.height, changed.channels]).toEqual([48, 40, 1]);
    expect(changed.data).not.toEqual(picture.data);
  });

  test("straight transforms in a row are one: turned and turned back is exact", () => {
    const back: Change[] = [
      { op: "rotate", degrees: 9 },
      { op: "scale", x: 1.25, y: 0.8 },
      { op: "scale", x: 0.8, y: 1.25 },
      { op: "rotate", degrees: -9 },
    ];
    expect(applyChanges(picture, back).data.slice(49, -49)).toEqual(picture.data.slice(49, -49));
    const twice = warp(warp(picture, rotation(9, picture)), rotation(-9, picture));
    expect(twice.data.slice(49, -49)).not.toEqual(picture.data.slice(49, -49));
  });

  test("a shift is a share of the sides, so that it fits any size", () => {
    expect(applyChanges(picture, [{ op: "shift", x: 0.25, y: -0.1 }])).toEqual(warp(picture, shift(12, -4)));
  });
});

describe("a mask", () => {
  const moves: readonly string[] = ["flip", "flipVertically", "rotate", "shear", "scale", "shift", "elastic", "resizedCrop"];
  const mask = { ...picture, data: picture.data.map((value) => (value >= 128 ? 255 : 0)) };

  test.each(everything.steps)("under $op stays black and white, and lies where the picture went", (step) => {
    const changes = drawChanges({ steps: [step] }, 5, 0, 1);
    const moved = applyToMask(mask, changes);
    expect([...new Set(moved.data)].sort()).toEqual([0, 255]);
    // The mask's own picture shows where it went; pixels at an edge, of the mask or of the picture, are mixed there and one or the other here.
    const shown = applyChanges(
      mask,
      changes.filter(({ op }) => step.op === op && moves.includes(op)),
    );
    const isEdge = (i: number) => {
      const around = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => shown.data[i + y * shown.width + x]));
      return around.some((value) => value !== shown.data[i]);
    };
    const inside = [...shown.data.keys()].filter((i) => i % 48 > 0 && i % 48 < 47 && i > 48 && i < 39 * 48 && !isEdge(i));
    expect(inside.length).toBeGreaterThan(600);
    expect(inside.filter((i) => shown.data[i] !== moved.data[i])).toEqual([]);
  });

  test("is moved once, by all transforms together, whatever is done to the picture between them", () => {
    const changes: Change[] = [{ op: "flip" }, { op: "blur", sigma: 1 }, { op: "scale", x: 2, y: 2 }];
    const once = warp(mask, { ...scaling(2, 2, mask), a: -0.5, c: mask.width - 1 - scaling(2, 2, mask).c }, { filter: "nearest" });
    expect(applyToMask(mask, changes)).toEqual(once);
    expect(applyToMask(mask, [{ op: "flip" }])).toEqual(warp(mask, flip(mask)));
  });
});

describe("random parts", () => {
  const size = { width: 200, height: 100 };

  test("lie in the picture and have the area and the ratio asked for, as far as whole pixels go", () => {
    for (let i = 0; i < 300; i++) {
      const { x, y, width, height } = randomCrop(size, { area: [0.08, 0.3], ratio: [0.75, 4 / 3] }, draws(1, i));
      expect(x >= 0 && y >= 0 && x + width <= 200 && y + height <= 100).toBe(true);
      expect((width + 0.5) * (height + 0.5)).toBeGreaterThan(0.08 * 20000);
      expect((width - 0.5) * (height - 0.5)).toBeLessThan(0.3 * 20000);
      expect((width + 0.5) / (height - 0.5)).toBeGreaterThan(0.75);
      expect((width - 0.5) / (height + 0.5)).toBeLessThan(4 / 3);
    }
  });

  test("that cannot fit become the largest in the middle", () => {
    expect(randomCrop(size, { area: [1, 1], ratio: [0.75, 4 / 3] }, draws(1))).toEqual({ x: 33, y: 0, width: 133, height: 100 });
  });

  test("are enlarged to the picture's size", () => {
    const [change] = drawChanges(minaee, 1, 0, 0);
    if (change.op !== "resizedCrop") throw new Error("minaee: a resizedCrop expected");
    const part = crop(picture, randomCrop(picture, change, draws(change.seed)));
    expect(applyChanges(picture, [change])).toEqual(resize(part, 48, 40));
  });
});

test("all recipes can be drawn and applied", () => {
  for (const [name, recipe] of Object.entries(recipes)) {
    for (let i = 0; i < 5; i++) expect(applyChanges(picture, drawChanges(recipe, 1, 0, i)).width, name).toBe(48);
  }
});
