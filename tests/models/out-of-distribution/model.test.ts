/** A model whose file can tell its films from other pictures withholds its answer, with a reason; a file that contradicts itself is refused. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/bytes.ts";
import { outlier } from "../../../src/imaging/outliers.ts";
import { phantom } from "../../../src/imaging/phantom.ts";
import { type LoadOptions, loadModel, type Model } from "../../../src/models/model.ts";
import type { Prediction } from "../../../src/models/result.ts";
import { device } from "../../device.ts";
import { fileOf, type TinyModel, tinyClassifier, tinySegmenter } from "../../tiny-model.ts";
import { withDetector } from "../../with-detector.ts";

const films = Array.from({ length: 12 }, (_, seed) => phantom({ size: 64, seed }).image);
const others = Array.from({ length: 4 }, (_, seed) => phantom({ size: 64, seed: 100 + seed }).image);
const open = { mahalanobis: 1e9, knn: 9, energy: 1e9 };
const plain = tinyClassifier();

const load = async (model: TinyModel, options: LoadOptions = {}): Promise<Model> =>
  loadModel(fileOf(model), { device: await device(), ...options });

/** The same model with other thresholds. */
function rethought(model: TinyModel, thresholds: Readonly<Record<string, number>>): TinyModel {
  const said = JSON.parse(model.metadata.outOfDistribution);
  return { ...model, metadata: { ...model.metadata, outOfDistribution: JSON.stringify({ ...said, thresholds }) } };
}

async function scoresOf(model: Model, pictures: Parameters<Model["predictAll"]>[0]) {
  const found = [];
  for await (const outcome of model.predictAll(pictures, { batch: 3 })) {
    if ("error" in outcome) throw outcome.error;
    found.push(outcome.result);
  }
  return found;
}

describe("a model with a detector", () => {
  test("answers films as the model without one does, and says how unlike its own they are", async () => {
    using model = await load(await withDetector(plain, films, { thresholds: open }));
    using without = await load(plain);
    const results = await scoresOf(model, others);
    for (const [i, { predictions, outlierScores, withheld }] of results.entries()) {
      expect(withheld).toBeUndefined();
      expect(predictions).toEqual(await without.predict(others[i]));
      expect(Object.keys(outlierScores ?? {}).sort()).toEqual(["energy", "knn", "mahalanobis"]);
    }
    expect((await scoresOf(without, others))[0]).not.toHaveProperty("outlierScores");
    const [best] = await model.predict(others[0]);
    expect(best.score).toBeGreaterThan(0);
  });

  test("withholds its answer past a threshold: an empty list that says why", async () => {
    const fitted = await withDetector(plain, films, { thresholds: open });
    using model = await load(fitted);
    const strange = outlier("white noise", 1, 64);
    const [inside, outside] = await Promise.all([scoresOf(model, others), scoresOf(model, [strange])]);
    const largest = Math.max(...inside.map(({ outlierScores }) => outlierScores?.mahalanobis ?? Number.NaN));
    const score = outside[0].outlierScores?.mahalanobis ?? Number.NaN;
    expect(score).toBeGreaterThan(largest);

    const threshold = (largest + score) / 2;
    using decided = await load(rethought(fitted, { ...open, mahalanobis: threshold }));
    const answers = await decided.predict([others[0], strange, others[1]]);
    expect(answers.map(({ length }) => length)).toEqual([3, 0, 3]);
    expect(answers[0].withheld).toBeUndefined();
    const withheld = {
      measure: "mahalanobis",
      score: expect.closeTo(score, 3),
      threshold,
      reason: expect.stringMatching(/^unlike the films that the model was fitted on: /),
    };
    expect(answers[1].withheld).toEqual(withheld);
    const [best]: readonly Prediction[] = await decided.predict(strange);
    expect(best).toBeUndefined();
    expect((await scoresOf(decided, [strange]))[0]).toMatchObject({ predictions: [], withheld });
  });

  test("answers all the same where it is asked to, with a note", async () => {
    const fitted = await withDetector(plain, films, { thresholds: { energy: -1e6 } });
    using model = await load(fitted, { answerAll: true });
    using without = await load(plain);
    const [result] = await scoresOf(model, [others[0]]);
    expect(result.predictions).toEqual(await without.predict(others[0]));
    expect(result).not.toHaveProperty("withheld");
    expect(result.notes).toEqual([
      expect.stringMatching(/^is unlike the films .*: energy -?[\d.]+, answered up to -1000000; answered as was asked for$/),
    ]);
  });

  test("gives no score to black, white and colour pictures that it holds for strange", async () => {
    const fitted = await withDetector(plain, films, { thresholds: open });
    using model = await load(fitted);
    const flat = (value: number) => ({
      width: 64,
      height: 64,
      channels: 1 as const,
      bitDepth: 8 as const,
      data: new Uint8Array(4096).fill(value),
    });
    const pictures = [flat(0), flat(255), outlier("leaves", 1, 64)];
    const inside = Math.max(...(await scoresOf(model, others)).map(({ outlierScores }) => outlierScores?.mahalanobis ?? Number.NaN));
    using decided = await load(rethought(fitted, { ...open, mahalanobis: inside }));
    for (const picture of pictures) {
      const answer = await decided.predict(picture);
      expect([answer.length, answer.withheld?.measure]).toEqual([0, "mahalanobis"]);
    }
  });

  test("measures only what has a threshold, and stores only what that takes", async () => {
    const fitted = await withDetector(plain, films, { thresholds: { energy: 5 } });
    expect([...fitted.tensors.keys()]).toEqual([...plain.tensors.keys()]);
    using model = await load(fitted);
    expect(Object.keys((await scoresOf(model, [others[0]]))[0].outlierScores ?? {})).toEqual(["energy"]);
  });
});

