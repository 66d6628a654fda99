/** Occlusion maps hold what becomes of the score when a window is hidden, averaged over the windows of each pixel. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { explainer } from "../../src/explanation/explainer.ts";
import { spread, windowInputs, windowsOver } from "../../src/explanation/occlusion.ts";
import { linear } from "../../src/kernels/linear.ts";
import { parameter } from "../../src/kernels/op.ts";
import { flatten } from "../../src/kernels/reshape.ts";
import { tensor } from "../../src/tensor.ts";
import { explainable, noisePicture } from "./explainable.ts";

describe("windows", () => {
  test("of 32 every 8 pixels lie over 224 pixels in 25 columns and rows", () => {
    const { places } = windowsOver(224, 224, 32, 8);
    expect(places).toHaveLength(625);
    expect([places[0], places[1], places[25], places[624]]).toEqual([
      { x: 0, y: 0 },
      { x: 8, y: 0 },
      { x: 0, y: 8 },
      { x: 192, y: 192 },
    ]);
  });

  test("end at the border where the stride does not, and leave no pixel out", () => {
    const { places } = windowsOver(10, 7, 4, 4);
    expect(places).toEqual([0, 3].flatMap((y) => [0, 4, 6].map((x) => ({ x, y }))));
  });

  test("of the whole picture are one", () => {
    expect(windowsOver(8, 8, 8, 2).places).toEqual([{ x: 0, y: 0 }]);
  });

  test.each<[number, number, string]>([
    [33, 8, "window: must be 1 to 32 pixels, since the network sees 40 × 32, got 33"],
    [0, 1, "window: must be 1 to 32 pixels, since the network sees 40 × 32, got 0"],
    [8, 9, "stride: must be 1 to 8 pixels, so that windows of 8 leave no gaps, got 9"],
    [8, 0, "stride: must be 1 to 8 pixels, so that windows of 8 leave no gaps, got 0"],
  ])("of %i pixels every %i are refused", (size, stride, message) => {
    expect(() => windowsOver(40, 32, size, stride)).toThrow(InputError);
    expect(() => windowsOver(40, 32, size, stride)).toThrow(message);
  });

  test("are rows and columns of ones, or nothing", () => {
    const { rows, columns } = windowInputs([undefined, { x: 1, y: 2 }], 2, 4, 5);
    expect(rows).toEqual(tensor([2, 1, 5, 1], Float32Array.from([0, 0, 0, 0, 0, 0, 0, 1, 1, 0])));
    expect(columns).toEqual(tensor([2, 1, 1, 4], Float32Array.from([0, 0, 0, 0, 0, 1, 1, 0])));
  });

  test("give each pixel the mean of those that cover it", () => {
    const { values } = spread(windowsOver(3, 2, 2, 1), [1, 4], 3, 2);
    expect(Array.from(values)).toEqual([1, 2.5, 4, 1, 2.5, 4]);
  });
});

describe("of a network whose logits are weighed sums of pixels", () => {
  const [width, height] = [40, 32];
  const picture = noisePicture(width, height, 9);
  const weights = Float32Array.from({ length: 3 * width * height }, (_, i) => (((i * 31) % 61) - 30) / 1500);
  const network = () =>
    explainable((x) => linear(flatten(x), parameter("w", [3, width * height], tensor([3, width * height], weights))), {
      classes: ["a", "b", "c"],
      size: [height, width],
      metadata: { thresholds: '{"c": 0.9}' },
    });

  const pixel = (p: number): number => (picture.data[p] / 255 - 0.5) / 0.25;
  const logitsWithout = (x: number, y: number, size: number, fill: number): number[] =>
    [0, 1, 2].map((label) => {
      let sum = 0;
      for (let p = 0; p < width * height; p++) {
        const [column, row] = [p % width, Math.floor(p / width)];
        const isHidden = column >= x && column < x + size && row >= y && row < y + size;
        sum += weights[label * width * height + p] * (isHidden ? fill : pixel(p));
      }
      return sum;
    });
  const softmax = (logits: readonly number[]): number[] => {
    const powers = logits.map(Math.exp);
    return powers.map((power) => power / powers.reduce((sum, each) => sum + each, 0));
  };
  const plain = logitsWithout(0, 0, 0, 0);
  const windows = windowsOver(width, height, 12, 6);
  const expectedOf = (found: (logits: readonly number[]) => number, fill = 0): Float32Array =>
    spread(
      windows,
      windows.places.map(({ x, y }) => found(logitsWithout(x, y, 12, fill))),
      width,
      height,
    ).values;

  // Sums of 1280 products near 10⁻²: 10⁻⁵ is some tens of roundings.
  const near = (found: Float32Array, expected: Float32Array): number => Math.max(...found.map((value, i) => Math.abs(value - expected[i])));

  test("signed, drop and flip are what the plain sums say, for every class from one sweep", async () => {
    using explains = explainer(await network());
    const labels = ["a", "b", "c"];
    const given = { method: "occlusion", window: 12, stride: 6 } as const;
    const best = plain.indexOf(Math.max(...plain));
    for (const [label, map] of (await explains.explainAll(picture, labels, { ...given, form: "signed" })).entries()) {
      expect(map.score).toBeCloseTo(softmax(plain)[label], 5);
      expect(map.levels.isSigned).toBe(true);
      expect(
        near(
          map.map.values,
          expectedOf((logits) => plain[label] - logits[label]),
        ),
      ).toBeLessThan(1e-5);
    }
    for (const [label, map] of (await explains.explainAll(picture, labels, given)).entries()) {
      expect(map.levels.isSigned).toBe(false);
      const drop = expectedOf((logits) => Math.max(0, softmax(plain)[label] - softmax(logits)[label]));
      expect(near(map.map.values, drop)).toBeLessThan(1e-5);
    }
    const flips = await explains.explainAll(picture, labels, { ...given, form: "flip" });
    for (const [label, map] of flips.entries()) {
      // c has a threshold of its own; the others are the answer where they are the highest.
      const isAnswer = (logits: readonly number[]): boolean =>
        label === 2 ? softmax(logits)[2] >= 0.9 : logits[label] === Math.max(...logits);
      const flip = expectedOf((logits) => Number(isAnswer(logits) !== isAnswer(plain)));
      expect(near(map.map.values, flip)).toBeLessThan(1e-6);
    }
    expect(best).toBeGreaterThanOrEqual(0);
  });

  test("a window filled with a grey level hides it under that level", async () => {
    using explains = explainer(await network());
    const { map } = await explains.explain(picture, { method: "occlusion", window: 12, stride: 6, form: "signed", fill: 255, label: "b" });
    expect(
      near(
        map.values,
        expectedOf((logits) => plain[1] - logits[1], 2),
      ),
    ).toBeLessThan(1e-5);
  });

  test("tells how far it is, up to one run more than there are windows", async () => {
    using explains = explainer(await network());
    const told: (readonly [number, number])[] = [];
    await explains.explain(picture, { method: "occlusion", window: 12, stride: 6, onProgress: (...progress) => told.push(progress) });
    // 6 × 5 windows and the whole picture, 16 a run.
    expect(told).toEqual([
      [16, 31],
      [31, 31],
    ]);
  });
});
