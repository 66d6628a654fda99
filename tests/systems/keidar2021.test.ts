/** Keidar 2021: pictures as its code makes them, figures as its paper prints them, and an ensemble that votes. */
import { describe, expect, test } from "vitest";
import { phantom } from "../../src/imaging/phantom.ts";
import type { Image } from "../../src/loaders/image.ts";
import { ensembleOf } from "../../src/systems/film-ensemble.ts";
import { keidar2021 } from "../../src/systems/keidar2021.ts";
import { changeColumns, keidarPictures, keidarRefusal } from "../../src/systems/keidar2021-pictures.ts";
import type { Results } from "../../src/systems/system.ts";
import { keidar } from "../../src/training/recipes.ts";
import { filmsOf } from "./films.ts";

const classes = ["covid", "negative"];
const yes = [0.9, 0.1];
const no = [0.2, 0.8];

/** 162 of 179 films of COVID-19 found, 17 of 171 others taken for it. */
const paper: Results = {
  test: filmsOf("test", classes, [
    { films: 162, label: 0, probabilities: yes },
    { films: 17, label: 0, probabilities: no },
    { films: 17, label: 1, probabilities: yes },
    { films: 154, label: 1, probabilities: no },
  ]),
};

describe("the tables", () => {
  const tables = keidar2021.tables(paper);

  test("have accuracy 90.3 %, sensitivity 90.5 % and specificity 90.0 % with the printed intervals, 85 to 94 and 84.3 to 94", () => {
    const [row] = tables.summary;
    const digits = (name: string, count = 1) => (100 * Number(row[name])).toFixed(count);
    expect(["accuracy", "sensitivity", "specificity"].map((name) => digits(name))).toEqual(["90.3", "90.5", "90.1"]);
    expect(["sensitivity_lower", "sensitivity_upper"].map((name) => digits(name, 0))).toEqual(["85", "94"]);
    expect([digits("specificity_lower"), digits("specificity_upper", 0)]).toEqual(["84.3", "94"]);
    expect(row.sensitivity_interval).toBe("Wilson with continuity correction");
    expect(row.accuracy_bootstrap_interval).toContain("bootstrap");
  });

  test("have counts with shares of rows, a histogram of 30 bins by truth, and the mistakes, surest first", () => {
    expect(tables.confusion.map(({ taken_for_negative: a, taken_for_covid: b }) => [a, b])).toEqual([
      [154, 17],
      [17, 162],
    ]);
    expect(tables.confusion[1].share_taken_for_covid).toBe(162 / 179);
    expect(tables.histogram).toHaveLength(60);
    expect(tables.mistakes.map(({ truth }) => truth)).toEqual([...Array(17).fill("negative"), ...Array(17).fill("covid")]);
  });
});

test("the ensemble says what most networks say, and the mean of their probabilities", () => {
  const answers = [
    [0.51, 0.49],
    [0.52, 0.48],
    [0.1, 0.9],
  ];
  const scored = answers.map((probabilities) => filmsOf("test", classes, [{ films: 1, label: 0, probabilities }]));
  const { mean, votes } = ensembleOf(scored);
  expect(votes).toEqual([0]);
  expect(mean.films[0].probabilities[0]).toBeCloseTo((0.51 + 0.52 + 0.1) / 3, 12);
  // One vote each: the higher mean decides.
  expect(ensembleOf(scored.slice(1)).votes).toEqual([1]);
  expect(() => ensembleOf([scored[0], filmsOf("other", classes, [{ films: 1, label: 0, probabilities: yes }])])).toThrow(
    "ensemble: the networks were not judged on the same films",
  );
});

test("weights count in the mean and not in the vote; an ensemble of members tells all three", () => {
  const test = (p: number) =>
    filmsOf("test", classes, [
      { films: 1, label: 0, probabilities: [p, 1 - p] },
      { films: 1, label: 1, probabilities: no },
    ]);
  const val = (right: number) =>
    filmsOf("val", classes, [
      { films: right, label: 0, probabilities: yes },
      { films: 4 - right, label: 0, probabilities: no },
    ]);
  const scored = [test(0.9), test(0.25), test(0.3)];
  expect(ensembleOf(scored, [2, 1, 1]).mean.films[0].probabilities[0]).toBeCloseTo((1.8 + 0.25 + 0.3) / 4, 12);
  expect(ensembleOf(scored, [2, 1, 1]).votes).toEqual([1, 1]);
  expect(() => ensembleOf(scored, [0, 0, 0])).toThrow("ensemble: 3 weights of 0 or more are needed, not all 0, got 0, 0, 0");
  const tables = keidar2021.comparison(Object.fromEntries(scored.map((films, m) => [`m${m}`, { test: films, val: val([4, 2, 2][m]) }])));
  expect(tables.ensemble_weights.map(({ weight }) => weight)).toEqual([0.5, 0.25, 0.25]);
  const sensitivities = tables.models.map(({ model, sensitivity }) => [model, sensitivity]);
  expect(sensitivities).toEqual([
    ...[
      ["m0", 1],
      ["m1", 0],
      ["m2", 0],
      ["mean of all", 0],
    ],
    ["mean, weighted by validation", 1],
    ["majority of all", 0],
  ]);
  const lower = keidar2021.comparison(Object.fromEntries(scored.map((test, m) => [`m${m}`, { test, threshold: 0.28 }])));
  expect(lower.models.map(({ model, sensitivity }) => [model, sensitivity])).toEqual([
    ["m0", 1],
    ["m1", 0],
    ["m2", 1],
    ["mean of all", 1],
    ["majority of all", 1],
  ]);
  expect(lower.ensemble.map(({ threshold, positive }) => [threshold, positive])).toEqual([
    [0.28, 1],
    [0.28, 0],
  ]);
  expect(lower.votes.map(({ predicted, positive }) => [predicted, positive])).toEqual([
    ["negative", 1],
    ["negative", 0],
  ]);
  expect(new Set(tables.roc.map(({ model }) => model))).toEqual(new Set(["m0", "m1", "m2", "mean of all"]));
});