describe("a file that contradicts itself", () => {
  const said = { stages: ["features"], scales: [1], neighbour: 2, temperature: 1, thresholds: { energy: 1 } };
  const described = (change: object): TinyModel => ({
    ...plain,
    metadata: { ...plain.metadata, outOfDistribution: JSON.stringify({ ...said, ...change }) },
  });
  const failing = async (model: TinyModel, message: string) => expect(load(model)).rejects.toThrow(new InputError("bytes", message));

  test.each<[string, object, string]>([
    ["an unknown entry", { epsilon: 1 }, "metadata outOfDistribution has unknown entries epsilon"],
    ["no stages", { stages: [] }, "metadata outOfDistribution stages must be a list of names"],
    ["scales of other stages", { scales: [1, 2] }, "metadata outOfDistribution scales must be 1 numbers above 0"],
    ["no neighbour", { neighbour: 0 }, "metadata outOfDistribution neighbour must be a positive integer, got 0"],
    ["a temperature of 0", { temperature: 0 }, "metadata outOfDistribution temperature must be a number above 0, got 0"],
    ["no thresholds", { thresholds: {} }, "metadata outOfDistribution thresholds must be an object with a measure or more"],
    [
      "an unknown measure",
      { thresholds: { odin: 1 } },
      "metadata outOfDistribution has a threshold for odin, known are mahalanobis, knn, energy",
    ],
    ["a threshold of text", { thresholds: { knn: "1" } }, "metadata outOfDistribution threshold of knn must be a number, got 1"],
    ["a measure without its values", { thresholds: { knn: 1 } }, "lacks ood.references, which its measures (knn) need"],
  ])("%s", async (_, change, message) => failing(described(change), message));

  test("an unknown stage, with those there are", async () => {
    await expect(load(described({ stages: ["layer9"] }))).rejects.toThrow(/no stage is called layer9, there are .*features/);
  });

  test("metadata that is no JSON, or no object", async () => {
    await failing({ ...plain, metadata: { ...plain.metadata, outOfDistribution: "{" } }, "metadata outOfDistribution is not JSON");
    await failing({ ...plain, metadata: { ...plain.metadata, outOfDistribution: "3" } }, "metadata outOfDistribution must be an object");
  });

  test("values of another shape, unknown, not finite, too few, or without metadata", async () => {
    const fitted = await withDetector(plain, films, { thresholds: open });
    const with_ = (name: string, value: { shape: number[]; data: Float32Array }): TinyModel => ({
      ...fitted,
      tensors: new Map(fitted.tensors).set(name, value),
    });
    const features = fitted.tensors.get("ood.means")?.shape[1] ?? 0;
    await failing(
      with_("ood.means", { shape: [2, features], data: new Float32Array(2 * features) }),
      `ood.means must be [3, ${features}], got [2, ${features}]`,
    );
    await failing(
      with_("ood.references", { shape: [12, 3], data: new Float32Array(36) }),
      `ood.references must be [references, ${features}], got [12, 3]`,
    );
    await failing(
      with_("ood.references", { shape: [1, features], data: new Float32Array(features) }),
      "stores 1 reference films, metadata outOfDistribution asks for neighbour 2",
    );
    await failing(
      with_("ood.spread", { shape: [1], data: Float32Array.of(1) }),
      "holds ood.spread, for which its measures (mahalanobis, knn, energy) have no use",
    );
    const { outOfDistribution: _, ...bare } = fitted.metadata;
    await failing(
      { ...fitted, metadata: bare },
      "holds ood.factor, ood.means, ood.references, but no metadata outOfDistribution that says what they are for",
    );
    const nan = with_("ood.means", { shape: [3, features], data: new Float32Array(3 * features).fill(Number.NaN) });
    await expect(load(nan)).rejects.toThrow("ood.means: every value must be finite, got NaN at [0, 0]");
  });

  test("a task without classes", async () => {
    const lungs = tinySegmenter();
    await failing(
      { ...lungs, metadata: { ...lungs.metadata, outOfDistribution: JSON.stringify(said) } },
      "metadata outOfDistribution is for classification, the task is segmentation",
    );
  });

  test("an energy of scores that are no softmax's", async () => {
    await failing(
      { ...described({}), metadata: { ...described({}).metadata, output: "sigmoid" } },
      "metadata outOfDistribution energy is of logits for softmax, the output is sigmoid",
    );
  });
});
