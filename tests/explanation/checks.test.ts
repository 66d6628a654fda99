/** The checks find out what is wrong with maps that cannot be believed. */
import { describe, expect, test } from "vitest";
import { agreement, shareInside } from "../../src/explanation/agreement.ts";
import { classDifference, randomisation } from "../../src/explanation/checks.ts";
import { curves } from "../../src/explanation/curves.ts";
import { type Explanation, explainer } from "../../src/explanation/explainer.ts";
import { type HeatMap, toLevels } from "../../src/explanation/heat-map.ts";
import { partsOf, withFresh } from "../../src/explanation/randomised.ts";
import { topologicalOrder } from "../../src/graph/order.ts";
import { relu } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { concat } from "../../src/kernels/concat.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { linear } from "../../src/kernels/linear.ts";
import { input, isParameter, type Node, parameter } from "../../src/kernels/op.ts";
import { flatten } from "../../src/kernels/reshape.ts";
import { scale } from "../../src/kernels/scale.ts";
import type { Image } from "../../src/loaders/image.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { weight } from "../compute.ts";
import { explainable, noisePicture } from "./explainable.ts";

const mapOf = (width: number, height: number, values: readonly number[]): HeatMap => ({ width, height, values: Float32Array.from(values) });

const explanation = (label: string, score: number, values: readonly number[]): Explanation => {
  const cells = mapOf(values.length, 1, values);
  return { method: "grad-cam", label, score, cells, map: cells, levels: toLevels(cells, 1, false), shownLimit: 1 };
};

describe("class difference", () => {
  const covid = explanation("covid", 0.7, [0, 1, 2, 5, 3]);

  test("fails where all classes have one map", () => {
    const others = ["normal", "pneumonia"].map((label) => explanation(label, 0.1, [0, 2, 4, 10, 6]));
    const { isPassed, others: found } = classDifference(covid, [covid, ...others]);
    expect([isPassed, found.length]).toEqual([false, 2]);
    expect(found[0].correlation).toBeCloseTo(1, 12);
  });

  test("passes where they differ, and tells the most alike first", () => {
    const near = explanation("normal", 0.1, [0, 2, 1, 5, 3]);
    const far = explanation("pneumonia", 0.2, [5, 3, 2, 0, 1]);
    const { isPassed, others } = classDifference(covid, [far, near]);
    expect(isPassed).toBe(true);
    expect(others.map(({ label }) => label)).toEqual(["normal", "pneumonia"]);
  });

  test("looks at the four other classes with the highest scores", () => {
    const many = [1, 2, 3, 4, 5, 6].map((n) => explanation(`c${n}`, n / 100, [n, 0, 1, 2, 3]));
    expect(
      classDifference(covid, many)
        .others.map(({ label }) => label)
        .sort(),
    ).toEqual(["c3", "c4", "c5", "c6"]);
  });
});

describe("fresh weights", () => {
  const parts = (arch: string): string[] => {
    const { build, channels } = networkNamed(arch);
    return partsOf(build(declaredWeights(), input("x", [1, channels, 64, 64]))).map(({ name }) => name);
  };

  test("come part by part from the output on", () => {
    expect(parts("resnet18")).toEqual(["fc", "layer4", "layer3", "layer2", "layer1", "bn1", "conv1"]);
    expect(parts("densenet121").slice(0, 4)).toEqual(["classifier", "features.norm5", "features.denseblock4", "features.transition3"]);
    expect(parts("mobilenet_v2")).toEqual(["classifier", ...Array.from({ length: 19 }, (_, i) => `features.${18 - i}`)]);
    expect(parts("keidar_resnet18").slice(0, 6)).toEqual(["fc4", "fc3", "fc2", "fc1", "trunk.layer4", "trunk.layer3"]);
  });

  test("take the place of what is named, the same for the same seed", async () => {
    const model = await explainable((x) => linear(linear(flatten(x), weight("a.weight", [5, 32 * 32])), weight("b.weight", [2, 5])), {
      classes: ["n", "p"],
      size: [32, 32],
    });
    const valuesOf = (names: readonly string[], seed: number): Map<string, Tensor | undefined> =>
      new Map(
        topologicalOrder([withFresh(model, new Set(names), seed).outputs(1).raw]).flatMap((node) =>
          isParameter(node) ? [[node.attrs.name, node.attrs.tensor]] : [],
        ),
      );
    const [kept, fresh, again, other] = [valuesOf([], 1), valuesOf(["b.weight"], 1), valuesOf(["b.weight"], 1), valuesOf(["b.weight"], 2)];
    expect(fresh.get("a.weight")).toEqual(kept.get("a.weight"));
    expect(fresh.get("b.weight")).not.toEqual(kept.get("b.weight"));
    expect(again).toEqual(fresh);
    expect(other.get("b.weight")).not.toEqual(fresh.get("b.weight"));
  });

  test("do not change a map that never needed them, and the check fails", async () => {
    // The logits are the brightness and its opposite; what the weights add counts for nothing.
    const build = (x: Node): Node => {
      const brightness = globalAvgPool(relu(x));
      const idle = linear(brightness, weight("idle.weight", [2, 1]));
      return add(concat([brightness, scale(brightness, -1)]), scale(idle, 0));
    };
    const model = await explainable(build, { classes: ["bright", "dark"], size: [32, 32] });
    const picture = noisePicture(32, 32, 3);
    using explains = explainer(model);
    const found = await explains.explain(picture, { method: "occlusion", label: "bright", window: 8, stride: 8 });
    const { isPassed, parts: survived } = await randomisation(model, picture, found, { method: "occlusion", window: 8, stride: 8 });
    expect(isPassed).toBe(false);
    expect(survived).toEqual([{ name: "idle", correlation: expect.closeTo(1, 6) }]);
  });
});