describe("the pictures", () => {
  const { image: film, lungs } = phantom({ size: 96, seed: 1 });
  /** Finds the drawn lungs, 0.8 sure, and 0.2 all around them; a speck of nine pixels in the corner. */
  const findLungs = async ({ width, height }: Image): Promise<Image> => ({
    width,
    height,
    channels: 1,
    bitDepth: 16,
    data: Uint16Array.from(lungs, (value, i) => {
      const isSpeck = i % width < 3 && Math.floor(i / width) < 3;
      return Math.round(65535 * (value === 1 || isSpeck ? 0.8 : 0.2));
    }),
  });
  const make = (options = {}) => keidarPictures(film, findLungs, 0, { size: 96, ...options });

  test("are the film and four copies, with nothing in red, the lungs in green and the film in blue", async () => {
    const pictures = await make();
    expect(pictures.map(({ copy }) => copy)).toEqual(["", "A", "B", "C", "D"]);
    const [{ picture, mask, changes }] = pictures;
    expect([picture.channels, changes]).toEqual([3, []]);
    const channel = (c: number) => picture.data.filter((_, i) => i % 3 === c);
    expect(channel(0).every((value) => value === 0)).toBe(true);
    expect(channel(1)).toEqual(mask.data);
    expect(channel(2)).not.toEqual(film.data);
    expect(new Set(pictures.map(({ picture: of }) => Buffer.from(of.data).toString("hex"))).size).toBe(5);
    expect(await make()).toEqual(pictures);
  });

  test("have a mask without specks, at its highest 255; above 0 all is lung", async () => {
    const [{ mask, lungs: part }] = await make({ copies: 0 });
    expect([mask.data[0], Math.max(...mask.data)]).toEqual([0, 255]);
    expect(mask.data.every((value, i) => value > 0 === (lungs[i] === 1))).toBe(true);
    expect(part && part.width <= 96).toBe(true);
    const [published] = await make({ copies: 0, threshold: 0 });
    expect(published.mask.data.every((value) => value > 0)).toBe(true);
    const [other] = await make({ copies: 0, order: ["image", "mask", "zero"] });
    expect(other.picture.data[2]).toBe(0);
  });

  test("record what was done to each copy", async () => {
    for (const { changes } of await make()) {
      const columns = changeColumns(keidar, changes);
      expect(Object.keys(columns)).toEqual(["brightness", "gamma", "clahe", "rotate", "shear", "scale", "flip", "blur", "sharpen"]);
      expect(Object.values(columns).filter(Boolean)).toHaveLength(changes.length);
    }
  });

  test("are not made of small, hard-compressed, lateral or other pictures", () => {
    const file = { name: "film-1.png", width: 1000, height: 800, sizeBytes: 600_000 };
    expect(keidarRefusal(file)).toBeUndefined();
    expect(keidarRefusal({ ...file, height: 599 })).toBe("a side has 599 pixels, 600 are needed");
    expect(keidarRefusal({ ...file, sizeBytes: 500_000 })).toBe("it has 500000 bytes, 581819 are needed of a picture of its size");
    expect(keidarRefusal({ ...file, name: "patient 3 CT.png" })).toBe("its name hints at PET or CT");
    expect(keidarRefusal({ ...file, name: "film-1_lat.png" })).toBe("its name hints at a lateral view");
    expect(keidarRefusal({ ...file, name: "film-1_lat.png" }, { lateral: true })).toBeUndefined();
    expect(keidarRefusal({ ...file, name: "petersen-latest-ctx.png" })).toBeUndefined();
  });
});

test("the plan has the published numbers", () => {
  const plan = keidar2021.plan({ member: "resnet50", variant: "new", quick: false });
  expect(plan).toMatchObject({
    ...{ arch: "keidar_resnet50", size: 1024, resize: "letterbox", epochs: 50, batch: 10, optimizer: "adam", lr: 1e-4, weightDecay: 1e-4 },
    ...{
      schedule: { kind: "exponential", gamma: 0.9261 },
      sampler: "weighted",
      augment: "keidar",
      augmentAt: "source",
      loss: "cross-entropy",
    },
  });
  expect(keidar2021.plan({ member: "vgg16", variant: "resumed", quick: false })).toMatchObject({ arch: "vgg16", lr: 1e-6 });
});