describe("deletion and insertion", () => {
  // The logit is a weighed sum of pixels, so that the best order is known.
  const side = 32;
  const weights = Float32Array.from({ length: 2 * side * side }, (_, i) => (i < side * side ? 0 : ((i * 37) % 101) / 3000));
  const picture = noisePicture(side, side, 5);
  const values = (order: (p: number) => number): HeatMap =>
    mapOf(
      side,
      side,
      Array.from({ length: side * side }, (_, p) => order(p)),
    );

  test("tell a map that ranks pixels rightly from its opposite", async () => {
    const model = await explainable((x) => linear(flatten(x), parameter("w", [2, side * side], tensor([2, side * side], weights))), {
      classes: ["rest", "sum"],
      size: [side, side],
    });
    const gain = (p: number): number => weights[side * side + p] * (picture.data[p] / 255 - 0.5);
    const progress: number[] = [];
    const right = await curves(model, picture, values(gain), "sum", { steps: 12, onProgress: (done) => progress.push(done) });
    const wrong = await curves(
      model,
      picture,
      values((p) => -gain(p)),
      "sum",
      { steps: 12 },
    );
    expect(right.deletion.scores).toHaveLength(13);
    expect(progress.at(-1)).toBe(26);
    expect(right.deletion.area).toBeLessThan(wrong.deletion.area);
    expect(right.insertion.area).toBeGreaterThan(wrong.insertion.area);

    // With nothing hidden the score is the picture's; with all hidden both classes have a logit of 0 against the bias-free sum of means.
    const logit = Array.from({ length: side * side }, (_, p) => (weights[side * side + p] * (picture.data[p] / 255 - 0.5)) / 0.25);
    const score = 1 / (1 + Math.exp(-logit.reduce((sum, part) => sum + part, 0)));
    expect(right.deletion.scores[0]).toBeCloseTo(score, 4);
    expect(right.deletion.scores[12]).toBeCloseTo(0.5, 4);
    expect(right.insertion.scores[12]).toBeCloseTo(score, 4);
    const { scores, area } = right.deletion;
    expect(area).toBeCloseTo((scores.reduce((sum, value) => sum + value, 0) - (scores[0] + scores[12]) / 2) / 12, 12);
  });
});

describe("agreement with a region", () => {
  const mask: Image = { width: 4, height: 2, channels: 1, bitDepth: 8, data: Uint8Array.from([0, 255, 255, 0, 0, 255, 0, 0]) };
  const levels = toLevels(mapOf(4, 2, [1, 4, 1, 0, 2, 0, 0, 0]), 4, false);

  test("share, area, hit, IoU and coverage are counted", () => {
    // Half of 4 is reached at places 1 and 4; the outline is 1, 2 and 5.
    expect(agreement(levels, mask)).toEqual({ share: expect.closeTo(5 / 8, 4), area: 3 / 8, isHit: true, iou: 1 / 4, covered: 1 / 3 });
    expect(shareInside(levels, mask)).toEqual({ share: expect.closeTo(5 / 8, 4), area: 3 / 8 });
  });

  test("values below zero speak for nothing", () => {
    const signed = toLevels(mapOf(4, 2, [-4, 3, 0, 0, 1, -4, 0, 0]), 4, true);
    expect(shareInside(signed, mask).share).toBeCloseTo(3 / 4, 4);
    expect(agreement(signed, mask).isHit).toBe(true);
  });

  test("a point beside the outline hits within the tolerance", () => {
    const beside = toLevels(mapOf(4, 2, [0, 0, 0, 4, 0, 0, 0, 0]), 4, false);
    expect(agreement(beside, mask).isHit).toBe(false);
    expect(agreement(beside, mask, 1).isHit).toBe(true);
  });

  test("an empty map agrees with nothing", () => {
    expect(agreement(toLevels(mapOf(4, 2, Array(8).fill(0)), 0, false), mask)).toEqual({
      share: 0,
      area: 3 / 8,
      isHit: false,
      iou: 0,
      covered: 0,
    });
  });

  test("sizes must agree", () => {
    expect(() => shareInside(levels, { ...mask, width: 2, height: 4 })).toThrow("agreement: the map is 4 × 2, the mask 2 × 4");
  });
});
